import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export type ClauseId = string;
export type ClauseStatus = 'removed' | 'deprecated' | 'changed' | 'new-requirement' | 'recommended';
export type Severity = 'error' | 'warning' | 'info';
export type AutomationLevel = 'auto' | 'assisted' | 'manual';

/** One entry of catalogue.json. docs/catalogue.md describes every member. */
export interface Clause {
  readonly id: ClauseId;
  readonly group: string;
  readonly title: string;
  readonly status: ClauseStatus;
  readonly severity: Severity;
  readonly sides: readonly string[];
  readonly spec: {
    readonly page: string | null;
    readonly anchor: string | null;
    readonly url: string | null;
    readonly level: string;
    readonly requirement: string;
    readonly seps: readonly string[];
    readonly changelog: string | null;
    readonly other_source: string | null;
  };
  readonly dates: {
    readonly introduced_in: string | null;
    readonly deprecated_in: string | null;
    readonly deprecated_on: string | null;
    readonly removed_in: string | null;
    readonly removed_on: string | null;
    readonly applies_from: string | null;
    readonly earliest_removal: string | null;
    readonly earliest_removal_basis: string | null;
  };
  readonly legacy: string;
  readonly detection: { readonly kinds: readonly string[]; readonly confidence: string; readonly how: string };
  readonly false_positives: readonly string[];
  readonly fix: { readonly summary: string; readonly steps: readonly string[]; readonly v2_api: readonly string[]; readonly docs: readonly string[] };
  readonly automation: { readonly level: AutomationLevel; readonly why: string; readonly transform: string | null };
  readonly examples: { readonly language: string; readonly bad: string; readonly good: string };
  readonly probe: string | null;
  readonly conformance: readonly string[];
  readonly related: readonly ClauseId[];
  readonly merge_with: readonly ClauseId[];
  readonly notes: string | null;
}

let all: ReadonlyMap<ClauseId, Clause> | undefined;

/** Every clause of the revision, by id, in the catalogue's order. Read on first use. */
export function clauses(): ReadonlyMap<ClauseId, Clause> {
  return (all ??= new Map((require('./catalogue.json') as readonly Clause[]).map(clause => [clause.id, clause])));
}

export function clause(id: ClauseId): Clause {
  const found = clauses().get(id);
  if (!found) throw new Error(`The catalogue has no clause ${id}.`);
  return found;
}

/** `SEP-2567, SEP-2575`, or nothing. */
export function sepsOf({ spec }: Clause): string {
  return spec.seps.join(', ');
}

/** What a person should know about the date of a clause. `today` is an ISO date. */
export function deadlineOf({ status, dates }: Clause, today: string): string | undefined {
  if (status === 'removed') return dates.removed_in ? `removed in ${dates.removed_in}; older connections still have it` : undefined;
  if (status !== 'deprecated' || !dates.earliest_removal) return undefined;
  const days = daysBetween(today, dates.earliest_removal);
  if (days <= 0) return `deprecated; a revision may drop it since ${dates.earliest_removal}`;
  return `deprecated; a revision may drop it from ${dates.earliest_removal} (${days} ${days === 1 ? 'day' : 'days'} left)`;
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}
