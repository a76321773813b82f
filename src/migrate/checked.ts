// A plan that also compiles: what brings errors is left out, and the rest is made anew.
import type { Registry } from '../audit.js';
import type { Finding } from '../finding.js';
import { dependenciesOf, manifestOf } from '../graph/workspace.js';
import type { Project } from '../project.js';
import type { TransformDefinition } from '../transform.js';
import { planMigration, textsOf, type Plan, type PlanOptions } from './plan.js';
import type { CompileError, DroppedStep, Step } from './step.js';
import { keyOf, newErrors, type CheckedTypes, type TypeCheck } from './types.js';

/** What the compiler says about a plan. */
export interface PlanTypes {
  readonly verdict: 'same' | 'better' | 'worse' | 'not checked';
  /** Errors in the files that the plan touches and in those that import them. */
  readonly after: number;
  /** What there was before in the files that have errors afterwards. Not asked for when there are none. */
  readonly before?: number;
  /** Errors that are new, for a person. */
  readonly added: readonly CompileError[];
  readonly files: number;
  /** Touched code that could not be checked. */
  readonly unchecked: readonly string[];
}

export interface CheckedPlan extends Plan {
  readonly types: PlanTypes;
}

const MAX_ROUNDS = 8;
const CODE = /\.[cm]?[jt]sx?$/;

/** `check` is asked for only when something changes. */
export function planChecked(project: Project, transforms: readonly TransformDefinition[], registry: Registry, options: PlanOptions, check: (() => TypeCheck) | undefined): CheckedPlan {
  let dropped: readonly DroppedStep[] = options.dropped ?? [];
  let checker: TypeCheck | undefined;
  let isRepaired = false;
  const audited = new Map<string, readonly Finding[]>();
  const types = check && ((): TypeCheck => (checker ??= check()));
  for (let round = 0; ; round++) {
    const plan = planMigration(project, transforms, registry, { ...options, audited, dropped, ...(types && isRepaired && { types }) });
    const files = Object.keys(plan.result).filter(isChecked);
    if (!types || files.length === 0) return { ...plan, types: { verdict: 'not checked', after: 0, added: [], files: 0, unchecked: types ? [] : files } };
    const trial = new Trial(project, plan, types(), [...files, ...usersOfRaised(project, plan, files)]);
    // Most plans compile at once; a step that asks the compiler itself is made only where they do not. Whether they did before is asked after that.
    if (!isRepaired && options.prepare?.some(step => plan.steps.some(s => s.transform === step.id)) && trial.hasErrors) {
      isRepaired = true;
      continue;
    }
    const worse = round < MAX_ROUNDS ? trial.culprits() : [];
    if (worse.length === 0) return { ...plan, types: trial.types() };
    dropped = [...dropped, ...worse];
  }
}

function isChecked(path: string): boolean {
  return CODE.test(path) && !/\.d\.[cm]?ts$/.test(path);
}

/** Files that do not change, but use a package of which another major comes. */
function usersOfRaised(project: Project, plan: Plan, changed: readonly string[]): readonly string[] {
  const raised = plan.dependencies.flatMap(({ name, range, package: folder = '' }) => {
    const manifest = project.manifests.find(m => m.folder === folder);
    const before = manifest && dependenciesOf(manifest).get(name);
    return range !== undefined && before !== undefined && before !== range ? [{ name, manifest }] : [];
  });
  if (raised.length === 0) return [];
  return project.codeFiles().filter(path => {
    if (!isChecked(path) || changed.includes(path)) return false;
    const manifest = manifestOf(project.manifests, path);
    return raised.some(r => r.manifest === manifest && new RegExp(`['"]${r.name}(?:/[^'"]*)?['"]`).test(project.text(path) ?? ''));
  });
}

class Trial {
  #before: CheckedTypes | undefined;
  #found: CheckedTypes | undefined;
  readonly #result: Project;
  #added: readonly CompileError[] | undefined;

  constructor(
    private readonly project: Project,
    private readonly plan: Plan,
    private readonly check: TypeCheck,
    private readonly files: readonly string[],
  ) {
    this.#result = project.with(new Map(Object.entries(plan.result)));
  }

  get hasErrors(): boolean {
    return this.#found ? this.#found.errors.length > 0 : this.check.hasErrors(this.#result, this.files);
  }

  get #after(): CheckedTypes {
    return (this.#found ??= this.check.errors(this.#result, this.files));
  }

  #addedErrors(): readonly CompileError[] {
    return (this.#added ??= this.#after.errors.length > 0 ? newErrors(this.#errorsBefore(), this.#after.errors, this.plan.dependencies) : []);
  }

  #errorsBefore(): readonly CompileError[] {
    // Only where there are errors now can one be new, and every file more has its price.
    return (this.#before ??= this.check.errors(this.project, this.files, true, new Set(this.#after.errors.map(e => e.file)))).errors;
  }

  types(): PlanTypes {
    const after = this.#after.errors.length;
    const added = this.#addedErrors();
    const before = this.#before?.errors.length;
    const verdict = this.#after.checked === 0 ? 'not checked' : added.length > 0 ? 'worse' : before !== undefined && after < before ? 'better' : 'same';
    return { verdict, after, ...(before !== undefined && { before }), added, files: this.#after.checked, unchecked: this.#after.unchecked };
  }

  /** The units that the new errors come from. Preparing steps are not left out: without them nothing else would fit. */
  culprits(): readonly DroppedStep[] {
    const found = new Map<Step, CompileError>();
    // Where no step can be left out, nobody has to know which one it was.
    const open = this.plan.steps.some(s => s.answers.length > 0) ? [...this.#addedErrors()] : [];
    for (let error = open.shift(); error; error = open.shift()) {
      const step = this.#stepThatBrings(error);
      if (step && step.answers.length > 0 && !found.has(step)) found.set(step, error);
    }
    return [...found].map(([step, { file, line, message }]) => ({
      transform: step.transform,
      unit: step.unit,
      answers: step.answers,
      reason: `${file}:${line.toString()} would not compile any more: ${message}`,
    }));
  }

  /** The first step after which the error is there and stays. */
  #stepThatBrings(error: CompileError): Step | undefined {
    const { steps } = this.plan;
    let low = 0;
    let high = steps.length - 1;
    // Most errors come with one step and stay, so that halving finds it.
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#isThere(error, middle)) high = middle;
      else low = middle + 1;
    }
    return steps[low];
  }

  readonly #known = new Map<string, ReadonlyMap<string, number>>();

  #isThere(error: CompileError, step: number): boolean {
    const counts = this.#errorsIn(error.file, step);
    const before = this.#errorsBefore().filter(e => keyOf(e) === keyOf(error)).length;
    return (counts.get(keyOf(error)) ?? 0) > before;
  }

  #errorsIn(file: string, step: number): ReadonlyMap<string, number> {
    const key = `${step.toString()}\0${file}`;
    let counts = this.#known.get(key);
    if (!counts) {
      const texts = new Map(this.plan.steps.slice(0, step + 1).flatMap(s => [...textsOf(s.changes)]));
      const made = new Map<string, number>();
      for (const e of this.check.errors(this.project.with(texts), [file], false).errors) made.set(keyOf(e), (made.get(keyOf(e)) ?? 0) + 1);
      this.#known.set(key, (counts = made));
    }
    return counts;
  }
}
