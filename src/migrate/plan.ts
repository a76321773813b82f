import { createHash } from 'node:crypto';
import { auditProject, type AuditOptions, type Registry } from '../audit.js';
import { DEFAULT_CHOICES, type Choices } from '../choices.js';
import { applyEdits, withoutRepetitions, type Edit } from '../edits/edit.js';
import type { Finding } from '../finding.js';
import { McpModel } from '../mcp/model.js';
import type { Project } from '../project.js';
import type { SourceFile } from '../parse/source.js';
import { StateModel } from '../state/model.js';
import { takes, type Decline, type FileTransform, type ProjectTransform, type TransformDefinition } from '../transform.js';

export interface FileChange {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

export interface Verdict {
  readonly parses: boolean;
  /** A second run makes no edit. */
  readonly stable: boolean;
  /** How many of the findings that the step took are gone. */
  readonly gone: number;
  /** Findings that were not there before. */
  readonly added: readonly Finding[];
}

export interface Step {
  readonly transform: string;
  readonly title: string;
  readonly safety: TransformDefinition['safety'];
  readonly changes: readonly FileChange[];
  readonly declines: readonly Decline[];
  readonly verdict: Verdict;
}

/** A step that was not taken, because it would have made things worse. */
export interface DroppedStep {
  readonly transform: string;
  readonly reason: string;
}

export interface Plan {
  readonly root: string;
  /** Digest of each file that the plan changes or removes, as it was read. New files have none. */
  readonly read: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
  readonly dropped: readonly DroppedStep[];
  /** Final text of each changed file; null for a removed one. */
  readonly result: Readonly<Record<string, string | null>>;
  /** What a person has to do. */
  readonly left: readonly Finding[];
  readonly declines: readonly Decline[];
}

export interface PlanOptions extends AuditOptions {
  readonly transforms?: readonly string[];
  readonly choices?: Partial<Choices>;
}

/** Makes the migration in memory, step by step, and checks each step before it counts. Writes nothing. */
export function planMigration(project: Project, transforms: readonly TransformDefinition[], registry: Registry, options: PlanOptions = {}): Plan {
  const steps: Step[] = [];
  const dropped: DroppedStep[] = [];
  let current: State = { project, findings: auditProject(project, registry, options).findings };
  for (const transform of inOrder(transforms)) {
    if (options.transforms && !options.transforms.includes(transform.id)) continue;
    const outcome = takeStep(transform, current, registry, options);
    if (!outcome) continue;
    if ('reason' in outcome) dropped.push(outcome);
    else {
      steps.push(outcome.step);
      current = outcome.state;
    }
  }
  const result: Record<string, string | null> = {};
  for (const step of steps) for (const change of step.changes) result[change.file] = change.after;
  const read = Object.fromEntries(Object.keys(result).flatMap(file => (project.text(file) === undefined ? [] : [[file, digest(project.text(file) ?? '')]])));
  return { root: project.root, read, steps, dropped, result, left: current.findings, declines: steps.flatMap(s => s.declines) };
}

interface State {
  readonly project: Project;
  readonly findings: readonly Finding[];
}

type Outcome = { readonly step: Step; readonly state: State } | DroppedStep | undefined;

interface Attempt {
  readonly changes: readonly FileChange[];
  readonly declines: readonly Decline[];
  /** Text that does not fit together, when the rewrites cannot be applied. */
  readonly problem?: string;
}

function takeStep(transform: TransformDefinition, state: State, registry: Registry, options: PlanOptions): Outcome {
  const mine = state.findings.filter(f => takes(transform, f.rule, f.clause));
  if (mine.length === 0) return undefined;
  const choices = { ...DEFAULT_CHOICES, ...options.choices };
  if (transform.targets && !transform.targets.includes(choices.target)) return undefined;
  const attempt = rewriteAll(transform, state.project, mine, choices, options);
  if (attempt.problem !== undefined) return { transform: transform.id, reason: attempt.problem };
  const { changes, declines } = attempt;
  if (changes.length === 0)
    return declines.length === 0 ? undefined : { step: { ...describe(transform), changes, declines, verdict: { parses: true, stable: true, gone: 0, added: [] } }, state };
  return verified(transform, state, mine, attempt, choices, registry, options);
}

function verified(transform: TransformDefinition, { project, findings }: State, mine: readonly Finding[], { changes, declines }: Attempt, choices: Choices, registry: Registry, options: PlanOptions): Outcome {
  const next = project.with(new Map(changes.map(c => [c.file, c.after])));
  const broken = changes.find(c => (next.source(c.file)?.problems.length ?? 0) > (project.source(c.file)?.problems.length ?? 0));
  if (broken) return { transform: transform.id, reason: `${broken.file} would not parse any more.` };
  const after = auditProject(next, registry, options).findings;
  const declined = new Set(declines.map(d => d.for));
  const still = new Set(after.map(f => f.fingerprint));
  const known = new Set(findings.map(keyOf));
  const added = after.filter(f => !known.has(keyOf(f)));
  const gone = mine.filter(f => !still.has(f.fingerprint)).length;
  const [worse] = added;
  if (worse) return { transform: transform.id, reason: `${worse.file}:${worse.line} would get a new finding: ${worse.message}` };
  const again = rewriteAll(transform, next, after.filter(f => takes(transform, f.rule, f.clause) && !declined.has(f.fingerprint)), choices, options);
  const stable = again.changes.length === 0;
  if (!stable) return { transform: transform.id, reason: `a second run would change ${again.changes.map(c => c.file).join(', ')} again.` };
  return { step: { ...describe(transform), changes, declines, verdict: { parses: true, stable, gone, added } }, state: { project: next, findings: after } };
}

function describe({ id, title, safety }: TransformDefinition): Pick<Step, 'transform' | 'title' | 'safety'> {
  return { transform: id, title, safety };
}

/** Where a finding stands may change with the lines around it; what it is about does not. */
function keyOf({ rule, clause, file, subject }: Finding): string {
  return [rule, clause, file, subject].join('\0');
}

function rewriteAll(transform: TransformDefinition, project: Project, findings: readonly Finding[], choices: Choices, options: PlanOptions): Attempt {
  return 'rewrite' in transform ? rewriteFiles(transform, project, findings) : rewriteTogether(transform, project, findings, choices, options);
}

function rewriteFiles(transform: FileTransform, project: Project, findings: readonly Finding[]): Attempt {
  const changes: FileChange[] = [];
  const declines: Decline[] = [];
  const mcp = new McpModel(project);
  for (const path of [...new Set(findings.map(f => f.file))].sort()) {
    const file = project.source(path);
    if (!file || file.problems.length > 0) continue;
    const rewrite = transform.rewrite({ file, mcp, project }, findings.filter(f => f.file === path));
    declines.push(...rewrite.declines);
    if (rewrite.edits.length === 0) continue;
    const after = applyEdits(file.text, withoutRepetitions(rewrite.edits));
    if (after !== file.text) changes.push({ file: path, before: file.text, after });
  }
  return { changes, declines };
}

/** All rewrites of a transform that works on the whole project, at once. */
function rewriteTogether(transform: ProjectTransform, project: Project, findings: readonly Finding[], choices: Choices, options: PlanOptions): Attempt {
  const mcp = new McpModel(project);
  let state: StateModel | undefined;
  const { rewrites, declines } = transform.rewriteProject({ project, mcp, state: () => (state ??= new StateModel(mcp, sources(project))), choices, chosen: options.choices ?? {} }, findings);
  const edits = new Map<string, Edit[]>();
  const changes: FileChange[] = [];
  for (const rewrite of rewrites) {
    for (const [path, list] of rewrite.edits) edits.set(path, [...(edits.get(path) ?? []), ...list]);
    for (const { path, text } of rewrite.created ?? []) {
      if (project.text(path) !== undefined) return { changes: [], declines, problem: `${path} is there already.` };
      changes.push({ file: path, before: '', after: text });
    }
  }
  for (const [path, list] of [...edits].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const before = project.text(path) ?? '';
    const after = applyEdits(before, withoutRepetitions(list));
    if (after !== before) changes.push({ file: path, before, after });
  }
  return { changes, declines };
}

function sources(project: Project): readonly SourceFile[] {
  return project.codeFiles().flatMap(path => (project.mentionsMcp(path) ? (project.source(path) ?? []) : []));
}

/** Each transform after those that it names; otherwise in the order given. */
export function inOrder(transforms: readonly TransformDefinition[]): readonly TransformDefinition[] {
  const byId = new Map(transforms.map(t => [t.id, t]));
  const ordered: TransformDefinition[] = [];
  const visiting = new Set<string>();
  const visit = (transform: TransformDefinition): void => {
    if (ordered.includes(transform)) return;
    if (visiting.has(transform.id)) throw new Error(`Transforms wait for each other: ${[...visiting, transform.id].join(' -> ')}`);
    visiting.add(transform.id);
    for (const id of transform.after ?? []) {
      const before = byId.get(id);
      if (before) visit(before);
    }
    visiting.delete(transform.id);
    ordered.push(transform);
  };
  for (const transform of transforms) visit(transform);
  return ordered;
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
