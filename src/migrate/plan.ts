import { createHash } from 'node:crypto';
import { auditProject, type Registry } from '../audit.js';
import type { AuditOptions } from '../audit-options.js';
import { DEFAULT_CHOICES, type Choices } from '../choices.js';
import type { Finding } from '../finding.js';
import type { Project } from '../project.js';
import type { Decline, DependencyChange, ProjectRewrite, TransformDefinition, Variable } from '../transform.js';
import { describedVariables } from './environment.js';
import { markResult, placedMarkers } from './leave.js';
import type { PrepareStep } from './prepare.js';
import { applyTexts } from './rewrites.js';
import type { DroppedStep, FileChange, PlacedMarker, Step } from './step.js';
import type { TypeCheck } from './types.js';
import { testsToAdapt, type Seen, type TestToAdapt } from './to-adapt.js';
import { takeTransform, type State } from './take.js';
import { brokenBy } from './verify.js';

export type { DroppedStep, FileChange, Step, Verdict } from './step.js';

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
  /** Comments for a person in the result. */
  readonly markers: readonly PlacedMarker[];
  /** Tests that see behaviour which the migration changes. */
  readonly tests: readonly TestToAdapt[];
  /** What a person must know. */
  readonly notes: readonly string[];
  readonly dependencies: readonly DependencyChange[];
  readonly variables: readonly Variable[];
}

export interface PlanOptions extends AuditOptions {
  /** Ids of the transforms and preparing steps to run; all when absent. */
  readonly transforms?: readonly string[];
  /** Transforms, preparing steps and units that are left out. */
  readonly skip?: readonly string[];
  /** Units to migrate; all when absent. */
  readonly units?: readonly string[];
  readonly choices?: Partial<Choices>;
  readonly prepare?: readonly PrepareStep[];
  /** Whether what no transform takes is marked too, when all of them run. */
  readonly markLeft?: boolean;
  /** What an audit of the project has found, when there has been one. */
  readonly findings?: readonly Finding[];
  /** A compiler for the preparing steps. */
  readonly types?: () => TypeCheck;
  /** What has been tried, and is not tried again. */
  readonly dropped?: readonly DroppedStep[];
  /** What audits have found in states of the project. Plans that are made one after the other share it. */
  readonly audited?: Map<string, readonly Finding[]>;
}

/** As often as transforms may make work for transforms that come before them. */
const MAX_PASSES = 3;

/** Makes the migration in memory, step by step, and checks each step before it counts. Writes nothing. */
export function planMigration(project: Project, transforms: readonly TransformDefinition[], registry: Registry, options: PlanOptions = {}): Plan {
  return new Planner(project, inOrder(transforms), registry, options).plan();
}

class Planner {
  readonly #steps: Step[] = [];
  readonly #dropped: DroppedStep[] = [];
  /** Packages that came and went again. */
  readonly #unneeded = new Set<string>();
  readonly #choices: Choices;
  /** What the transforms said when they were asked last. */
  readonly #declines = new Map<string, readonly Decline[]>();
  readonly #asked = new Map<string, readonly ProjectRewrite[]>();

  constructor(
    private readonly project: Project,
    private readonly transforms: readonly TransformDefinition[],
    private readonly registry: Registry,
    private readonly options: PlanOptions,
  ) {
    this.#choices = { ...DEFAULT_CHOICES, ...options.choices };
    this.#dropped.push(...(options.dropped ?? []));
  }

