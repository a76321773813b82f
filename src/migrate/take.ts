// One transform over the whole project: its rewrites together, or else one by one.
import type { Choices } from '../choices.js';
import type { Finding } from '../finding.js';
import { modelOf, type McpModel } from '../mcp/model.js';
import type { SourceFile } from '../parse/source.js';
import type { Project } from '../project.js';
import { StateModel } from '../state/model.js';
import { takes, type Decline, type FileTransform, type ProjectRewrite, type ProjectRewrites, type TransformDefinition } from '../transform.js';
import { applyRewrites } from './rewrites.js';
import type { DroppedStep, FileChange, Step } from './step.js';
import { addedFindings, brokenBy, goneOf, keptFinding, keyIn, lostComment, worseFinding } from './verify.js';

export interface State {
  readonly project: Project;
  readonly findings: readonly Finding[];
}

export interface TakeOptions {
  readonly audit: (project: Project) => readonly Finding[];
  readonly choices: Choices;
  /** Of these, what a person decided. */
  readonly chosen: Partial<Choices>;
  readonly wanted: (unit: string) => boolean;
  /** What has been dropped before is not tried again. */
  readonly dropped: readonly DroppedStep[];
}

export interface Outcome {
  readonly steps: readonly Step[];
  readonly dropped: readonly DroppedStep[];
  /** What the transform declined when it was asked last. */
  readonly declines: readonly Decline[];
  /** The rewrites that it still has, such as those that only leave markers. */
  readonly asked: readonly ProjectRewrite[];
  readonly state: State;
}

/** As often as one rewrite may make another one possible. */
const MAX_ROUNDS = 10;
const MAX_SINGLE = 300;

export function takeTransform(transform: TransformDefinition, state: State, options: TakeOptions): Outcome {
  return new Taking(transform, options).run(state);
}

interface Taken {
  readonly state: State;
  readonly steps: readonly Step[];
}

class Taking {
  readonly #steps: Step[] = [];
  readonly #dropped: DroppedStep[] = [];

  constructor(
    private readonly transform: TransformDefinition,
    private readonly options: TakeOptions,
  ) {}

  run(first: State): Outcome {
    let state = first;
    let asked = this.#ask(state);
    for (let round = 0; round < MAX_ROUNDS && asked.rewrites.length > 1; round++) {
      const taken = this.#attempt(state, asked.rewrites);
      if (typeof taken === 'string') break;
      const next = this.#ask(taken.state);
      const done = new Set(asked.rewrites.map(r => identity(r, state.findings)));
      if (next.rewrites.some(r => done.has(identity(r, taken.state.findings))) || !this.#isProgress(state, taken.state)) break;
      this.#steps.push(...taken.steps);
      state = taken.state;
      asked = next;
    }
    if (asked.rewrites.length > 0) {
      state = this.#oneByOne(state, asked.rewrites);
      asked = this.#ask(state);
    }
    return { steps: this.#steps, dropped: this.#dropped, declines: asked.declines, asked: asked.silent, state };
  }

  /** Each rewrite by itself. After one that was taken, the transform is asked again on the new texts. */
  #oneByOne(first: State, rewrites: readonly ProjectRewrite[]): State {
    let state = first;
    let left = rewrites;
    const tried = new Set<string>();
    for (let n = 0; n < MAX_SINGLE; n++) {
      const rewrite = left.find(r => !tried.has(nameOf(r)));
      if (!rewrite) break;
      tried.add(nameOf(rewrite));
      const taken = this.#attempt(state, [rewrite]);
      if (typeof taken === 'string') {
        this.#drop(rewrite, taken);
        continue;
      }
      const next = this.#ask(taken.state).rewrites;
      const twins = (list: readonly ProjectRewrite[], findings: readonly Finding[]): number => list.filter(r => identity(r, findings) === identity(rewrite, state.findings)).length;
      if (twins(next, taken.state.findings) >= twins(left, state.findings)) {
        this.#drop(rewrite, 'a second run would change it again.');
        continue;
      }
      this.#steps.push(...taken.steps);
      state = taken.state;
      left = next;
    }
    return state;
  }

  /** Fewer findings than before, or else no end is in sight. */
  #isProgress(before: State, after: State): boolean {
    const mine = (state: State): number => state.findings.filter(f => takes(this.transform, f.rule, f.clause)).length;
    return mine(after) < mine(before);
  }

