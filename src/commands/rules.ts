import { clauses } from '../catalogue/clauses.js';
import { coverage } from '../catalogue/coverage.js';
import { registry } from '../registry.js';
import { EXIT, type ExitCode, type Io } from './io.js';

export interface RulesArguments {
  readonly json?: boolean;
  readonly clauses?: boolean;
}

export async function rulesCommand(given: RulesArguments, io: Io): Promise<ExitCode> {
  await io.stdout.write(given.clauses ? clauseList(given.json ?? false) : ruleList(given.json ?? false));
  return EXIT.clean;
}

function ruleList(json: boolean): string {
  const rules = registry.rules.map(({ id, title, clauses: covered }) => ({ id, title, clauses: covered }));
  if (json) return `${JSON.stringify(rules, null, 2)}\n`;
  const width = Math.max(...rules.map(r => r.id.length));
  return rules.map(r => `${r.id.padEnd(width)}  ${r.title}\n`).join('');
}

function clauseList(json: boolean): string {
  const rows = [...clauses().values()].map(c => ({ id: c.id, status: c.status, severity: c.severity, title: c.title, ...coverage(c, registry.rules) }));
  if (json) return `${JSON.stringify(rows, null, 2)}\n`;
  const width = Math.max(...rows.map(r => r.id.length));
  return rows.map(r => `${r.id.padEnd(width)}  ${r.by === 'rule' ? r.rules.join(', ') : r.by === 'run-time' ? '(needs a running server)' : '(not yet)'}\n`).join('');
}
