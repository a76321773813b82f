import { resolve } from 'node:path';
import type { Severity } from '../catalogue/clauses.js';
import type { Finding, JsonObject } from '../finding.js';
import { REVISION } from '../report/report.js';
import { VERSION } from '../version.js';
import { checks } from './checks/index.js';
import { listMethod } from './checks/discovery.js';
import { runChecks, type Bench, type CheckResult } from './checks/check.js';
import type { Client } from './clients/client.js';
import { conformance, type ConformanceWish } from './conformance.js';
import { compareModes, type Difference, type EraProof } from './differential.js';
import { Disk } from './disk.js';
import { explain, explainCheck } from './explain.js';
import { generateScript } from './generate.js';
import { textAt } from './json.js';
import { Launcher, Scratch } from './launch.js';
import { clientFor, MODES, withReplicas, withStdio, type Arena } from './modes.js';
import { cleanUpAtEnd, stopAll } from './processes.js';
import { eraReport, reasonsAgainst, type ProofReport } from './report.js';
import { LISTS, type ListName, type Step } from './script.js';
import { survey, type Survey, type Tool } from './survey.js';
import type { Era } from './wire.js';

export interface ProveOptions {
  /** Starts the server. `{port}`, `{shared}` and `{dir}` are filled in. */
  readonly command?: readonly string[];
  /** Servers that run already, instead of a command. */
  readonly urls?: readonly string[];
  readonly transport?: 'http' | 'stdio';
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly portEnv?: string;
  readonly path?: string;
  readonly replicas?: number;
  readonly eras?: readonly Era[];
  /** Calls to make. Made from the tools' schemas when absent. */
  readonly script?: readonly Step[];
  readonly scriptName?: string;
  readonly seed?: number;
  /** How often a made script calls each tool. */
  readonly calls?: number;
  /** Tools that may be called though they do not declare readOnlyHint. */
  readonly allow?: readonly string[];
  readonly allowAll?: boolean;
  readonly timeoutMs?: number;
  readonly startTimeoutMs?: number;
  /** Folders that all replicas share also when they are deployed. */
  readonly shared?: readonly string[];
  /** Folders in which the server keeps files. They are put back after each run, so nothing else may write there meanwhile. */
  readonly watch?: readonly string[];
  /** Findings of an audit, to explain differences with. */
  readonly findings?: readonly Finding[];
  readonly failOn?: Severity;
  readonly conformance?: ConformanceWish;
  readonly onProgress?: (what: string) => void;
}

const DEFAULTS = { replicas: 2, path: '/mcp', portEnv: 'PORT', seed: 1, calls: 2, timeoutMs: 5000, startTimeoutMs: 20_000 } as const;

/** Starts the server, runs everything, ends every process. */
export async function proveServer(options: ProveOptions): Promise<ProofReport> {
  const scratch = new Scratch();
  const proof = new Proof(options, scratch);
  // Files that the server writes to are put back also when we are interrupted.
  const putBack = cleanUpAtEnd(() => proof.putBack());
  try {
    return await proof.run();
  } finally {
    await stopAll(scratch.owner);
    putBack();
    scratch.remove();
  }
}

class Proof {
  readonly #started = Date.now();
  readonly #arena: Arena;
  readonly #eras: readonly Era[];
  readonly #notes: string[] = [];

