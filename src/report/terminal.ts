import { clause, deadlineOf, sepsOf } from '../catalogue/clauses.js';
import type { Finding } from '../finding.js';
import type { LineIndex } from '../parse/source.js';
import { codeFrame } from './frame.js';
import { inert, type Paint } from './paint.js';
import { countBySeverity, type MigrationClass, type Readiness, type Report, type Unit } from './report.js';

const FRAMES_PER_UNIT = 3;

export interface TerminalOptions {
  readonly style: Paint;
  /** Lines of a file, for code frames. */
  readonly lines: (file: string) => LineIndex;
  /** ISO date, for countdowns. */
  readonly today: string;
  /** The command that a person types next. */
  readonly next: string | undefined;
}

/** For people: by migration unit, with code, reason and way out. */
export function terminalReport(report: Report, options: TerminalOptions): string {
  const { style } = options;
  const parts: string[] = [];
  const byFingerprint = new Map(report.findings.map(f => [f.fingerprint, f]));
  for (const unit of report.units) parts.push(unitText(unit, unit.findings.flatMap(f => byFingerprint.get(f) ?? []), options));
  for (const { file, line, column, message } of report.files.broken)
    parts.push(`${style.yellow('syntax')} ${inert(file)}:${line}:${column} ${inert(message)}; what could be read of it was audited.\n`);
  if (report.notes.length > 0) parts.push(report.notes.map(n => `${style.blue('note')}   ${inert(n.file)}:${n.line}:${n.column} ${inert(n.message)}\n`).join(''));
  if (report.mcp) parts.push(readinessText(report, style));
  parts.push(summary(report, options));
  return parts.join('\n');
}

function unitText(unit: Unit, findings: readonly Finding[], { style, lines, today }: TerminalOptions): string {
  const where = unit.zone === 'source' ? '' : `, in ${ZONE[unit.zone]}`;
  const rows = [`${style.bold(inert(unit.title))}  ${style.dim(`${count(findings.length, 'place')}, ${effortText(unit.effort)}, ${unit.risk} risk${where}`)}`];
  rows.push(`  ${style.dim('migrate')}  ${inert(unit.migrate.summary)}`);
  if (unit.places.length > 0) rows.push(`  ${style.dim('with')}     ${listed(unit.places.map(p => inert(`${p.file}:${p.line} ${p.text}`)))}`);
  const explained = new Set<string>();
  findings.forEach((finding, index) => {
    rows.push('', `  ${severityText(finding, style)} ${style.cyan(`${inert(finding.file)}:${finding.line}:${finding.column}`)}  ${inert(finding.message)} ${style.dim(finding.clause)}`);
    if (index < FRAMES_PER_UNIT) rows.push(indent(codeFrame(lines(finding.file), finding, style)));
    if (explained.has(finding.clause)) return;
    explained.add(finding.clause);
    rows.push(...explanation(finding, today, style));
  });
  return `${rows.join('\n')}\n`;
}

const ZONE = { source: 'the source', test: 'tests', example: 'examples', doc: 'documents' } as const;
const CLASS: Readonly<Record<MigrationClass, string>> = {
  nothing: 'nothing to migrate',
  transport: 'transport only: what tools ask for and give back stays',
  design: 'design needed: some tools will ask for other things, or give back others',
  gateway: 'gateway: what it does for the servers behind it has to be designed anew',
};
const MAX_PLACES = 4;

function listed(items: readonly string[]): string {
  const rest = items.length - MAX_PLACES;
  return rest > 0 ? `${items.slice(0, MAX_PLACES).join(', ')} and ${rest} more` : items.join(', ');
}

