import { clause, clauses, deadlineOf, sepsOf, type Clause } from '../catalogue/clauses.js';
import { registry } from '../registry.js';
import { paint, wantsColour, type Paint } from '../report/paint.js';
import type { Rule } from '../rule.js';
import { EXIT, UsageError, type ExitCode, type Io } from './io.js';

export async function explainCommand(id: string, io: Io): Promise<ExitCode> {
  const style = paint(wantsColour({ isTTY: io.stdout.isTTY, env: io.env }));
  const rule = registry.rules.find(r => r.id === id);
  const found = clauses().get(id);
  if (!rule && !found) throw new UsageError(`There is no rule and no clause called ${id}.${suggestion(id)} \`mcp-stateless rules\` lists the rules, \`mcp-stateless rules --clauses\` the clauses.`);
  await io.stdout.write(rule ? explainRule(rule, io.today, style) : found ? explainClause(found, io.today, style) : '');
  return EXIT.clean;
}

function suggestion(id: string): string {
  const words = id.toLowerCase().split(/\W+/).filter(w => w.length > 3);
  const near = [...registry.rules.map(r => r.id), ...clauses().keys()].filter(name => words.some(word => name.includes(word))).slice(0, 3);
  return near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
}

function explainRule(rule: Rule, today: string, style: Paint): string {
  const rows = [style.bold(`${rule.id}: ${rule.title}`), ''];
  for (const id of rule.clauses) {
    const c = clause(id);
    rows.push(`${style.cyan(c.id)}  ${c.title} ${style.dim(`(${c.status}, ${c.severity}, ${c.automation.level})`)}`);
    const deadline = deadlineOf(c, today);
    rows.push(`  ${c.spec.requirement}`, ...(deadline ? [style.dim(`  ${deadline}`)] : []), `  ${style.dim('do')} ${c.fix.summary}`, '');
  }
  rows.push(style.dim(`More on one of them: mcp-stateless explain ${rule.clauses[0] ?? ''}`), '');
  return rows.join('\n');
}

function explainClause(c: Clause, today: string, style: Paint): string {
  const covering = registry.rules.filter(r => r.clauses.includes(c.id)).map(r => r.id);
  const deadline = deadlineOf(c, today);
  const list = (title: string, items: readonly string[]): string[] => (items.length > 0 ? ['', style.bold(title), ...items.map(i => `  - ${i}`)] : []);
  return [
    style.bold(`${c.id}: ${c.title}`),
    style.dim([c.status, c.severity, c.spec.level, sepsOf(c), c.spec.url].filter(Boolean).join(' · ')),
    ...(deadline ? [deadline] : []),
    '',
    c.spec.requirement,
    ...(c.legacy ? ['', style.bold('On older connections'), `  ${c.legacy}`] : []),
    ...list('What to do', [c.fix.summary, ...c.fix.steps]),
    ...(c.examples.bad ? ['', style.bold('Before'), indent(c.examples.bad)] : []),
    ...(c.examples.good ? ['', style.bold('After'), indent(c.examples.good)] : []),
    ...list('Not meant', c.false_positives),
    ...list('Read on', c.related),
    '',
    covering.length > 0 ? `Found by ${covering.join(', ')}.` : c.probe ? `Only a running server shows this: ${c.probe}` : 'No rule looks for this yet.',
    '',
  ].join('\n');
}

function indent(text: string): string {
  return text
    .split('\n')
    .map(line => `  ${line}`)
    .join('\n');
}