  constructor(
    private readonly options: ProveOptions,
    private readonly scratch: Scratch,
  ) {
    this.#eras = options.eras ?? ['modern', 'older'];
    this.#arena = arenaOf(options, scratch);
    if (this.#arena.disk?.limit !== undefined) this.#notes.push(`Files that the server writes were not watched: ${this.#arena.disk.limit}.`);
  }

  putBack(): void {
    this.#arena.disk?.reset(this.#arena.disk.changed());
  }

  async run(): Promise<ProofReport> {
    const { options } = this;
    const arena = this.#arena;
    this.#say('looking at the server');
    const surveys: Survey[] = [];
    await this.#withTarget(async clientOf => {
      for (const era of this.#eras) surveys.push(await clientOf(era, survey));
    });
    const served = surveys.filter(s => s.served);
    const schemas = new Map((served[0]?.tools ?? []).map(t => [t.name, t.inputSchema]));
    const script = await this.#script(served);
    const steps = withLists(script.steps, served[0]);
    const proofs = await this.#compare(served, steps, schemas);
    const checked = await this.#check({ arena, replicas: [], modern: surveys.find(s => s.era === 'modern'), older: surveys.find(s => s.era === 'older'), proofs, steps, schemas });
    const { findings = [] } = options;
    const results = checked.map(c => (c.status === 'fail' ? { ...c, findings: explainCheck(c.clause, findings) } : c));
    const differences = this.#differences(proofs);
    this.#remark(proofs);
    const failOn = options.failOn ?? 'error';
    const reasons = reasonsAgainst({ surveys, proofs, differences, checks: results, failOn, wanted: this.#eras, transport: arena.transport });
    const info = surveys.find(s => s.serverInfo)?.serverInfo;
    return {
      schema: 1,
      tool: `mcp-stateless ${VERSION}`,
      revision: REVISION,
      verdict: reasons.length === 0 ? 'proven' : 'not-proven',
      reasons,
      target: { transport: arena.transport, command: options.command ?? [], urls: options.urls ?? [], replicas: arena.replicas },
      server: info && { name: textAt(info, 'name') ?? '', version: textAt(info, 'version') ?? '' },
      script: { origin: script.origin, steps },
      eras: surveys.map(s => eraReport(s, proofs.find(p => p.era === s.era))),
      differences,
      checks: results,
      notes: this.#notes,
      durationMs: Date.now() - this.#started,
    };
  }

  async #withClient<T>(era: Era, use: (client: Client) => Promise<T>): Promise<T> {
    const arena = this.#arena;
    const run = async (client: Client): Promise<T> => {
      try {
        return await use(client);
      } finally {
        await client.close();
      }
    };
    if (arena.transport === 'stdio') return withStdio(arena, link => run(clientFor(era, link, arena.timeoutMs)));
    return withReplicas(arena, 1, async ([replica]) => {
      if (!replica) throw new Error('no replica runs');
      return run(clientFor(era, replica.url, arena.timeoutMs));
    });
  }

  /** Clients of several eras: over HTTP one process serves them, over stdio each needs its own. */
  async #withTarget(use: (clientOf: <T>(era: Era, ask: (client: Client) => Promise<T>) => Promise<T>) => Promise<void>): Promise<void> {
    const arena = this.#arena;
    if (arena.transport === 'stdio') return use((era, ask) => this.#withClient(era, ask));
    return withReplicas(arena, 1, async ([replica]) => {
      if (!replica) throw new Error('no replica runs');
      return use(async (era, ask) => {
        const client = clientFor(era, replica.url, arena.timeoutMs);
        try {
          return await ask(client);
        } finally {
          await client.close();
        }
      });
    });
  }

  async #script(served: readonly Survey[]): Promise<{ readonly origin: string; readonly steps: readonly Step[] }> {
    const { options } = this;
    if (options.script) return { origin: options.scriptName ?? 'script', steps: options.script };
    const first = served[0];
    if (!first) return { origin: 'none: the server could not be talked to', steps: [] };
    const allowed = (tool: Tool): boolean => options.allowAll === true || tool.readOnly || (options.allow ?? []).includes(tool.name);
    const left = first.tools.filter(t => !allowed(t));
    if (left.length > 0) this.#notes.push(`Not called, as they do not declare readOnlyHint: ${left.map(t => t.name).join(', ')}. Name them in a script or with --allow, or give --allow-all.`);
    this.#say('making calls from the schemas');
    const { seed = DEFAULTS.seed, calls = DEFAULTS.calls } = options;
    const made = await this.#withClient(first.era, async client => {
      await client.open();
      return generateScript(client, first, { seed, calls, allowed });
    });
    this.#arena.disk?.reset(this.#arena.disk.changed());
    if (made.left.length > 0) this.#notes.push(`Not called, as no earlier call returned what they need: ${made.left.join(', ')}. A script can give it.`);
    return { origin: `made from the schemas, seed ${seed}`, steps: made.steps };
  }

  async #compare(served: readonly Survey[], steps: readonly Step[], schemas: ReadonlyMap<string, JsonObject>): Promise<readonly EraProof[]> {
    const proofs: EraProof[] = [];
    for (const { era } of served) {
      if (steps.length === 0) continue;
      proofs.push(await compareModes(this.#arena, { era, steps, schemas, onMode: mode => this.#say(`${era} client, ${MODES[mode]}`) }));
    }
    return proofs;
  }

  async #check(bench: Bench): Promise<readonly CheckResult[]> {
    const arena = this.#arena;
    this.#say('checking the protocol');
    if (arena.transport === 'stdio') {
      if (bench.modern?.served !== true) return runChecks(checks, bench);
      return withStdio(arena, async link => {
        // Discovery alone leaves the era of a pipe open; a first request settles it.
        const client = clientFor('modern', link, arena.timeoutMs);
        await client.open();
        await client.request(listMethod(bench.modern?.capabilities ?? {}) ?? 'server/discover');
        return runChecks(checks, { ...bench, link });
      });
    }
    return withReplicas(arena, Math.min(2, arena.replicas), async replicas => {
      const own = await runChecks(checks, { ...bench, replicas });
      const url = replicas[0]?.url;
      if (!url || bench.modern?.served !== true) return own;
      this.#say('looking for the conformance suite');
      return [...own, ...(await conformance(url, this.options.conformance ?? {}, resolve(this.options.cwd ?? '.'), this.scratch.owner))];
    });
  }

  #differences(proofs: readonly EraProof[]): readonly Difference[] {
    const { findings = [] } = this.options;
    return proofs.flatMap(p => p.modes.flatMap(m => m.differences)).map(d => ({ ...d, findings: explain(d, findings) }));
  }

  /** What a reader has to know to judge the result. */
  #remark(proofs: readonly EraProof[]): void {
    for (const { era, baseline, lost, modes, files } of proofs) {
      const tools = baseline.map((r, i) => ({ r, i })).filter(({ r }) => 'tool' in r.step);
      const bad = tools.filter(({ r }) => r.outcome.kind !== 'result' || r.outcome.result['isError'] === true);
      if (bad.length > 0) this.#notes.push(`${era} client: ${bad.length} of ${tools.length} tool calls got an error on one process already. An error proves little; a script with better arguments proves more.`);
      if (lost.length > 0) this.#notes.push(`${era} client: the answers to ${lost.map(i => baseline[i]?.label ?? i).join(', ')} change from run to run as a whole, so they were not compared.`);
      const unsteady = modes.reduce((n, m) => n + m.unsteady, 0);
      if (unsteady > 0) this.#notes.push(`${era} client: ${unsteady} answer${unsteady === 1 ? '' : 's'} differed once and not again; taken for noise.`);
      if (files.length > 0 && this.#arena.transport === 'stdio') this.#notes.push(`${era} client: the calls keep state in ${files.join(', ')}. Processes of one machine share it, so this is not counted.`);
      if (files.length > 0) this.#notes.push(`${era} client: the calls changed ${files.join(', ')}, which has been put back.`);
    }
    if (this.#arena.transport === 'http' && !this.#arena.launcher) this.#notes.push('The servers were running already: they were not killed, and what differs between two equal runs was not judged.');
  }

  #say(what: string): void {
    this.options.onProgress?.(what);
  }
}

