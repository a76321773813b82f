import { clause, deadlineOf, sepsOf } from '../catalogue/clauses.js';
import type { Finding } from '../finding.js';
import { COMMENT_LIMIT, fold, type Foldable } from './fold.js';
import { htmlText, markdownCode, markdownLink, markdownText } from './markdown.js';
import { countBySeverity, type Report, type Unit } from './report.js';

export interface MarkdownOptions {
  /** The address of a line, where the code can be looked at. */
  readonly link: (file: string, line: number, endLine: number) => string | undefined;
  /** ISO date, for countdowns. */
  readonly today: string;
  /** The command that a person types next. */
  readonly next: string | undefined;
}

const MARK = { error: '🔴', warning: '🟡', info: '🔵' } as const;
const EFFORT = { auto: 'automatic', assisted: 'assisted', manual: 'by hand' } as const;

/** For a comment or a job summary: units to unfold, all of it within the limit for comments. */
export function auditMarkdown(report: Report, options: MarkdownOptions): string {
  const head = `## MCP ${report.revision}: ${verdict(report)}`;
  const scope = `${count(report.files.listed, 'file')} listed, ${report.files.parsed} parsed.`;
  const broken = report.files.broken.map(b => `- ${place(b, options)} has a syntax error: ${markdownText(b.message)}. What could be read of it was audited.`);
  const parts: Foldable[] = [
    { variants: [head] },
    ...unitParts(report.units, report.findings, options),
    ...(broken.length > 0 ? [{ variants: [broken.join('\n'), `${count(broken.length, 'file')} with syntax errors.`] as const }] : []),
    { variants: [options.next === undefined ? scope : `${scope} Next: ${markdownCode(options.next)}`] },
  ];
  return `${fold(parts, COMMENT_LIMIT).text}\n`;
}

function verdict(report: Report): string {
  if (!report.mcp) return 'nothing here uses MCP';
  if (report.findings.length === 0) return 'nothing to migrate';
  const { error, warning, info } = countBySeverity(report.findings);
  return `${[error > 0 && count(error, 'error'), warning > 0 && count(warning, 'warning'), info > 0 && `${info} info`].filter(Boolean).join(', ')} in ${count(report.units.length, 'unit')}`;
}

/** Units one by one as long as they fit; then those of one kind in one line. */
export function unitParts(units: readonly Unit[], findings: readonly Finding[], options: MarkdownOptions): readonly Foldable[] {
  const byFingerprint = new Map(findings.map(f => [f.fingerprint, f]));
  const full = units.map(unit => unitPart(unit, unit.findings.flatMap(f => byFingerprint.get(f) ?? []), options));
  const shortest = full.reduce((sum, part) => sum + (part.variants.at(-1)?.length ?? 0) + 2, 0);
  return shortest < COMMENT_LIMIT / 2 ? full : kinds(units);
}

function unitPart(unit: Unit, findings: readonly Finding[], options: MarkdownOptions): Foldable {
  const title = `${MARK[unit.severity]} <b>${htmlText(unit.title)}</b> · ${count(findings.length, 'place')} · ${EFFORT[unit.effort]}`;
  const rows = findings.map(f => `- ${place(f, options)} ${markdownText(f.message)} ${markdownCode(f.clause)}`);
  return {
    variants: [
      details(title, [...rows, '', ...explanations(findings, options.today)].join('\n')),
      details(title, [...byFile(findings, options), '', ...explanations(findings, options.today)].join('\n')),
      `${MARK[unit.severity]} ${markdownText(unit.title)}: ${count(findings.length, 'place')} in ${count(new Set(findings.map(f => f.file)).size, 'file')}, ${EFFORT[unit.effort]}.`,
    ],
  };
}

/** One line for all units with the same title: there are only so many titles, whatever the project. */
function kinds(units: readonly Unit[]): readonly Foldable[] {
  const groups = new Map<string, Unit[]>();
  for (const unit of units) groups.set(unit.title, [...(groups.get(unit.title) ?? []), unit]);
  const rows = [...groups].map(([title, members]) => {
    const places = members.reduce((sum, u) => sum + u.findings.length, 0);
    return `- ${MARK[members[0]?.severity ?? 'info']} ${markdownText(title)}: ${count(places, 'place')} in ${count(members.length, 'unit')}.`;
  });
  return [{ variants: [rows.join('\n')] }];
}

function explanations(findings: readonly Finding[], today: string): readonly string[] {
  return [...new Map(findings.map(f => [f.clause, f])).values()].flatMap(f => {
    const c = clause(f.clause);
    const origin = [sepsOf(c), deadlineOf(c, today)].filter(Boolean).join('; ');
    const id = markdownLink(markdownCode(c.id), c.spec.url ?? undefined);
    return [`${id}: ${c.spec.requirement}${origin ? ` (${origin})` : ''}`, `**Do:** ${f.fix.summary}`, ''];
  });
}

function byFile(findings: readonly Finding[], options: MarkdownOptions): readonly string[] {
  const files = new Map<string, number[]>();
  for (const { file, line } of findings) files.set(file, [...(files.get(file) ?? []), line]);
  return [...files].map(([file, lines]) => `- ${markdownLink(markdownCode(file), options.link(file, lines[0] ?? 1, lines[0] ?? 1))} ${lines.length === 1 ? 'line' : 'lines'} ${[...new Set(lines)].join(', ')}`);
}

export function place({ file, line }: { readonly file: string; readonly line: number; readonly endLine?: number }, { link }: MarkdownOptions): string {
  return markdownLink(markdownCode(`${file}:${line}`), link(file, line, line));
}

export function details(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body.trim()}\n\n</details>`;
}

export function count(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`;
}
