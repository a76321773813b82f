import { clause } from '../catalogue/clauses.js';
import type { FileTree } from '../files/tree.js';
import { isUnreadable } from '../files/tree.js';
import type { Finding, JsonObject } from '../finding.js';
import type { Project } from '../project.js';
import { countBySeverity, REVISION, type Report, type Unit } from '../report/report.js';
import type { ComparedClause, ComparedFinding, ComparedUnit, Comparison, Side } from './comparison.js';
import { dependencyChanges } from './dependencies.js';
import { environmentChanges } from './environment.js';
import { matchFindings, type Matched } from './match.js';
import type { Owners } from './owners.js';
import { surfaceOf } from './surface.js';
import { wireChanges } from './wire.js';

/** One state of a project, audited. */
export interface Audited {
  readonly name: string;
  readonly commit?: string;
  readonly subject?: string;
  readonly date?: string;
  readonly project: Project;
  readonly report: Report;
}

export interface CompareOptions {
  /** ISO date. */
  readonly today: string;
  readonly owners: Owners;
  /** Old names of files by their new ones. */
  readonly link: (side: 'base' | 'head', file: string, line: number, endLine: number) => string | undefined;
  readonly verification?: JsonObject;
  readonly notes: readonly string[];
  /** The folder, as it has to be given to the next command; empty for this one. */
  readonly path: string;
}

export function compareStates(base: Audited, head: Audited, options: CompareOptions): Comparison {
  const files = changedFiles(base.project.tree, head.project.tree);
  const changed = files.map(f => f.file);
  const matched = matchFindings(base.report.findings, head.report.findings, renames(base, head, files));
  const link = (side: 'base' | 'head', at: { readonly file: string; readonly line: number; readonly endLine?: number }): { readonly url?: string } => {
    const url = options.link(side, at.file, at.line, at.endLine ?? at.line);
    return url === undefined ? {} : { url };
  };
  const findings: readonly ComparedFinding[] = [
    ...matched.added.map(finding => ({ status: 'new' as const, finding, ...link('head', finding) })),
    ...sorted(matched).map(({ before, after }) => ({ status: 'left' as const, finding: after, ...(moved(before, after) && { from: { file: before.file, line: before.line } }), ...link('head', after) })),
    ...matched.fixed.map(finding => ({ status: 'fixed' as const, finding, ...link('base', finding) })),
  ];
  return {
    schema: 1,
    tool: head.report.tool,
    revision: REVISION,
    today: options.today,
    base: sideOf(base),
    head: sideOf(head),
    totals: { fixed: countBySeverity(matched.fixed), new: countBySeverity(matched.added), left: countBySeverity(matched.left.map(p => p.after)) },
    findings,
    units: unitsOf(base.report.units, head.report.units, matched, options.owners),
    clauses: clausesOf(base.report.findings, head.report.findings, matched),
    wire: wireChanges(surfaceOf(base.project), surfaceOf(head.project)).map(c => ({ ...c, ...link(c.change === 'removed' ? 'base' : 'head', c) })),
    dependencies: dependencyChanges(base.project.manifests, head.project.manifests),
    environment: environmentChanges(base.project, head.project, changed).map(e => ({ ...e, ...link(e.change === 'removed' ? 'base' : 'head', e) })),
    files,
    ...(options.verification && { verification: options.verification }),
    next: nextCommands(head.report, options.path),
    notes: options.notes,
  };
}

function sideOf({ name, commit, subject, date, report }: Audited): Side {
  return {
    name,
    ...(commit !== undefined && { commit }),
    ...(subject !== undefined && { subject }),
    ...(date !== undefined && { date }),
    mcp: report.mcp,
    files: { listed: report.files.listed, parsed: report.files.parsed },
    counts: countBySeverity(report.findings),
    units: report.units.length,
    readiness: report.readiness,
  };
}

function moved(before: Finding, after: Finding): boolean {
  return before.file !== after.file || before.line !== after.line;
}

function sorted({ left }: Matched): Matched['left'] {
  const order = (a: Finding, b: Finding): number => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.range[0] - b.range[0]);
  return [...left].sort((a, b) => order(a.after, b.after));
}

/** Listed files whose bytes differ. */
function changedFiles(before: FileTree, after: FileTree): Comparison['files'] {
  const [old, now] = [new Set(before.files.map(f => f.path)), new Set(after.files.map(f => f.path))];
  return [...new Set([...old, ...now])].sort().flatMap((file): Comparison['files'] => {
    if (!old.has(file)) return [{ file, change: 'added' }];
    if (!now.has(file)) return [{ file, change: 'removed' }];
    const [a, b] = [before.read(file), after.read(file)];
    const same = isUnreadable(a) || isUnreadable(b) ? isUnreadable(a) && isUnreadable(b) : a.equals(b);
    return same ? [] : [{ file, change: 'changed' }];
  });
}