function arenaOf(options: ProveOptions, scratch: Scratch): Arena {
  const cwd = resolve(options.cwd ?? '.');
  const urls = (options.urls ?? []).map(url => new URL(url));
  const command = options.command ?? [];
  const transport = options.transport ?? (urls.length > 0 ? 'http' : transportOf(options));
  const launch = {
    command,
    cwd,
    env: { ...process.env, ...options.env },
    portEnv: options.portEnv ?? DEFAULTS.portEnv,
    path: options.path ?? DEFAULTS.path,
    startTimeoutMs: options.startTimeoutMs ?? DEFAULTS.startTimeoutMs,
  };
  const shared = (options.shared ?? []).map(path => resolve(cwd, path));
  // Only folders that the user names are put back: anybody may be writing to the others at the same time.
  const roots = (options.watch ?? []).map(path => resolve(cwd, path));
  return {
    transport,
    replicas: urls.length > 0 ? urls.length : transport === 'stdio' ? 1 : (options.replicas ?? DEFAULTS.replicas),
    timeoutMs: options.timeoutMs ?? DEFAULTS.timeoutMs,
    startTimeoutMs: launch.startTimeoutMs,
    launcher: urls.length > 0 ? undefined : new Launcher(launch, scratch),
    urls,
    disk: urls.length > 0 || roots.length === 0 ? undefined : new Disk(roots, shared),
  };
}

/** A server that is told a port listens on it. */
function transportOf({ command = [], env = {}, portEnv }: ProveOptions): 'http' | 'stdio' {
  return portEnv !== undefined || [...command, ...Object.values(env)].some(text => text?.includes('{port}')) ? 'http' : 'stdio';
}

const CAPABILITY: Readonly<Record<ListName, string>> = { tools: 'tools', prompts: 'prompts', resources: 'resources', resourceTemplates: 'resources' };

/** Lists before and after the calls: they have to stay the same, and to be the same everywhere. */
function withLists(steps: readonly Step[], first: Survey | undefined): readonly Step[] {
  if (!first) return steps;
  const lists = LISTS.filter(l => l !== 'resourceTemplates' && first.capabilities[CAPABILITY[l]] !== undefined).map((list): Step => ({ list }));
  return [...lists, ...steps, ...lists];
}
