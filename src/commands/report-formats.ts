import { createHash } from 'node:crypto';
import type { Audited } from '../comparison/compare.js';
import type { Comparison } from '../comparison/comparison.js';
import type { History } from '../comparison/history.js';
import { badgeJson, badgeSvg } from '../report/badge.js';
import { codeQualityReport } from '../report/code-quality.js';
import { comparisonMarkdown } from '../report/comparison-markdown.js';
import { comparisonTerminal } from '../report/comparison-terminal.js';
import { githubReport } from '../report/github.js';
import { paint, wantsColour } from '../report/paint.js';
import { comparisonPage } from '../report/page/page.js';
import { sarifReport } from '../report/sarif.js';
import type { Io } from './io.js';

export const REPORT_FORMATS = ['terminal', 'markdown', 'html', 'json', 'sarif', 'github', 'gitlab', 'badge', 'badge-svg'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface ReportFacts {
  readonly comparison: Comparison;
  readonly base: Audited;
  readonly head: Audited;
  /** From the repository's root to the folder. */
  readonly prefix: string;
  readonly history?: History;
  readonly colour: Io;
}

export function render(format: ReportFormat, facts: ReportFacts): string {
  const { comparison, head, prefix, history, colour } = facts;
  const fresh = new Set(comparison.findings.flatMap(f => (f.status === 'new' ? [f.finding.fingerprint] : [])));
  switch (format) {
    case 'terminal':
      return comparisonTerminal(comparison, paint(wantsColour({ isTTY: colour.stdout.isTTY, env: colour.env })), history);
    case 'markdown':
      return comparisonMarkdown(comparison, history);
    case 'html':
      return comparisonPage(comparison, { textOf: (side, file) => facts[side].project.text(file), sha256: text => createHash('sha256').update(text).digest('base64'), history });
    case 'json':
      return `${JSON.stringify(history ? { ...comparison, history: history.entries } : comparison, null, 2)}\n`;
    case 'sarif':
      return sarifReport(head.report, { prefix, baseline: f => (fresh.has(f.fingerprint) ? 'new' : 'unchanged') });
    case 'github':
      // What was there before is no news of this change.
      return githubReport({ ...head.report, findings: head.report.findings.filter(f => fresh.has(f.fingerprint)) }, prefix);
    case 'gitlab':
      return codeQualityReport(head.report, prefix);
    case 'badge':
      return badgeJson(comparison.head.readiness);
    case 'badge-svg':
      return badgeSvg(comparison.head.readiness);
  }
}
