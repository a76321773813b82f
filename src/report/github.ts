import type { Severity } from '../catalogue/clauses.js';
import type { Finding } from '../finding.js';
import { inert } from './paint.js';
import { countBySeverity, type Report } from './report.js';

const COMMAND = { error: 'error', warning: 'warning', info: 'notice' } as const;
const ORDER: readonly Severity[] = ['error', 'warning', 'info'];

/** Commands that a GitHub workflow turns into annotations of the changed files. It shows only the first ones: the worst come first. */
export function githubReport(report: Report, prefix: string): string {
  const titles = new Map(report.rules.map(r => [r.id, r.title]));
  const rows = ORDER.flatMap(level => report.findings.filter(f => f.severity === level).map(f => annotation(f, titles.get(f.rule) ?? f.rule, prefix)));
  const broken = report.files.broken.map(b => `::warning file=${property(prefix + b.file)},line=${b.line},col=${b.column},title=Syntax error::${data(`${b.message}; what could be read of the file was audited.`)}`);
  return [...rows, ...broken, summary(report)].map(row => `${row}\n`).join('');
}

function annotation(f: Finding, title: string, prefix: string): string {
  // A range of columns is understood within one line only.
  const columns = f.line === f.endLine ? `,col=${f.column},endColumn=${f.endColumn}` : '';
  const place = `file=${property(prefix + f.file)},line=${f.line},endLine=${f.endLine}${columns}`;
  return `::${COMMAND[f.severity]} ${place},title=${property(`${title} (${f.rule})`)}::${data(`${f.message}\n${f.fix.summary}\nmcp-stateless explain ${f.clause}`)}`;
}

function summary(report: Report): string {
  if (report.findings.length === 0) return 'mcp-stateless: nothing to migrate.';
  const { error, warning, info } = countBySeverity(report.findings);
  return `mcp-stateless: ${error} error${error === 1 ? '' : 's'}, ${warning} warning${warning === 1 ? '' : 's'}, ${info} info.`;
}

function data(text: string): string {
  return inertLines(text).replace(/%/g, '%25').replace(/\n/g, '%0A');
}

function property(text: string): string {
  return inert(text).replace(/%/g, '%25').replace(/[\n\t]/g, ' ').replace(/:/g, '%3A').replace(/,/g, '%2C');
}

/** Line ends are wanted here, other control characters are not. */
function inertLines(text: string): string {
  return inert(text.replace(/\r\n?/g, '\n')).replace(/\t/g, ' ');
}