  plan(): Plan {
    const prepared = (this.options.prepare ?? []).reduce((project, step) => this.#prepare(project, step), this.project);
    const known = prepared === this.project ? this.options.findings : undefined;
    let state: State = { project: prepared, findings: known ?? this.#audit(prepared) };
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      const before = state.project;
      for (const transform of this.transforms) if (this.#wants(transform)) state = this.#take(transform, state);
      if (state.project === before) break;
    }
    state = this.#leaveMarkers(this.#describe(this.#tidy(state)));
    return this.#result(state);
  }

  #audit(project: Project): readonly Finding[] {
    const { audited } = this.options;
    const state = audited ? project.difference : '';
    const known = audited?.get(state);
    if (known) return known;
    const { findings } = auditProject(project, this.registry, this.options);
    audited?.set(state, findings);
    return findings;
  }

  #wants({ id, targets, unless }: Pick<TransformDefinition, 'id' | 'targets' | 'unless'>): boolean {
    const { transforms, skip } = this.options;
    return unless?.(this.#choices) !== true && (!transforms || transforms.includes(id)) && !skip?.includes(id) && (!targets || targets.includes(this.#choices.target));
  }

  #prepare(project: Project, step: PrepareStep): Project {
    if (!this.#wants(step) || this.#dropped.some(d => d.transform === step.id)) return project;
    const prepared = step.apply(project, this.#choices, this.options.types?.());
    if (!prepared) return project;
    const { changes, notes } = applyTexts(project, prepared.changes, prepared.dependencies ?? [], this.#choices.markers ? (prepared.markers ?? []) : []);
    const next = project.with(textsOf(changes));
    const broken = brokenBy(changes, project, next);
    if (broken !== undefined) {
      this.#dropped.push({ transform: step.id, reason: broken });
      return project;
    }
    if (changes.length === 0) return project;
    this.#steps.push({
      transform: step.id,
      title: step.title,
      unit: step.id,
      safety: 'review',
      changes,
      declines: [],
      verdict: { parses: true, stable: true, gone: 0, added: [] },
      answers: [],
      notes: [...(prepared.notes ?? []), ...notes],
      dependencies: prepared.dependencies ?? [],
      variables: prepared.variables ?? [],
    });
    return next;
  }

  /** What came with a preparing step and was used by code that has gone since. */
  #tidy(state: State): State {
    let current = state;
    for (const step of this.options.prepare ?? []) {
      const unneeded = this.#steps.some(s => s.transform === step.id) ? (step.unneeded?.(this.project, current.project) ?? []) : [];
      const { changes, notes } = applyTexts(current.project, new Map(), unneeded, []);
      if (changes.length === 0) continue;
      this.#steps.push({ ...PLAIN, transform: step.id, title: 'Remove packages that nothing uses any more', unit: step.id, changes, notes });
      for (const dependency of unneeded) this.#unneeded.add(keyOf(dependency));
      const project = current.project.with(textsOf(changes));
      current = { project, findings: this.#audit(project) };
    }
    return current;
  }

  /** Variables that came, beside those that a project shows already. */
  #describe(state: State): State {
    const changes = describedVariables(state.project, this.#steps);
    if (changes.length === 0) return state;
    this.#steps.push({ ...PLAIN, transform: 'environment', title: 'Show the variables to set', unit: 'environment', changes });
    const project = state.project.with(textsOf(changes));
    return { project, findings: this.#audit(project) };
  }

  #take(transform: TransformDefinition, state: State): State {
    const outcome = takeTransform(transform, state, { audit: project => this.#audit(project), choices: this.#choices, chosen: this.options.choices ?? {}, wanted: unit => this.#wantsUnit(unit), dropped: this.#dropped });
    this.#steps.push(...outcome.steps);
    this.#dropped.push(...outcome.dropped);
    this.#declines.set(transform.id, outcome.declines);
    this.#asked.set(transform.id, outcome.asked);
    return outcome.state;
  }

  #wantsUnit(unit: string): boolean {
    const { units, skip } = this.options;
    return (!units || units.includes(unit)) && !skip?.includes(unit);
  }

  /** Comments where a person has to go on, and none where nothing is left. */
  #leaveMarkers(state: State): State {
    if (!this.#choices.markers) return state;
    const { transforms, units, skip } = this.options;
    const isWhole = !transforms && !units && !skip;
    const declines = [...this.#declines.values()].flat();
    const why = ({ fingerprint }: Finding): string | undefined => declines.find(d => d.for === fingerprint)?.reason ?? this.#dropped.find(d => d.answers?.includes(fingerprint))?.reason;
    const changes = markResult(state, { declines, rewrites: [...this.#asked.values()].flat(), resolve: isWhole, why, ...(isWhole && this.options.markLeft && { choices: this.#choices }) });
    if (changes.length === 0) return state;
    const project = state.project.with(textsOf(changes));
    this.#steps.push({ ...PLAIN, transform: 'markers', title: 'Say in comments what is left for a person', unit: 'markers', changes });
    return { project, findings: this.#audit(project) };
  }

  #seenByTests(): ReadonlyMap<string, Seen> {
    const seen = new Map<string, Seen>();
    for (const { id, tests } of this.transforms) if (tests !== undefined) seen.set(id, { because: tests });
    for (const { id, tests, testWords } of this.options.prepare ?? []) if (tests !== undefined) seen.set(id, { because: tests, words: testWords });
    return seen;
  }

  #result({ project, findings }: State): Plan {
    const result = resultOf(this.project, this.#steps);
    const read = Object.fromEntries(Object.keys(result).flatMap(file => (this.project.text(file) === undefined ? [] : [[file, digest(this.project.text(file) ?? '')]])));
    return {
      root: this.project.root,
      read,
      steps: this.#steps,
      dropped: this.#dropped,
      result,
      left: findings,
      declines: [...this.#declines.values()].flat(),
      markers: placedMarkers(project),
      tests: testsToAdapt(this.project, this.#steps, this.#seenByTests()),
      notes: distinct(this.#steps.flatMap(s => s.notes)),
      dependencies: distinct(this.#steps.flatMap(s => s.dependencies)).filter(d => !this.#unneeded.has(keyOf(d))),
      variables: distinct(this.#steps.flatMap(s => s.variables)),
    };
  }
}

/** What is alike in steps that answer no findings and ask nothing of anybody. */
const PLAIN = { safety: 'safe', declines: [], verdict: { parses: true, stable: true, gone: 0, added: [] }, answers: [], notes: [], dependencies: [], variables: [] } as const;

function keyOf({ name, package: folder }: DependencyChange): string {
  return `${folder ?? ''}\0${name}`;
}

/** The last text of each file, without those that end as they began. */
function resultOf(project: Project, steps: readonly Step[]): Readonly<Record<string, string | null>> {
  const last = new Map<string, string | null>();
  for (const step of steps) for (const change of step.changes) last.set(change.file, change.after);
  return Object.fromEntries([...last].filter(([file, text]) => (project.text(file) ?? null) !== text).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function textsOf(changes: readonly FileChange[]): ReadonlyMap<string, string | null> {
  return new Map(changes.map(c => [c.file, c.after]));
}

function distinct<T>(items: readonly T[]): readonly T[] {
  const seen = new Set<string>();
  return items.filter(item => {
    const key = JSON.stringify(item);
    return !seen.has(key) && seen.add(key);
  });
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
