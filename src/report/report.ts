import type { ClauseId, Severity } from '../catalogue/clauses.js';
import type { SkippedFile } from '../files/tree.js';
import type { Zone } from '../files/kinds.js';
import type { Evidence, Finding, Fingerprint, RuleId } from '../finding.js';

export const REVISION = '2026-07-28';

/** What an audit found, as plain data. The JSON reporter prints exactly this. */
export interface Report {
  readonly schema: 1;
  /** `mcp-stateless 0.1.0` */
  readonly tool: string;
  readonly revision: typeof REVISION;
  readonly root: string;
  readonly files: {
    readonly listed: number;
    readonly parsed: number;
    readonly skipped: readonly SkippedFile[];
    /** Files with syntax errors: what could be read of them was audited. */
    readonly broken: readonly { readonly file: string; readonly line: number; readonly column: number; readonly message: string }[];
  };
  /** Whether anything in the project has to do with MCP. */
  readonly mcp: boolean;
  /** Sorted by file, position and rule. */
  readonly findings: readonly Finding[];
  readonly units: readonly Unit[];
  readonly readiness: Readiness;
  /** What comments in the code turn off. */
  readonly suppressed: readonly SuppressedFinding[];
  /** About comments that turn findings off: unused, without a reason, or for rules that there are not. */
  readonly notes: readonly Note[];
  /** Why findings and units are not all that was found; absent when they are. Readiness is always about the whole project. */
  readonly shown?: Shown;
  readonly rules: readonly { readonly id: RuleId; readonly title: string; readonly clauses: readonly ClauseId[] }[];
}

export interface SuppressedFinding {
  readonly finding: Finding;
  /** Line of the comment. */
  readonly line: number;
  readonly reason?: string;
}

export interface Note {
  readonly kind: 'unused-suppression' | 'no-reason' | 'unknown-rule';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface Shown {
  /** How many findings are left out. */
  readonly hidden: number;
  /** Only findings in lines that changed since then. */
  readonly since?: string;
  /** Only findings that the baseline does not know. */
  readonly baseline?: { readonly file: string; readonly known: number; readonly gone: number };
}

export type UnitKind =
  | 'transport'
  | 'state'
  | 'hazards'
  | 'elicitation'
  | 'sampling'
  | 'roots'
  | 'lists'
  | 'subscriptions'
  | 'tasks'
  | 'auth'
  | 'gateway'
  | 'logging'
  | 'handshake'
  | 'stdio'
  | 'stdout'
  | 'wire'
  | 'results'
  | 'telemetry'
  | 'client'
  | 'framework'
  | 'sdk'
  | 'deployment';

export type Risk = 'low' | 'medium' | 'high';

/** Findings that are migrated together. */
export interface Unit {
  readonly id: string;
  readonly kind: UnitKind;
  readonly title: string;
  /** `auto`: `migrate` does all of it. `assisted`: a person chooses or reviews. */
  readonly effort: 'auto' | 'assisted' | 'manual';
  /** How likely the change is to alter what users see. */
  readonly risk: Risk;
  readonly severity: Severity;
  readonly zone: Zone;
  readonly findings: readonly Fingerprint[];
  readonly files: readonly string[];
  /** Tools, prompts and resources that lead there, as far as known. */
  readonly tools: readonly string[];
  /** Places that go with it and are no findings themselves, such as the routes that use a map of transports. */
  readonly places: readonly Evidence[];
  readonly migrate: {
    /** Transforms that `migrate` runs for it. */
    readonly transforms: readonly string[];
    /** How many of the findings they take. */
    readonly takes: number;
    readonly summary: string;
  };
}

export type Verdict = 'no-mcp' | 'ready' | 'older-only' | 'breaks';
/** What a migration of the whole project is about. */
export type MigrationClass = 'nothing' | 'transport' | 'design' | 'gateway';

/** How far the project's own source is from the revision. Tests, examples and documents are counted apart. */
export interface Readiness {
  /** 0 to 100. 100: nothing of weight is left. docs/readiness.md says how it is made. */
  readonly score: number;
  readonly verdict: Verdict;
  /** The verdict in words, and what decided it. */
  readonly summary: string;
  readonly reasons: readonly string[];
  readonly class: MigrationClass;
  /** ISO date from which days are counted. */
  readonly today: string;
  /** Deprecated features that the source uses, the first to go first. */
  readonly countdown: readonly Deadline[];
  readonly zones: readonly ZoneCount[];
}

export interface Deadline {
  readonly clause: ClauseId;
  readonly title: string;
  /** ISO date from which a revision may drop it. */
  readonly from: string;
  /** Until then; not above zero when the date has passed. */
  readonly days: number;
  readonly findings: number;
}

export interface ZoneCount extends Counts {
  readonly zone: Zone;
  readonly files: number;
  /** Whether findings were looked for there. */
  readonly audited: boolean;
}

/** The report with some of its findings only. */
export function narrowed(report: Report, keep: (finding: Finding) => boolean, why: Omit<Shown, 'hidden'>): Report {
  const findings = report.findings.filter(keep);
  const prints = new Set(findings.map(f => f.fingerprint));
  const units = report.units.flatMap(unit => {
    const members = unit.findings.filter(f => prints.has(f));
    return members.length > 0 ? [{ ...unit, findings: members }] : [];
  });
  const hidden = (report.shown?.hidden ?? 0) + report.findings.length - findings.length;
  return { ...report, findings, units, shown: { ...report.shown, ...why, hidden } };
}

const WEIGHT: Readonly<Record<Severity, number>> = { error: 3, warning: 2, info: 1 };

export function atLeast(severity: Severity, level: Severity): boolean {
  return WEIGHT[severity] >= WEIGHT[level];
}

export function worst(severities: readonly Severity[]): Severity {
  return severities.reduce<Severity>((a, b) => (atLeast(b, a) ? b : a), 'info');
}

export interface Counts {
  readonly error: number;
  readonly warning: number;
  readonly info: number;
}

export function countBySeverity(findings: readonly Finding[]): Counts {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const finding of findings) counts[finding.severity]++;
  return counts;
}
