import { diskTree } from './files/disk.js';
import { zoneOf, type Zone } from './files/kinds.js';
import type { FileTree } from './files/tree.js';
import type { RuleId } from './finding.js';
import { Engine, orderFindings, type TransformOf } from './hosts/engine.js';
import { McpModel } from './mcp/model.js';
import { Project } from './project.js';
import { entriesOf } from './readiness/entries.js';
import { readinessOf } from './readiness/readiness.js';
import { REVISION, type Report } from './report/report.js';
import type { SourceFile } from './parse/source.js';
import type { Rule } from './rule.js';
import { findSeeds } from './seeds.js';
import { unitContext } from './units/context.js';
import { groupUnits } from './units/units.js';
import { VERSION } from './version.js';

export interface AuditOptions {
  /** Patterns as in ignore files, relative to the root. */
  readonly ignore?: readonly string[];
  readonly include?: readonly string[];
  /** Ids of rules to run; all when absent. */
  readonly rules?: readonly RuleId[];
  /** Also what only a name speaks for. */
  readonly all?: boolean;
  /** Also test files. */
  readonly includeTests?: boolean;
  /** ISO date from which deadlines are counted. */
  readonly today?: string;
  readonly onProgress?: (done: number, total: number) => void;
}

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
  const rules = options.rules ? registry.rules.filter(r => options.rules?.includes(r.id)) : registry.rules;
  const seeds = findSeeds(project, rules);
  const broken: Report['files']['broken'][number][] = [];
  const mcp = new McpModel(project);
  const handling = (): readonly SourceFile[] => seeds.near.flatMap(path => (options.includeTests || zoneOf(path) !== 'test' ? (project.source(path) ?? []) : []));
  const engine = new Engine(project, mcp, registry.transformOf, handling);
  if (seeds.mcp) {
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
  }
  const ordered = orderFindings(engine.findings).filter(f => (options.all || f.confidence !== 'possible') && (options.includeTests || f.zone !== 'test'));
  const { findings, units } = groupUnits(ordered, unitContext(project, mcp, () => engine.state, id => registry.transformTitle?.(id) ?? id));
  return {
    schema: 1,
    tool: `mcp-stateless ${VERSION}`,
    revision: REVISION,
    root: project.root,
    files: { listed: project.tree.files.length, parsed: project.parsedCount, skipped: project.skipped, broken },
    mcp: seeds.mcp,
    findings,
    units,
    readiness: readinessOf({
      mcp: seeds.mcp,
      findings,
      units,
      entries: seeds.mcp ? entriesOf(project) : { modern: false },
      files: filesByZone(project),
      testsAudited: options.includeTests ?? false,
      today: options.today ?? new Date().toISOString().slice(0, 10),
    }),
    rules: rules.map(({ id, title, clauses }) => ({ id, title, clauses })),
  };
}

function filesByZone(project: Project): ReadonlyMap<Zone, number> {
  const counts = new Map<Zone, number>();
  for (const path of project.codeFiles()) counts.set(zoneOf(path), (counts.get(zoneOf(path)) ?? 0) + 1);
  return counts;
}