/** Files that went, with the one that came and shares most of their lines, if it shares half of them. */
function renames(base: Audited, head: Audited, files: Comparison['files']): (file: string) => string | undefined {
  const reported = new Set(base.report.findings.map(f => f.file));
  const gone = files.filter(f => f.change === 'removed' && reported.has(f.file)).map(f => f.file);
  const come = files.filter(f => f.change === 'added').map(f => f.file);
  const found = new Map<string, string>();
  for (const file of gone) {
    const lines = new Set(linesOf(base.project, file));
    let best: readonly [string, number] | undefined;
    for (const candidate of come) {
      const theirs = linesOf(head.project, candidate);
      const shared = theirs.filter(line => lines.has(line)).length / Math.max(1, lines.size, theirs.length);
      if (shared >= 0.5 && shared > (best?.[1] ?? 0)) best = [candidate, shared];
    }
    if (best) found.set(file, best[0]);
  }
  return file => found.get(file);
}

function linesOf(project: Project, file: string): readonly string[] {
  return (project.text(file) ?? '').split('\n').map(line => line.trim()).filter(line => line.length > 3);
}

/** The units of both states. A unit keeps its identity through its findings, since its name may follow a moved file. */
function unitsOf(before: readonly Unit[], after: readonly Unit[], matched: Matched, owners: Owners): readonly ComparedUnit[] {
  const unitNow = new Map(after.flatMap(u => u.findings.map(f => [f, u.id] as const)));
  const unitBefore = new Map(before.flatMap(u => u.findings.map(f => [f, u] as const)));
  const successor = new Map<string, string>();
  for (const pair of matched.left) {
    const [old, now] = [unitBefore.get(pair.before.fingerprint)?.id, unitNow.get(pair.after.fingerprint)];
    if (old !== undefined && now !== undefined && !successor.has(old)) successor.set(old, now);
  }
  const nowIds = new Set(after.map(u => u.id));
  const added = new Set(matched.added.map(f => f.fingerprint));
  const fixedOf = (id: string): readonly Finding[] => matched.fixed.filter(f => {
    const old = unitBefore.get(f.fingerprint)?.id ?? '';
    return (successor.get(old) ?? old) === id;
  });
  const compared = (unit: Unit, isNow: boolean): ComparedUnit => {
    const fixed = fixedOf(unit.id);
    const fresh = isNow ? unit.findings.filter(f => added.has(f)) : [];
    const left = isNow ? unit.findings.filter(f => !added.has(f)) : [];
    const files = [...new Set([...(isNow ? unit.files : []), ...fixed.map(f => f.file)])].sort();
    const status = !isNow ? 'done' : left.length === 0 && fixed.length === 0 ? 'new' : fixed.length > 0 ? 'begun' : 'untouched';
    return { id: unit.id, title: unit.title, effort: unit.effort, risk: unit.risk, severity: unit.severity, status, files, owners: [...new Set(files.flatMap(owners))].sort(), fixed: fixed.map(f => f.fingerprint), new: fresh, left };
  };
  const done = before.filter(u => !nowIds.has(u.id) && !successor.has(u.id));
  return [...after.map(u => compared(u, true)), ...done.map(u => compared(u, false))].filter(u => u.fixed.length + u.new.length + u.left.length > 0);
}

/** Each finding counts for its own clause only, so that the rows add up to the totals. */
function clausesOf(before: readonly Finding[], after: readonly Finding[], matched: Matched): readonly ComparedClause[] {
  const count = (findings: readonly Finding[], id: string): number => findings.filter(f => f.clause === id).length;
  const left = matched.left.map(p => p.after);
  return [...new Set([...before, ...after].map(f => f.clause))].sort().map(id => ({
    clause: id,
    title: clause(id).title,
    status: clause(id).status,
    before: count(before, id),
    after: count(after, id),
    fixed: count(matched.fixed, id),
    new: count(matched.added, id),
    left: count(left, id),
  }));
}

function nextCommands(report: Report, path: string): readonly string[] {
  if (!report.mcp) return [];
  const at = path === '' ? '' : ` ${path}`;
  if (report.findings.some(f => f.fix.transform !== undefined)) return [`npx mcp-stateless migrate${at}`, `npx mcp-stateless audit${at}`];
  const [worst] = report.units;
  const first = report.findings.find(f => f.unit === worst?.id) ?? report.findings[0];
  return first ? [`npx mcp-stateless explain ${first.clause}`, `npx mcp-stateless audit${at}`] : ['npx mcp-stateless prove -- <how your server is started>'];
}
