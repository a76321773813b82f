import type { ClauseId, Severity } from './catalogue/clauses.js';
import type { RuleId } from './finding.js';
import type { TypeOracle } from './program/oracle.js';
import type { Rule } from './rule.js';

export interface AuditOptions {
  /** Patterns as in ignore files, relative to the root. */
  readonly ignore?: readonly string[];
  readonly include?: readonly string[];
  /** Ids of rules to run; all when absent. */
  readonly rules?: readonly RuleId[];
  /** Only what is found for these clauses; all when absent. */
  readonly clauses?: readonly ClauseId[];
  /** Severity of what a rule reports or of what is reported for a clause, or `off`. A clause is stronger than a rule. */
  readonly levels?: { readonly rules?: Levels | undefined; readonly clauses?: Levels | undefined };
  /** Also what only a name speaks for. */
  readonly all?: boolean;
  /** Also test files. */
  readonly includeTests?: boolean;
  /** The compiler, for receivers that are in doubt: `typeOracle` of program/oracle.ts, which loads it. */
  readonly oracle?: TypeOracle;
  /** ISO date from which deadlines are counted. */
  readonly today?: string;
  readonly onProgress?: (done: number, total: number) => void;
}

export type Levels = Readonly<Record<string, Severity | 'off'>>;

export function isWanted(rule: Pick<Rule, 'id' | 'clauses'>, { rules, clauses, levels }: AuditOptions): boolean {
  if (rules && !rules.includes(rule.id)) return false;
  if (clauses && !rule.clauses.some(c => clauses.includes(c))) return false;
  // A clause that is not off wins over its rule.
  return levels?.rules?.[rule.id] !== 'off' || rule.clauses.some(c => (levels.clauses?.[c] ?? 'off') !== 'off');
}
