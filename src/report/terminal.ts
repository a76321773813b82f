import { clause, deadlineOf, sepsOf } from '../catalogue/clauses.js';
import type { Finding } from '../finding.js';
import type { LineIndex } from '../parse/source.js';
import { codeFrame } from './frame.js';
import { inert, type Paint } from './paint.js';
import { countBySeverity, type Report, type Unit } from './report.js';

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
  parts.push(summary(report, options));
  return parts.join('\n');
}

function unitText(unit: Unit, findings: readonly Finding[], { style, lines, today }: TerminalOptions): string {
  const rows = [`${style.bold(unit.title)}  ${style.dim(`${count(findings.length, 'place')}, ${effortText(unit.effort)}`)}`];
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

function explanation(finding: Finding, today: string, style: Paint): string[] {
  const { spec } = clause(finding.clause);
  const deadline = deadlineOf(clause(finding.clause), today);
  const origin = [sepsOf(clause(finding.clause)), deadline].filter(Boolean).join('; ');
  return [`    ${style.dim('why')}  ${spec.requirement}${origin ? style.dim(` (${origin})`) : ''}`, `    ${style.dim('do')}   ${finding.fix.summary}`];
}

function summary(report: Report, { style, next }: TerminalOptions): string {
  const { files } = report;
  const skipped = files.skipped.length > 0 ? `, ${files.skipped.length} skipped` : '';
  const scope = style.dim(`${count(files.listed, 'file')} listed, ${files.parsed} parsed${skipped}`);
  if (!report.mcp) return `${style.green('Nothing here uses MCP.')} ${scope}\n`;
  if (report.findings.length === 0) return `${style.green(`Nothing to migrate for ${report.revision}.`)} ${scope}\n`;
  const counts = countBySeverity(report.findings);
  const list = [
    counts.error > 0 && style.red(count(counts.error, 'error')),
    counts.warning > 0 && style.yellow(count(counts.warning, 'warning')),
    counts.info > 0 && style.blue(`${counts.info} info`),
  ].filter(Boolean);
  const line = `${list.join(', ')} in ${count(report.units.length, 'unit')}. ${scope}\n`;
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
