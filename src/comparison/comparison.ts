import type { ClauseId, ClauseStatus, Severity } from '../catalogue/clauses.js';
import type { Finding, Fingerprint, JsonObject } from '../finding.js';
import type { Counts, Readiness, Risk, REVISION } from '../report/report.js';

export type Status = 'fixed' | 'new' | 'left';
export const STATUSES: readonly Status[] = ['new', 'left', 'fixed'];

/** One of the two states that are compared. */
export interface Side {
  /** As the user named it, or `working tree`. */
  readonly name: string;
  /** Absent for the working tree. */
  readonly commit?: string;
  readonly subject?: string;
  readonly date?: string;
  readonly mcp: boolean;
  readonly files: { readonly listed: number; readonly parsed: number };
  readonly counts: Counts;
  readonly units: number;
  readonly readiness: Readiness;
}

export interface ComparedFinding {
  readonly status: Status;
  /** As it is now; as it was, when it is fixed. */
  readonly finding: Finding;
  /** Where it was, when it is elsewhere now. */
  readonly from?: { readonly file: string; readonly line: number };
  /** Where the line can be looked at. */
  readonly url?: string;
}

export interface ComparedUnit {
  readonly id: string;
  readonly title: string;
  readonly effort: 'auto' | 'assisted' | 'manual';
  readonly risk: Risk;
  readonly severity: Severity;
  readonly status: 'done' | 'begun' | 'untouched' | 'new';
  readonly files: readonly string[];
  readonly owners: readonly string[];
  readonly fixed: readonly Fingerprint[];
  readonly new: readonly Fingerprint[];
  readonly left: readonly Fingerprint[];
}

export interface ComparedClause {
  readonly clause: ClauseId;
  readonly title: string;
  readonly status: ClauseStatus;
  readonly before: number;
  readonly after: number;
  readonly fixed: number;
  readonly new: number;
  readonly left: number;
}

export type WireKind = 'entry' | 'tool' | 'argument' | 'prompt' | 'resource' | 'method' | 'sends' | 'capability' | 'header' | 'route' | 'status' | 'code';

/** Something that clients can notice. */
export interface WireChange {
  readonly kind: WireKind;
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly detail?: string;
  readonly file: string;
  readonly line: number;
  readonly url?: string;
  /** What it means for a client of the revision, and for one of an earlier revision. */
  readonly modern: string;
  readonly older: string;
}

export interface DependencyChange {
  readonly manifest: string;
  readonly name: string;
  readonly field: string;
  /** Null: it was not there. */
  readonly before: string | null;
  /** Null: it is not there any more. */
  readonly after: string | null;
}

export interface EnvironmentChange {
  readonly name: string;
  readonly change: 'added' | 'removed';
  readonly file: string;
  readonly line: number;
  readonly url?: string;
}

/** What two states of a project say about a migration. Plain data; the JSON report prints exactly this. */
export interface Comparison {
  readonly schema: 1;
  readonly tool: string;
  readonly revision: typeof REVISION;
  /** ISO date from which days are counted. */
  readonly today: string;
  readonly base: Side;
  readonly head: Side;
  readonly totals: Readonly<Record<Status, Counts>>;
  /** New ones first, then what is left, then what is fixed; each sorted by place. */
  readonly findings: readonly ComparedFinding[];
  readonly units: readonly ComparedUnit[];
  readonly clauses: readonly ComparedClause[];
  readonly wire: readonly WireChange[];
  readonly dependencies: readonly DependencyChange[];
  readonly environment: readonly EnvironmentChange[];
  readonly files: readonly { readonly file: string; readonly change: 'added' | 'removed' | 'changed' }[];
  /** What `migrate` stored when it made the change. */
  readonly verification?: JsonObject;
  /** Commands that come next, the first one first. */
  readonly next: readonly string[];
  /** What could not be told. */
  readonly notes: readonly string[];
}
