import type { CheckedPlan } from '../migrate/checked.js';
import { inert, type Paint } from './paint.js';

export interface PlanTextOptions {
  readonly style: Paint;
  readonly patch: string;
  /** What was chosen, as options of the command line. */
  readonly choices: readonly string[];
  readonly next: string | undefined;
}

/** The plan for people: what changes, unit by unit, what is left and why. */
export function planText(plan: CheckedPlan, { style, patch, choices, next }: PlanTextOptions): string {
  const rows: string[] = [];
  if (choices.length > 0) rows.push(`${style.dim('chosen')} ${choices.join(' ')}`);
  for (const step of plan.steps) rows.push(stepLine(step, style));
  for (const { transform, unit, reason } of plan.dropped) rows.push(`${style.red('dropped')} ${unit === undefined ? transform : `${inert(unit)} ${style.dim(`(${transform})`)}`}: ${inert(reason)}`);
  for (const decline of plan.declines) {
    const finding = plan.left.find(f => f.fingerprint === decline.for);
    rows.push(`${style.yellow('left')}   ${finding ? `${inert(finding.file)}:${String(finding.line)} ` : ''}${inert(decline.reason)}`);
  }
  for (const { file, because } of plan.tests) rows.push(`${style.cyan('test')}   ${inert(file)} ${style.dim(`may see that ${inert(because.join('; '))}`)}`);
  for (const note of plan.notes) rows.push(`${style.cyan('note')}   ${inert(note)}`);
  if (patch !== '') rows.push('', colouredPatch(patch, style));
  const { types } = plan;
  if (types.verdict !== 'not checked') rows.push(`${count(types.files, 'file')} checked by the compiler: ${count(types.added.length, 'new error')}${types.after > types.added.length ? `, ${(types.after - types.added.length).toString()} that were there before` : ''}.`);
  for (const { file, line, message } of types.added) rows.push(`${style.red('error')}  ${inert(file)}:${line.toString()} ${inert(message)}`);
  rows.push(`${count(plan.left.length, 'finding')} left for a person.`);
  if (next !== undefined && patch !== '') rows.push(`Next: ${style.bold(next)}`);
  return `${rows.join('\n')}\n`;
}

export function stepLine({ title, transform, unit, changes, safety }: CheckedPlan['steps'][number], style: Paint): string {
  const files = new Set(changes.map(c => c.file)).size;
  return `${style.green('change')} ${style.bold(inert(title))} ${style.dim(`(${transform}${unit === transform ? '' : `, ${inert(unit)}`}, ${count(files, 'file')}, ${safety})`)}`;
}

export function colouredPatch(patch: string, style: Paint): string {
  return patch
    .split('\n')
    .map(line => {
      const text = inert(line.replace(/\r$/, ''));
      if (/^(?:diff|---|\+\+\+) /.test(line)) return style.bold(text);
      if (line.startsWith('@@')) return style.cyan(text);
      if (line.startsWith('+')) return style.green(text);
      return line.startsWith('-') ? style.red(text) : text;
    })
    .join('\n');
}

export function count(n: number, what: string): string {
  return `${n.toString()} ${what}${n === 1 ? '' : 's'}`;
}
