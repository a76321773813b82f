import type { ClauseId } from '../catalogue/clauses.js';
import type { JsonObject } from '../finding.js';
import { causeOf, clauseOf, type Cause } from './causes.js';
import type { Link } from './explain.js';
import { runMode, type Arena, type Mode, type ModeRun } from './modes.js';
import { comparable, differingParts, Noise, type Comparable, type Part } from './normalise.js';
import type { StepRecord } from './run.js';
import type { Step } from './script.js';
import { describeOutcome, type Era } from './wire.js';

/** A call that answers otherwise when another process takes it: hidden state. */
export interface Difference {
  readonly cause: Cause;
  readonly clause: ClauseId;
  readonly era: Era;
  readonly mode: Mode;
  /** Index of the step in the script, from 0. */
  readonly step: number;
  readonly call: string;
  readonly tool: string | undefined;
  /** What the call answers when one process serves all. */
  readonly before: string;
  /** What it answers in this mode. */
  readonly after: string;
  /** The place in the answer, and the two values there. */
  readonly where: { readonly path: string; readonly before: string; readonly after: string };
  /** Later steps that differ as well. */
  readonly others: readonly number[];
  /** Files that carry the state, for state on disk. */
  readonly files: readonly string[];
  /** Audit findings that explain it. */
  readonly findings: readonly Link[];
}

export interface ModeResult {
  readonly mode: Mode;
  readonly hits: readonly number[];
  readonly differences: readonly Difference[];
  /** Differences that did not come again: noise of the server, not state. */
  readonly unsteady: number;
}

/** What the comparison of one era came to. */
export interface EraProof {
  readonly era: Era;
  readonly session: boolean;
  readonly steps: readonly { readonly call: string; readonly answer: string; readonly failed: boolean }[];
  readonly modes: readonly ModeResult[];
  /** Steps whose answers differ from run to run as a whole, so that nothing can be said of them. */
  readonly lost: readonly number[];
  /** Steps in whose answers something varies from run to run and was left out. */
  readonly noisy: readonly number[];
  /** Files that the calls changed. */
  readonly files: readonly string[];
  readonly baseline: readonly StepRecord[];
  readonly noise: Noise;
}

export interface DifferentialOptions {
  readonly era: Era;
  readonly steps: readonly Step[];
  readonly schemas: ReadonlyMap<string, JsonObject>;
  readonly onMode?: (mode: Mode) => void;
}

/** Runs the script in all modes and compares each with the run in which one process served everything. */
export async function compareModes(arena: Arena, options: DifferentialOptions): Promise<EraProof> {
  return new Differential(arena, options).prove();
}

class Differential {
  readonly #noise = new Noise();
  /** Files that the calls change. */
  #files: readonly string[] = [];
  /** Parts that have been shown to differ, with the other answer. */
  readonly #confirmed = new Map<string, string | undefined>();
  #extra = 0;
  /** Steps that need their session, with the cause. */
  #sessionCause: ReadonlyMap<number, Cause> = new Map();
  #together: ModeRun | undefined;

  constructor(
    private readonly arena: Arena,
    private readonly options: DifferentialOptions,
  ) {}

