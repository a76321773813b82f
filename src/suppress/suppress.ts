import type { Finding } from '../finding.js';
import type { Note, SuppressedFinding } from '../report/report.js';
import type { Directive } from './directives.js';

export interface SuppressOptions {
  /** Ids of all rules. */
  readonly known: readonly string[];
  /** Whether the rule has run over the file, so that a directive without effect is one. */
  readonly hasRun: (rule: string, file: string) => boolean;
}

export interface Suppressed {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
  readonly notes: readonly Note[];
}

/** Takes out what comments turn off, and tells of comments that turn nothing off or do not say why. */
export function suppress(findings: readonly Finding[], directives: readonly Directive[], options: SuppressOptions): Suppressed {
  const used = new Map<Directive, Set<string>>();
  const kept: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  const byFile = grouped(directives);
  for (const finding of findings) {
    const directive = turnedOffBy(finding, byFile.get(finding.file) ?? []);
    if (!directive) {
      kept.push(finding);
      continue;
    }
    used.set(directive, (used.get(directive) ?? new Set()).add(finding.rule));
    suppressed.push({ finding, line: directive.line, ...(directive.reason !== undefined && { reason: directive.reason }) });
  }
  return { findings: kept, suppressed, notes: directives.flatMap(d => (d.kind === 'enable' ? [] : notesOf(d, used.get(d) ?? new Set(), options))) };
}

function grouped(directives: readonly Directive[]): ReadonlyMap<string, readonly Directive[]> {
  const groups = new Map<string, Directive[]>();
  for (const directive of directives) groups.set(directive.file, [...(groups.get(directive.file) ?? []), directive]);
  return groups;
}

/** The directive that a finding falls under: the nearest one that is about its line, else what is in force there. */
function turnedOffBy({ rule, line, column }: Finding, directives: readonly Directive[]): Directive | undefined {
  const ofLine = directives.find(d => d.kind.endsWith('-line') && d.target === line && d.rules.includes(rule));
  if (ofLine) return ofLine;
  let inForce: Directive | undefined;
  for (const directive of directives) {
    if (directive.kind.endsWith('-line') || directive.line > line || (directive.line === line && directive.column > column)) continue;
    if (directive.kind === 'disable' && directive.rules.includes(rule)) inForce = directive;
    else if (directive.kind === 'enable' && (directive.rules.length === 0 || directive.rules.includes(rule))) inForce = undefined;
  }
  return inForce;
}

function notesOf(directive: Directive, used: ReadonlySet<string>, { known, hasRun }: SuppressOptions): readonly Note[] {
  const at = { file: directive.file, line: directive.line, column: directive.column };
  const notes: Note[] = [];
  for (const rule of directive.rules) {
    if (!known.includes(rule)) notes.push({ ...at, kind: 'unknown-rule', message: `This comment turns off mcp-stateless/${rule}, and there is no such rule.` });
    else if (!used.has(rule) && hasRun(rule, directive.file)) notes.push({ ...at, kind: 'unused-suppression', message: `This comment turns off mcp-stateless/${rule}, which has nothing to report there: remove it.` });
  }
  if (directive.reason === undefined && directive.rules.some(rule => known.includes(rule))) notes.push({ ...at, kind: 'no-reason', message: 'This comment does not say why: add " -- " and the reason.' });
  return notes;
}
