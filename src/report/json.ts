import type { Report } from './report.js';

/** The whole report, as docs/report.schema.json describes it. */
export function jsonReport(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** One finding per line and nothing else. */
export function jsonLinesReport(report: Report): string {
  return report.findings.map(finding => `${JSON.stringify(finding)}\n`).join('');
}
