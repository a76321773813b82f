import { createHash } from 'node:crypto';
import type { Finding } from '../finding.js';

/** Findings that are known, so that only new ones count. */
export interface Baseline {
  readonly schema: 1;
  readonly tool: string;
  readonly findings: readonly Known[];
}

export interface Known {
  readonly fingerprint: string;
  readonly rule: string;
  readonly file: string;
  readonly subject: string;
  /** Made from the finding without its file: recognises it after the file has been renamed. */
  readonly content: string;
}

export interface Compared {
  /** Fingerprints of this run that the baseline knows. */
  readonly known: ReadonlySet<string>;
  /** Entries that nothing corresponds to any more. */
  readonly gone: readonly Known[];
}

export function baselineOf(findings: readonly Finding[], codeOf: (finding: Finding) => string, tool: string): Baseline {
  return {
    schema: 1,
    tool,
    findings: findings.map(f => ({ fingerprint: f.fingerprint, rule: f.rule, file: f.file, subject: f.subject, content: contentOf(f, codeOf(f)) })),
  };
}

/** One entry covers one finding. An entry of a file that is gone covers an equal finding elsewhere: the file has a new name. */
export function compare(baseline: Baseline, findings: readonly Finding[], codeOf: (finding: Finding) => string, exists: (file: string) => boolean): Compared {
  const byPrint = new Map(findings.map(f => [f.fingerprint, f]));
  const known = new Set<string>();
  const open: Known[] = [];
  for (const entry of baseline.findings) {
    if (byPrint.has(entry.fingerprint)) known.add(entry.fingerprint);
    else open.push(entry);
  }
  const left = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (known.has(finding.fingerprint)) continue;
    const content = contentOf(finding, codeOf(finding));
    left.set(content, [...(left.get(content) ?? []), finding]);
  }
  const gone: Known[] = [];
  for (const entry of open) {
    const moved = exists(entry.file) ? undefined : left.get(entry.content)?.shift();
    if (moved) known.add(moved.fingerprint);
    else gone.push(entry);
  }
  return { known, gone };
}

function contentOf({ rule, clause, subject }: Finding, code: string): string {
  return createHash('sha256').update([rule, clause, subject, code].join('\0')).digest('hex').slice(0, 16);
}

/** Undefined when a value is no baseline. */
export function asBaseline(value: unknown): Baseline | undefined {
  if (typeof value !== 'object' || value === null || !('schema' in value) || value.schema !== 1) return undefined;
  if (!('tool' in value) || typeof value.tool !== 'string' || !('findings' in value) || !Array.isArray(value.findings)) return undefined;
  const findings: Known[] = [];
  for (const entry of value.findings as readonly unknown[]) {
    const known = asKnown(entry);
    if (!known) return undefined;
    findings.push(known);
  }
  return { schema: 1, tool: value.tool, findings };
}

function asKnown(entry: unknown): Known | undefined {
  const text = (key: keyof Known): string | undefined => {
    const value = typeof entry === 'object' && entry !== null ? (Reflect.get(entry, key) as unknown) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const [fingerprint, rule, file, subject, content] = [text('fingerprint'), text('rule'), text('file'), text('subject'), text('content')];
  if (fingerprint === undefined || rule === undefined || file === undefined || subject === undefined || content === undefined) return undefined;
  return { fingerprint, rule, file, subject, content };
}
