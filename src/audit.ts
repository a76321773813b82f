import { assembled, withoutMcp } from './assemble.js';
import { settled } from './doubt.js';
import { Gates } from './eras/gates.js';
import { diskTree } from './files/disk.js';
import { zoneOf } from './files/kinds.js';
import type { FileTree } from './files/tree.js';
import { isWanted, type AuditOptions } from './audit-options.js';
import type { Finding } from './finding.js';
import { Engine, orderFindings, type TransformOf } from './hosts/engine.js';
import { modelOf } from './mcp/model.js';
import { Project } from './project.js';
import { entriesOf } from './readiness/entries.js';
import type { Report } from './report/report.js';
import type { SourceFile } from './parse/source.js';
import type { Rule } from './rule.js';
import { findSeeds } from './seeds.js';
import { directivesOfCode, directivesOfText, mayHaveDirectives, type Directive } from './suppress/directives.js';
import { suppress } from './suppress/suppress.js';
import { unitContext } from './units/context.js';
import { groupUnits } from './units/units.js';

/** The rules and transforms that a run works with. */
export interface Registry {
  readonly rules: readonly Rule[];
  readonly transformOf: TransformOf;
  /** What a transform does, in words. */
  readonly transformTitle?: (transform: string) => string | undefined;
}

export function auditFolder(root: string, registry: Registry, options: AuditOptions = {}): Report {
  return auditTree(diskTree(root, { ...(options.ignore && { ignore: options.ignore }), ...(options.include && { include: options.include }) }), registry, options);
}

export function auditTree(tree: FileTree, registry: Registry, options: AuditOptions = {}): Report {
  return auditProject(new Project(tree), registry, options);
}

export function auditProject(project: Project, registry: Registry, options: AuditOptions = {}): Report {
  const rules = registry.rules.filter(r => isWanted(r, options));
  const seeds = findSeeds(project, rules);
  if (!seeds.mcp) return withoutMcp(project, rules, options);
  const broken: Report['files']['broken'][number][] = [];
  const mcp = modelOf(project);
  const handling = (): readonly SourceFile[] => seeds.near.flatMap(path => (options.includeTests || zoneOf(path) !== 'test' ? (project.source(path) ?? []) : []));
  const engine = new Engine(project, mcp, registry.transformOf, handling, new Gates(mcp));
  const visited = options.includeTests ? seeds.code : seeds.code.filter(s => zoneOf(s.path) !== 'test');
  for (const [index, { path, rules: present }] of visited.entries()) {
    options.onProgress?.(index, visited.length);
    const file = project.source(path);
    if (!file) continue;
    const problem = file.problems[0];
    if (problem) broken.push({ file: path, ...project.lines(path).position(problem.offset), message: problem.message });
    engine.visit(file, present);
  }
  for (const seed of seeds.texts) engine.scan(seed.path, seed.kind, seed.rules);
  engine.conclude(rules);
  const { oracle } = options;
  const certain = oracle ? engine.findings.flatMap(f => settled(f, project, oracle)) : engine.findings;
  const found = orderFindings(certain).flatMap(f => levelled(f, options));
  const isAudited = (path: string): boolean => options.includeTests === true || zoneOf(path) !== 'test';
  const { findings: open, suppressed, notes } = suppress(found, directivesOf(project, isAudited), {
    known: registry.rules.map(r => r.id),
    hasRun: rule => options.clauses === undefined && options.levels?.clauses === undefined && rules.some(r => r.id === rule),
  });
  const isShown = (f: Finding): boolean => (options.all || f.confidence !== 'possible') && (options.includeTests || f.zone !== 'test');
  const { findings, units } = groupUnits(open.filter(isShown), unitContext(project, mcp, () => engine.state, id => registry.transformTitle?.(id) ?? id));
  return assembled(project, rules, options, {
    mcp: true,
    broken,
    findings,
    units,
    entries: entriesOf(project),
    suppressed: suppressed.filter(s => isShown(s.finding)),
    notes,
  });
}

/** The finding with the severity that was asked for; nothing when it was turned off. */
function levelled(finding: Finding, { clauses, levels }: AuditOptions): readonly Finding[] {
  if (clauses && !finding.clauses.some(c => clauses.includes(c))) return [];
  const level = levels?.clauses?.[finding.clause] ?? levels?.rules?.[finding.rule];
  if (level === undefined) return [finding];
  return level === 'off' ? [] : [{ ...finding, severity: level }];
}

function directivesOf(project: Project, isAudited: (path: string) => boolean): readonly Directive[] {
  return project.tree.files.flatMap(({ path, kind }) => {
    const bytes = kind === 'doc' || !isAudited(path) ? undefined : project.bytes(path);
    if (!bytes || !mayHaveDirectives(bytes)) return [];
    const file = project.source(path);
    return file ? directivesOfCode(file, project.lines(path)) : directivesOfText(path, project.text(path) ?? '');
  });
}
