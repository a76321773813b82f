import type { ClauseId, Severity } from '../catalogue/clauses.js';
import type { SkippedFile } from '../files/tree.js';
import type { Finding, Fingerprint, RuleId } from '../finding.js';

export const REVISION = '2026-07-28';

/** What an audit found, as plain data. The JSON reporter prints exactly this. */
export interface Report {
  readonly schema: 1;
  /** `mcp-stateless 0.1.0` */
  readonly tool: string;
  readonly revision: typeof REVISION;
  readonly root: string;
  readonly files: {
    readonly listed: number;
    readonly parsed: number;
    readonly skipped: readonly SkippedFile[];
    /** Files with syntax errors: what could be read of them was audited. */
    readonly broken: readonly { readonly file: string; readonly line: number; readonly column: number; readonly message: string }[];
  };
  /** Whether anything in the project has to do with MCP. */
  readonly mcp: boolean;
  /** Sorted by file, position and rule. */
  readonly findings: readonly Finding[];
  readonly units: readonly Unit[];
  readonly rules: readonly { readonly id: RuleId; readonly title: string; readonly clauses: readonly ClauseId[] }[];
}

/** Findings that are migrated together. */
export interface Unit {
  readonly id: string;
  readonly title: string;
  readonly effort: 'auto' | 'assisted' | 'manual';
  readonly severity: Severity;
  readonly findings: readonly Fingerprint[];
}

const WEIGHT: Readonly<Record<Severity, number>> = { error: 3, warning: 2, info: 1 };

export function atLeast(severity: Severity, level: Severity): boolean {
  return WEIGHT[severity] >= WEIGHT[level];
}

export function worst(severities: readonly Severity[]): Severity {
  return severities.reduce<Severity>((a, b) => (atLeast(b, a) ? b : a), 'info');
}

export interface Counts {
  readonly error: number;
  readonly warning: number;
  readonly info: number;
}

export function countBySeverity(findings: readonly Finding[]): Counts {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const finding of findings) counts[finding.severity]++;
  return counts;
}
