import type { Rule } from '../rule.js';
import type { Clause } from './clauses.js';

export interface Coverage {
  readonly by: 'rule' | 'run-time' | 'not-yet';
  readonly rules: readonly string[];
}

/** How this tool treats a clause: a rule finds it, only a running server shows it, or nothing looks for it yet. */
export function coverage(clause: Clause, rules: readonly Rule[]): Coverage {
  const covering = rules.filter(r => r.clauses.includes(clause.id)).map(r => r.id);
  if (covering.length > 0) return { by: 'rule', rules: covering };
  const undecidable = clause.detection.confidence === 'low' && clause.automation.level === 'manual' && clause.probe !== null;
  return { by: undecidable ? 'run-time' : 'not-yet', rules: [] };
}