/** Score, verdict, and what the rest of the report does not say. */
function readinessText({ readiness, units }: Report, style: Paint): string {
  const { score, verdict, summary, reasons } = readiness;
  const colour = verdict === 'ready' ? style.green : verdict === 'breaks' ? style.red : style.yellow;
  const rows = [`${style.bold('Readiness')}  ${colour(`${score} of 100: ${summary}`)}`];
  const row = (name: string, text: string): number => rows.push(`  ${style.dim(name.padEnd(9))}${text}`);
  if (reasons.length > 0) row('because', inert(listed(reasons)));
  row('class', CLASS[readiness.class]);
  const efforts = (['auto', 'assisted', 'manual'] as const).map(effort => [units.filter(u => u.zone === 'source' && u.effort === effort).length, effort] as const);
  const todo = efforts.filter(([n]) => n > 0).map(([n, effort]) => `${n} ${effort === 'auto' ? 'automatic' : effort === 'manual' ? 'by hand' : effort}`);
  if (todo.length > 0) row('units', todo.join(', '));
  for (const { title, from, days, findings } of readiness.countdown) row('leaving', `${title}: ${days > 0 ? `from ${from}, ${count(days, 'day')} left` : `any revision since ${from}`}, ${count(findings, 'place')}`);
  for (const line of apart(readiness)) row('apart', line);
  return `${rows.join('\n')}\n`;
}

function apart({ zones }: Readiness): readonly string[] {
  return zones.flatMap(({ zone, files, audited, error, warning, info }) => {
    if (zone === 'source') return [];
    if (!audited) return [`${count(files, 'file')} in ${ZONE[zone]}, not audited (--include-tests)`];
    const found = error + warning + info;
    return found > 0 ? [`${count(found, 'finding')} in ${ZONE[zone]}, not in the score`] : [];
  });
}

function explanation(finding: Finding, today: string, style: Paint): string[] {
  const { spec } = clause(finding.clause);
  const deadline = deadlineOf(clause(finding.clause), today);
  const origin = [sepsOf(clause(finding.clause)), deadline].filter(Boolean).join('; ');
  return [`    ${style.dim('why')}  ${spec.requirement}${origin ? style.dim(` (${origin})`) : ''}`, `    ${style.dim('do')}   ${finding.fix.summary}`];
}

/** What is not shown, and why. */
function leftOut({ shown, suppressed }: Report): readonly string[] {
  const rows: string[] = [];
  if (shown?.baseline) rows.push(`${shown.baseline.known} known by ${inert(shown.baseline.file)}${shown.baseline.gone > 0 ? `, ${shown.baseline.gone} of it gone: --update-baseline` : ''}`);
  if (shown?.since !== undefined) rows.push(`only lines changed since ${inert(shown.since)}`);
  if (suppressed.length > 0) rows.push(`${suppressed.length} turned off by comments: ${listed(suppressed.map(s => `${inert(s.finding.file)}:${s.line} ${inert(s.reason ?? 'without a reason')}`))}`);
  return rows.map(row => `Not shown: ${row}\n`);
}

function summary(report: Report, { style, next }: TerminalOptions): string {
  const { files } = report;
  const skipped = files.skipped.length > 0 ? `, ${files.skipped.length} skipped` : '';
  const scope = style.dim(`${count(files.listed, 'file')} listed, ${files.parsed} parsed${skipped}`);
  if (!report.mcp) return `${style.green('Nothing here uses MCP.')} ${scope}\n`;
  const hidden = leftOut(report).map(row => style.dim(row)).join('');
  if (report.findings.length === 0) return `${hidden}${style.green(report.shown ? 'Nothing new.' : `Nothing to migrate for ${report.revision}.`)} ${scope}\n`;
  const counts = countBySeverity(report.findings);
  const list = [
    counts.error > 0 && style.red(count(counts.error, 'error')),
    counts.warning > 0 && style.yellow(count(counts.warning, 'warning')),
    counts.info > 0 && style.blue(`${counts.info} info`),
  ].filter(Boolean);
  const line = `${hidden}${list.join(', ')} in ${count(report.units.length, 'unit')}. ${scope}\n`;
  return next ? `${line}Next: ${style.bold(next)}\n` : line;
}

function severityText({ severity }: Finding, style: Paint): string {
  if (severity === 'error') return style.red('error  ');
  return severity === 'warning' ? style.yellow('warning') : style.blue('info   ');
}

function effortText(effort: Unit['effort']): string {
  return effort === 'auto' ? 'automatic' : effort === 'assisted' ? 'assisted: needs a choice or a review' : 'by hand';
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function indent(text: string): string {
  return text
    .split('\n')
    .map(line => `    ${line}`)
    .join('\n');
}