  async prove(): Promise<EraProof> {
    const { arena, options } = this;
    const first = await this.#run('one');
    const touched = arena.disk?.changed() ?? [];
    this.#files = touched;
    const baseline = comparable(first.record.steps);
    const second = await this.#run('one');
    // What only one of two equal runs touched was somebody else.
    const again = new Set(arena.disk?.changed() ?? []);
    this.#files = touched.filter(path => again.has(path));
    this.#noise.add(differingParts(baseline, comparable(second.record.steps)));

    const modes: ModeResult[] = [];
    for (const mode of this.#modes(first)) {
      const spread = modes.some(m => m.differences.length > 0);
      // Where processes already disagree, a disk of their own shows nothing more.
      if (mode === 'own-disk' && spread) continue;
      modes.push(await this.#compare(mode, first, baseline));
    }
    arena.disk?.reset(this.#files);
    return {
      era: options.era,
      session: first.session !== undefined,
      steps: first.record.steps.map(s => ({ call: s.label, answer: describeOutcome(s.outcome), failed: failed(s) })),
      modes,
      lost: this.#noise.lost,
      noisy: this.#noise.steps,
      files: this.#files.map(path => arena.disk?.shown(path) ?? path),
      baseline: first.record.steps,
      noise: this.#noise,
    };
  }

  #modes(first: ModeRun): readonly Mode[] {
    const { transport, launcher, urls, replicas } = this.arena;
    if (transport === 'stdio') return ['fresh-process', ...this.#diskMode()];
    const sessions: readonly Mode[] = first.session === undefined ? [] : ['new-session', ...(replicas > 1 ? (['new-session-anywhere'] as const) : [])];
    if (!launcher) return [...(urls.length > 1 ? (['round-robin'] as const) : []), ...sessions];
    return [...(replicas > 1 ? (['round-robin'] as const) : []), 'restart', ...sessions, ...this.#diskMode()];
  }

  #diskMode(): readonly Mode[] {
    return this.#files.length > 0 ? ['own-disk'] : [];
  }

  async #run(mode: Mode): Promise<ModeRun> {
    const { era, steps, schemas, onMode } = this.options;
    onMode?.(mode);
    return runMode(mode, this.arena, { era, steps, schemas, files: this.#files });
  }

  async #compare(mode: Mode, first: ModeRun, baseline: Comparable): Promise<ModeResult> {
    const run = await this.#run(mode);
    const suspects = this.#parts(baseline, run);
    if (suspects.length === 0) return { mode, hits: run.hits, differences: [], unsteady: 0 };
    // What another mode has shown already, with the same other answer, needs no second look.
    const known = suspects.filter(part => this.#confirmed.get(keyOf(part)) === part.after);
    const confirmed = known.length > 0 ? suspects : await this.#confirm(mode, baseline, suspects);
    for (const part of confirmed) this.#confirmed.set(keyOf(part), part.after);
    return { mode, hits: run.hits, differences: await this.#differences(mode, first, run, confirmed), unsteady: confirmed.length === 0 ? new Set(suspects.map(p => p.step)).size : 0 };
  }

  #parts(baseline: Comparable, run: ModeRun): readonly Part[] {
    return differingParts(baseline, comparable(run.record.steps)).filter(part => !this.#noise.covers(part));
  }

  /**
   * A difference counts when one process goes on to give the first answer and the mode goes on to give another one.
   * Chance can do that once; where the other answer is itself another each time, it has to happen once more.
   */
  async #confirm(mode: Mode, baseline: Comparable, suspects: readonly Part[]): Promise<readonly Part[]> {
    let left = suspects;
    for (let round = 1; round <= 2 && left.length > 0; round++) {
      await this.#baselines(baseline, round);
      const came = new Map(this.#parts(baseline, await this.#run(mode)).map(part => [keyOf(part), part]));
      left = left.filter(part => came.has(keyOf(part)) && !this.#noise.covers(part));
      if (left.some(part => came.get(keyOf(part))?.after === part.after)) return left;
    }
    return left;
  }

  /** More runs on one process, as many as asked for over all modes: they tell noise from state. */
  async #baselines(baseline: Comparable, wanted: number): Promise<void> {
    for (; this.#extra < wanted; this.#extra++) this.#noise.add(differingParts(baseline, comparable((await this.#run('one')).record.steps)));
  }

  async #differences(mode: Mode, first: ModeRun, run: ModeRun, parts: readonly Part[]): Promise<readonly Difference[]> {
    const { era } = this.options;
    const { transport, disk } = this.arena;
    const shown: { readonly step: number; readonly cause: Cause; readonly part: Part; readonly before: StepRecord; readonly after: StepRecord }[] = [];
    for (const [step, members] of byStep(parts)) {
      const before = first.record.steps[step];
      const after = run.record.steps[step];
      const part = telling(members);
      if (before && after && part) shown.push({ step, part, before, after, cause: causeOf({ mode, era, transport, hadSession: first.session !== undefined, before, after }) });
    }
    // A session that is lost takes everything behind it along.
    const lost = shown.some(s => s.cause === 'session');
    // A call that needs its session needs it on any replica.
    if (mode === 'new-session') this.#sessionCause = new Map(shown.map(s => [s.step, s.cause]));
    const inSession = mode === 'new-session-anywhere' ? this.#sessionCause : new Map<number, Cause>();
    const temporary = await this.#temporarySteps(mode, first, shown.filter(s => s.cause === 'process-memory').map(s => s.step));

    // One difference for each cause and each tool: the first call that shows it.
    const found = new Map<string, Difference>();
    for (const { step, before, after, part, cause: seen } of shown) {
      const cause = lost ? 'session' : (inSession.get(step) ?? (temporary.has(step) ? 'disk' : seen));
      const tool = 'tool' in before.step ? before.step.tool : undefined;
      const key = cause === 'session' ? cause : `${cause} ${tool ?? before.label}`;
      const known = found.get(key);
      if (known) {
        found.set(key, { ...known, others: [...known.others, step] });
        continue;
      }
      found.set(key, {
        cause,
        clause: clauseOf(cause, transport),
        era,
        mode,
        step,
        call: before.label,
        tool,
        before: describeOutcome(before.outcome),
        after: describeOutcome(after.outcome),
        where: { path: part.path.replace(/^\./, ''), before: part.before ?? 'nothing', after: part.after ?? 'nothing' },
        others: [],
        files: cause !== 'disk' ? [] : temporary.has(step) ? first.own.map(name => `{temporary folder}/${name}`) : this.#files.map(path => disk?.shown(path) ?? path),
        findings: [],
      });
    }
    return [...found.values()];
  }

  /** Steps whose difference goes away when all processes have the same temporary folder. */
  async #temporarySteps(mode: Mode, first: ModeRun, steps: readonly number[]): Promise<ReadonlySet<number>> {
    if (first.own.length === 0 || steps.length === 0 || mode === 'own-disk') return new Set();
    const { era, schemas, steps: script } = this.options;
    this.#together ??= await runMode(this.arena.transport === 'http' ? 'round-robin' : 'fresh-process', this.arena, { era, steps: script, schemas, files: this.#files, sharedTemporary: true });
    const still = new Set(this.#parts(comparable(first.record.steps), this.#together).map(p => p.step));
    return new Set(steps.filter(step => !still.has(step)));
  }
}

function keyOf({ step, path }: Part): string {
  return `${step} ${path}`;
}

function byStep(parts: readonly Part[]): readonly (readonly [number, readonly Part[]])[] {
  const steps = new Map<number, Part[]>();
  for (const part of parts) {
    const same = steps.get(part.step);
    if (same) same.push(part);
    else steps.set(part.step, [part]);
  }
  return [...steps].sort(([a], [b]) => a - b);
}

function failed({ outcome }: StepRecord): boolean {
  return outcome.kind !== 'result' || outcome.result['isError'] === true;
}

/** The part that says most: the kind of the answer, then the error flag, then the first value. Counts of words say least. */
function telling(parts: readonly Part[]): Part | undefined {
  return parts.find(p => p.path === '.kind') ?? parts.find(p => p.path.endsWith('.isError')) ?? parts.find(p => !/\.(?:words|length)$/.test(p.path)) ?? parts[0];
}
