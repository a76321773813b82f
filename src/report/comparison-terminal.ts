import type { Comparison } from '../comparison/comparison.js';
import type { History } from '../comparison/history.js';
import { count } from './audit-markdown.js';
import { CLASS_WORDS, EFFORT_WORDS, KIND_WORDS, shortCommit, sign, total, UNIT_WORDS } from './comparison-words.js';
import { inert, type Paint } from './paint.js';
import { sparkline } from './trend.js';
import { verificationSentences } from './verification.js';

const SHOWN = 30;

/** For people at a terminal: the decision, what changed, what is left. The other formats have every place. */
export function comparisonTerminal(comparison: Comparison, style: Paint, history?: History): string {
  const { base, head, totals, units, wire, dependencies, environment, verification, notes, next } = comparison;
  const gain = head.readiness.score - base.readiness.score;
  const colour = head.readiness.verdict === 'ready' ? style.green : head.readiness.verdict === 'breaks' ? style.red : style.yellow;
  const row = (name: string, text: string): string => `  ${style.dim(name.padEnd(10))}${text}`;
  const lines = [
    `${style.bold('Readiness')}  ${base.readiness.score} → ${colour(`${head.readiness.score} (${sign(gain)}): ${head.readiness.summary}`)}`,
    row('before', side(base)),
    row('after', side(head)),
    row('class', CLASS_WORDS[head.readiness.class]),
    row('findings', `${style.green(`${total(totals.fixed)} fixed`)}, ${total(totals.new) > 0 ? style.red(`${total(totals.new)} new`) : '0 new'}, ${total(totals.left)} left`),
    ...(history && history.entries.length > 1 ? [row('trend', `${sparkline(history.entries.map(e => e.score))} over ${count(history.entries.length, 'run')}`)] : []),
    ...head.readiness.countdown.map(d => row('leaving', `${inert(d.title)}: ${d.days > 0 ? `from ${d.from}, ${count(d.days, 'day')} left` : `any revision since ${d.from}`}`)),
  ];
  const section = (name: string, rows: readonly string[]): void => {
    if (rows.length > 0) lines.push('', style.bold(name), ...rows.slice(0, SHOWN), ...(rows.length > SHOWN ? [style.dim(`  and ${rows.length - SHOWN} more`)] : []));
  };
  section('On the wire', wire.map(w => `  ${KIND_WORDS[w.kind]} ${style.bold(inert(w.name))} ${w.change}${w.detail === undefined ? '' : `, ${inert(w.detail)}`}  ${style.dim(inert(`${w.file}:${w.line}`))}`));
  section('Units', units.map(u => `  ${UNIT_WORDS[u.status].padEnd(11)} ${inert(u.title)}  ${style.dim(`${u.fixed.length} fixed, ${u.new.length} new, ${u.left.length} left; ${EFFORT_WORDS[u.effort]}, ${u.risk} risk${u.owners.length > 0 ? `; ${inert(u.owners.join(' '))}` : ''}`)}`));
  section('Dependencies', dependencies.map(d => `  ${inert(d.name)} ${inert(d.before ?? '(none)')} → ${inert(d.after ?? '(none)')}  ${style.dim(inert(`${d.manifest}, ${d.field}`))}`));
  section('Environment', environment.map(e => `  ${inert(e.name)} ${e.change}  ${style.dim(inert(`${e.file}:${e.line}`))}`));
  section('How the migration was checked', (verification && verificationSentences(verification))?.map(s => `  ${inert(s)}`) ?? []);
  section('Notes', notes.map(n => `  ${inert(n)}`));
  if (next[0] !== undefined) lines.push('', `Next: ${style.bold(inert(next[0]))}`);
  return `${lines.join('\n')}\n`;
}

function side({ name, commit, date, counts, units }: Comparison['base']): string {
  const what = commit === undefined || commit.startsWith(name) ? name : `${name} ${shortCommit(commit)}`;
  return `${inert(what)}${date === undefined ? '' : ` of ${date}`}: ${count(counts.error, 'error')}, ${count(counts.warning, 'warning')}, ${counts.info} info in ${count(units, 'unit')}`;
}