  #drop({ unit, answers }: ProjectRewrite, reason: string): void {
    this.#dropped.push({ transform: this.transform.id, unit, reason, answers });
  }

  /** What the transform would do, without what would change nothing and what has been dropped. */
  #ask({ project, findings }: State): { readonly rewrites: readonly ProjectRewrite[]; readonly silent: readonly ProjectRewrite[]; readonly declines: readonly Decline[] } {
    const takesOne = 'rewrite' in this.transform;
    // A transform of the whole project sees all: what one unit is depends on the others.
    const mine = findings.filter(f => takes(this.transform, f.rule, f.clause) && (!takesOne || this.options.wanted(f.unit)));
    if (mine.length === 0) return { rewrites: [], silent: [], declines: [] };
    const { rewrites, declines } = rewritesOf(this.transform, project, mine, this.options);
    const wanted = rewrites.filter(r => this.options.wanted(r.unit) && !this.#isDropped(r));
    const effective = wanted.filter(r => hasEffect(project, r, this.options.choices));
    return { rewrites: effective, silent: wanted.filter(r => !effective.includes(r)), declines };
  }

  #isDropped({ unit, answers }: ProjectRewrite): boolean {
    return [...this.options.dropped, ...this.#dropped].some(
      d => d.transform === this.transform.id && (d.answers?.length ? answers.some(a => d.answers?.includes(a)) : d.unit === unit),
    );
  }

  /** The state after these rewrites, or why they are not made. */
  #attempt(state: State, rewrites: readonly ProjectRewrite[]): Taken | string {
    const { choices, audit } = this.options;
    const applied = applyRewrites(state.project, rewrites, choices);
    if ('problem' in applied) return applied.problem;
    const project = state.project.with(new Map(applied.changes.map(c => [c.file, c.after])));
    const worse = brokenBy(applied.changes, state.project, project) ?? lostComment(rewrites, applied.changes, state.project, project);
    if (worse !== undefined) return worse;
    const findings = audit(project);
    const added = addedFindings(state.findings, findings);
    // Transforms of single files do not say which findings they answer.
    const kept = 'rewrite' in this.transform ? undefined : keptFinding(rewrites, state.findings, findings);
    const still = kept ?? worseFinding(added.filter(f => !rewrites.some(r => r.keeps?.includes(f.subject))), state.project);
    if (still !== undefined) return still;
    const after = { project, findings };
    return { state: after, steps: this.#stepsOf(state, after, rewrites, applied, added) };
  }

  /** One step for each rewrite, with the changes that it adds to those before it. */
  #stepsOf(before: State, after: State, rewrites: readonly ProjectRewrite[], applied: { readonly changes: readonly FileChange[]; readonly notes: readonly string[] }, added: readonly Finding[]): readonly Step[] {
    const texts = new Map<string, string | null>();
    return rewrites.map((rewrite, i): Step => {
      const together = i === rewrites.length - 1 ? applied.changes : changesOf(before.project, rewrites.slice(0, i + 1), this.options.choices);
      const changes = together.flatMap(({ file, before: text, after: next }): FileChange[] => {
        const last = texts.get(file);
        const was = last === undefined ? text : (last ?? '');
        texts.set(file, next);
        return was === next ? [] : [{ file, before: was, after: next }];
      });
      return {
        transform: this.transform.id,
        title: rewrite.title ?? this.transform.title,
        unit: rewrite.unit,
        safety: this.transform.safety,
        changes,
        declines: [],
        verdict: { parses: true, stable: true, gone: goneOf(rewrite.answers, before.findings, after.findings), added: i === rewrites.length - 1 ? added : [] },
        answers: rewrite.answers,
        notes: [...(rewrite.notes ?? []), ...(i === rewrites.length - 1 ? applied.notes : [])],
        dependencies: rewrite.dependencies ?? [],
        variables: rewrite.variables ?? [],
        ...(rewrite.handles && { handles: rewrite.handles }),
      };
    });
  }
}

function nameOf({ unit, title, answers }: ProjectRewrite): string {
  return [unit, title, ...answers].join('\0');
}

/** What a rewrite is about: the same before and after a statement has changed. */
function identity({ unit, title, answers }: ProjectRewrite, findings: readonly Finding[]): string {
  return [unit, title, ...findings.flatMap(f => (answers.includes(f.fingerprint) ? [keyIn(f)] : [])).sort()].join('\0');
}

function changesOf(project: Project, rewrites: readonly ProjectRewrite[], choices: Choices): readonly FileChange[] {
  const applied = applyRewrites(project, rewrites, choices);
  return 'problem' in applied ? [] : applied.changes;
}

/** A rewrite that does not fit the texts has an effect: it will be said why it is not made. */
function hasEffect(project: Project, rewrite: ProjectRewrite, choices: Choices): boolean {
  const applied = applyRewrites(project, [rewrite], choices);
  return 'problem' in applied || applied.changes.length > 0;
}

function rewritesOf(transform: TransformDefinition, project: Project, findings: readonly Finding[], { choices, chosen }: Pick<TakeOptions, 'choices' | 'chosen'>): ProjectRewrites {
  const mcp = modelOf(project);
  if ('rewrite' in transform) return rewritesOfFiles(transform, project, mcp, findings);
  return transform.rewriteProject({ project, mcp, state: () => stateOf(mcp), choices, chosen }, findings);
}

const states = new WeakMap<McpModel, StateModel>();

/** What outlives a call, read once for all transforms that ask about the same texts. */
function stateOf(mcp: McpModel): StateModel {
  const known = states.get(mcp) ?? new StateModel(mcp, sources(mcp.project));
  states.set(mcp, known);
  return known;
}

/** What a transform of single files does, as one rewrite for each file. */
function rewritesOfFiles(transform: FileTransform, project: Project, mcp: McpModel, findings: readonly Finding[]): ProjectRewrites {
  const rewrites: ProjectRewrite[] = [];
  const declines: Decline[] = [];
  for (const path of [...new Set(findings.map(f => f.file))].sort()) {
    const file = project.source(path);
    if (!file || file.problems.length > 0) continue;
    const mine = findings.filter(f => f.file === path);
    const { edits, declines: declined, removedComments } = transform.rewrite({ file, mcp, project }, mine);
    declines.push(...declined);
    if (edits.length > 0) rewrites.push({ unit: mine[0]?.unit ?? path, answers: mine.map(f => f.fingerprint), edits: new Map([[path, edits]]), ...(removedComments && { removedComments: new Map([[path, removedComments]]) }) });
  }
  return { rewrites, declines };
}

function sources(project: Project): readonly SourceFile[] {
  return project.codeFiles().flatMap(path => (project.mentionsMcp(path) ? (project.source(path) ?? []) : []));
}
