import { settled } from './doubt.js';
import { Gates } from './eras/gates.js';
import { diskTree } from './files/disk.js';
import { zoneOf, type Zone } from './files/kinds.js';
import type { FileTree } from './files/tree.js';
import type { ClauseId, Severity } from './catalogue/clauses.js';
import type { Finding, RuleId } from './finding.js';
import { Engine, orderFindings, type TransformOf } from './hosts/engine.js';
import { McpModel } from './mcp/model.js';
import type { TypeOracle } from './program/oracle.js';
import { Project } from './project.js';
import { entriesOf } from './readiness/entries.js';
import { readinessOf } from './readiness/readiness.js';
import { REVISION, type Report } from './report/report.js';
import type { SourceFile } from './parse/source.js';
import type { Rule } from './rule.js';
import { findSeeds } from './seeds.js';
import { directivesOfCode, directivesOfText, mayHaveDirectives, type Directive } from './suppress/directives.js';
import { suppress } from './suppress/suppress.js';
import { unitContext } from './units/context.js';
import { groupUnits } from './units/units.js';
import { VERSION } from './version.js';

export interface AuditOptions {
  /** Patterns as in ignore files, relative to the root. */
  readonly ignore?: readonly string[];
  readonly include?: readonly string[];
  /** Ids of rules to run; all when absent. */
  readonly rules?: readonly RuleId[];
  /** Only what is found for these clauses; all when absent. */
  readonly clauses?: readonly ClauseId[];
  /** Severity of what a rule reports or of what is reported for a clause, or `off`. A clause is stronger than a rule. */
  readonly levels?: { readonly rules?: Levels | undefined; readonly clauses?: Levels | undefined };
  /** Also what only a name speaks for. */
  readonly all?: boolean;
  /** Also test files. */
  readonly includeTests?: boolean;
  /** The compiler, for receivers that are in doubt: `typeOracle` of program/oracle.ts, which loads it. */
  readonly oracle?: TypeOracle;
  /** ISO date from which deadlines are counted. */
  readonly today?: string;
  readonly onProgress?: (done: number, total: number) => void;
}

export type Levels = Readonly<Record<string, Severity | 'off'>>;

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
  const broken: Report['files']['broken'][number][] = [];
  const mcp = new McpModel(project);
  const handling = (): readonly SourceFile[] => seeds.near.flatMap(path => (options.includeTests || zoneOf(path) !== 'test' ? (project.source(path) ?? []) : []));
  const engine = new Engine(project, mcp, registry.transformOf, handling, new Gates(mcp));
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
  const { oracle } = options;
  const certain = oracle ? engine.findings.flatMap(f => settled(f, project, oracle)) : engine.findings;
  const found = orderFindings(certain).flatMap(f => levelled(f, options));
  const isAudited = (path: string): boolean => options.includeTests === true || zoneOf(path) !== 'test';
  const { findings: open, suppressed, notes } = suppress(found, seeds.mcp ? directivesOf(project, isAudited) : [], {
    known: registry.rules.map(r => r.id),
    hasRun: rule => options.clauses === undefined && options.levels?.clauses === undefined && rules.some(r => r.id === rule),
  });
  const isShown = (f: Finding): boolean => (options.all || f.confidence !== 'possible') && (options.includeTests || f.zone !== 'test');
  const { findings, units } = groupUnits(open.filter(isShown), unitContext(project, mcp, () => engine.state, id => registry.transformTitle?.(id) ?? id));
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
      entries: seeds.mcp ? entriesOf(project) : { modern: false, stateless: false },
      files: filesByZone(project),
      testsAudited: options.includeTests ?? false,
      today: options.today ?? new Date().toISOString().slice(0, 10),
    }),
    suppressed: suppressed.filter(s => isShown(s.finding)),
    notes,
    rules: rules.map(({ id, title, clauses }) => ({ id, title, clauses })),
  };
}

function filesByZone(project: Project): ReadonlyMap<Zone, number> {
  const counts = new Map<Zone, number>();
  for (const path of project.codeFiles()) counts.set(zoneOf(path), (counts.get(zoneOf(path)) ?? 0) + 1);
  return counts;
}

function isWanted(rule: Rule, { rules, clauses, levels }: AuditOptions): boolean {
  if (rules && !rules.includes(rule.id)) return false;
  if (clauses && !rule.clauses.some(c => clauses.includes(c))) return false;
  // A clause that is not off wins over its rule.
  return levels?.rules?.[rule.id] !== 'off' || rule.clauses.some(c => (levels.clauses?.[c] ?? 'off') !== 'off');
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
