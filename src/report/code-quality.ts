import { inert } from './paint.js';
import type { Report } from './report.js';

const SEVERITY = { error: 'critical', warning: 'minor', info: 'info' } as const;

/** The code quality report of GitLab, which it shows in merge requests. */
export function codeQualityReport(report: Report, prefix: string): string {
  const issues = report.findings.map(f => ({
    type: 'issue',
    check_name: f.rule,
    description: `${oneLine(f.message)} ${oneLine(f.fix.summary)}`,
    categories: ['Compatibility'],
    severity: SEVERITY[f.severity],
    fingerprint: f.fingerprint,
    location: { path: prefix + f.file, lines: { begin: f.line, end: f.endLine } },
  }));
  return `${JSON.stringify(issues, null, 2)}\n`;
}

function oneLine(text: string): string {
  return inert(text).replace(/\s+/g, ' ');
}
