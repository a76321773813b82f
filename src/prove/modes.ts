import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../finding.js';
import type { Client, Route } from './clients/client.js';
import { ModernHttpClient, ModernStdioClient } from './clients/modern.js';
import { OlderHttpClient, OlderStdioClient } from './clients/older.js';
import { StdioLink } from './clients/stdio.js';
import type { Content, Disk } from './disk.js';
import type { Launcher, Replica } from './launch.js';
import { lastWords, ServerFailure, type ServerProcess } from './processes.js';
import { runSteps, type RunHooks, type RunRecord } from './run.js';
import type { Step } from './script.js';
import type { Era } from './wire.js';

/** A way to run a script. Two ways that give different answers show state that a caller cannot see. */
export const MODES = {
  one: 'every call to one and the same process',
  'round-robin': 'each request to the next replica',
  restart: 'each request to the next replica, and each replica killed and started anew after it has answered',
  'new-session': 'each call in a session of its own, on one process',
  'new-session-anywhere': 'each call in a session of its own, on the next replica',
  'fresh-process': 'a new process for each call',
  'own-disk': 'each process with a disk of its own',
} as const;
export type Mode = keyof typeof MODES;

/** A server under test, started as often as needed. */
export interface Arena {
  readonly transport: 'http' | 'stdio';
  readonly replicas: number;
  readonly timeoutMs: number;
  readonly startTimeoutMs: number;
  /** Undefined for servers that somebody else runs. */
  readonly launcher: Launcher | undefined;
  readonly urls: readonly URL[];
  readonly disk: Disk | undefined;
}

export interface ModeOptions {
  readonly era: Era;
  readonly steps: readonly Step[];
  readonly schemas: ReadonlyMap<string, JsonObject>;
  /** Files that belong to the state and are put back before the run. */
  readonly files: readonly string[];
  /** One temporary folder for all processes, to see whether it is what makes them differ. */
  readonly sharedTemporary?: boolean;
}

export interface ModeRun {
  readonly record: RunRecord;
  /** Session id of the older era, if the server gave one out. */
  readonly session: string | undefined;
  /** Requests per replica. */
  readonly hits: readonly number[];
  /** Files that the processes left in their own temporary folders. */
  readonly own: readonly string[];
}

export async function runMode(mode: Mode, arena: Arena, options: ModeOptions): Promise<ModeRun> {
  arena.disk?.reset(options.files);
  return arena.transport === 'http' ? runHttp(mode, arena, options) : runStdio(mode, arena, options);
}

async function runHttp(mode: Mode, arena: Arena, options: ModeOptions): Promise<ModeRun> {
  const { era, steps, schemas } = options;
  const count = mode === 'one' || mode === 'new-session' ? 1 : arena.replicas;
  const fleet = mode === 'restart' ? Fleet.lazy(arena, count, options.sharedTemporary) : await Fleet.start(arena, count, options.sharedTemporary);
  const disks = mode === 'own-disk' && arena.disk ? new OwnDisks(arena.disk, options.files, count) : undefined;
  let next = 0;
  /** Replica of the running step, where all of its requests go to one. */
  let fixed: number | undefined;
  const served = new Set<number>();
  let left = steps.length;
  const hits = Array.from({ length: count }, () => 0);
  const route: Route = async () => {
    const index = fixed ?? next++ % count;
    served.add(index);
    hits[index] = (hits[index] ?? 0) + 1;
    disks?.enter(index);
    const { url } = await fleet.at(index);
    // The next one starts while this one works.
    if (left > 1) fleet.prepare((index + 1) % count);
    return url;
  };
  const make = (): Client => (era === 'modern' ? new ModernHttpClient(route, arena.timeoutMs) : new OlderHttpClient(route, arena.timeoutMs));
  const single = make();
  const perStep = mode === 'new-session' || mode === 'new-session-anywhere';
  let session: string | undefined;
  const clients: Client[] = [single];
  const hooks: RunHooks = {
    client: index => {
      if (!perStep) return single;
      fixed = index % count;
      const own = make();
      clients.push(own);
      return own;
    },
    after: async index => {
      left--;
      const step = steps[index];
      // Lists are the same before and after: it is the calls that leave something behind.
      if (mode === 'restart' && step && !('list' in step)) await Promise.all([...served].map(i => fleet.kill(i)));
      served.clear();
    },
  };
  try {
    const record = await runSteps(steps, hooks, schemas);
    for (const client of clients) if (client instanceof OlderHttpClient) session ??= client.session;
    return { record, session, hits, own: [...new Set([...(await fleet.folders())].flatMap(filesIn))].sort() };
  } finally {
    await fleet.stop();
  }
}

async function runStdio(mode: Mode, arena: Arena, options: ModeOptions): Promise<ModeRun> {
  const { launcher, timeoutMs, disk } = arena;
  if (!launcher) throw new ServerFailure('A stdio server is started by its command.');
  const shared = launcher.shared();
  const temporary = options.sharedTemporary ? launcher.own() : undefined;
  const folders = new Set<string>();
  const started: ServerProcess[] = [];
  let current: StdioLink | undefined;
  const fresh = mode === 'fresh-process' || mode === 'own-disk';
  const link = async (): Promise<StdioLink> => {
    if (current && (!fresh || !spent)) return current;
    if (current) await current.process.kill();
    if (mode === 'own-disk') disk?.reset(options.files);
    const own = temporary ?? launcher.own();
    folders.add(own);
    const process = launcher.stdio(shared, own);
    started.push(process);
    spent = false;
    return (current = new StdioLink(process, timeoutMs, arena.startTimeoutMs));
  };
  /** Whether the current process has served its step. */
  let spent = false;
  const client = options.era === 'modern' ? new ModernStdioClient(link) : new OlderStdioClient(link);
  try {
    const record = await runSteps(
      options.steps,
      {
        client: () => client,
        after: () => {
          spent = true;
        },
      },
      options.schemas,
    );
    const silent = record.opened.kind === 'silent' && !current?.process.running;
    if (silent && record.steps.every(s => s.outcome.kind === 'silent') && current) throw new ServerFailure(`The server ${current.process.end()} before it answered.${lastWords(current.process)}`);
    return { record, session: undefined, hits: [started.length], own: [...new Set([...folders].flatMap(filesIn))].sort() };
  } finally {
    await Promise.all(started.map(p => (p.running ? p.stop() : p.kill())));
  }
}

/** Replicas of one run. One that was killed is started anew when its turn comes, or shortly before. */
class Fleet {
  readonly #slots: (Promise<Replica> | undefined)[];
  readonly #all: Promise<Replica>[] = [];
  readonly #shared: string;
  readonly #temporary: string | undefined;

  private constructor(
    private readonly arena: Arena,
    count: number,
    sharedTemporary: boolean,
  ) {
    this.#slots = Array.from({ length: count }, () => undefined);
    this.#shared = arena.launcher?.shared() ?? '';
    this.#temporary = sharedTemporary ? arena.launcher?.shared() : undefined;
  }

  static lazy(arena: Arena, count: number, sharedTemporary = false): Fleet {
    return new Fleet(arena, count, sharedTemporary);
  }

  static async start(arena: Arena, count: number, sharedTemporary = false): Promise<Fleet> {
    const fleet = new Fleet(arena, count, sharedTemporary);
    try {
      await Promise.all(fleet.#slots.map((_, index) => fleet.at(index)));
    } catch (error) {
      await fleet.stop();
      throw error;
    }
    return fleet;
  }

  async at(index: number): Promise<Replica> {
    const known = this.#slots[index];
    if (known) return known;
    const started = this.#launch(index);
    this.#slots[index] = started;
    this.#all.push(started);
    return started;
  }

  prepare(index: number): void {
    // Whoever comes to need it hears of a failure.
    this.at(index).catch(() => undefined);
  }

  async kill(index: number): Promise<void> {
    const slot = this.#slots[index];
    if (!this.arena.launcher || !slot) return;
    this.#slots[index] = undefined;
    await (await slot).process?.kill();
  }

  /** The temporary folders of all processes. */
  async folders(): Promise<readonly string[]> {
    const replicas = await Promise.allSettled(this.#all);
    return replicas.flatMap(r => (r.status === 'fulfilled' && r.value.folder !== undefined ? [r.value.folder] : []));
  }

  async stop(): Promise<void> {
    const replicas = await Promise.allSettled(this.#all);
    await Promise.all(replicas.map(r => (r.status === 'fulfilled' ? (r.value.process?.stop() ?? Promise.resolve()) : Promise.resolve())));
  }

  async #launch(index: number): Promise<Replica> {
    const { launcher, urls } = this.arena;
    if (launcher) return launcher.http(this.#shared, this.#temporary);
    const url = urls[index % urls.length];
    if (!url) throw new ServerFailure('No address of a server was given.');
    return { url, process: undefined, folder: undefined };
  }
}

function filesIn(folder: string): readonly string[] {
  // Caches of the runtime itself are not the server's.
  return readdirSync(folder).filter(name => !/^(?:node-compile-cache|tsx-\d+|v8-compile-cache.*)$/.test(name));
}

/** The same paths with the content that each replica left there, as if each had a machine of its own. */
class OwnDisks {
  readonly #versions: ReadonlyMap<string, Content>[];
  #inside: number | undefined;

  constructor(
    private readonly disk: Disk,
    private readonly files: readonly string[],
    count: number,
  ) {
    this.#versions = Array.from({ length: count }, () => disk.original(files));
  }

  enter(index: number): void {
    if (this.#inside === index) return;
    if (this.#inside !== undefined) this.#versions[this.#inside] = this.disk.current(this.files);
    const version = this.#versions[index];
    if (version) this.disk.put(version);
    this.#inside = index;
  }
}

/** A started server for questions one by one: the checks use it. */
export async function withReplicas<T>(arena: Arena, count: number, use: (replicas: readonly Replica[]) => Promise<T>): Promise<T> {
  const fleet = await Fleet.start(arena, count);
  try {
    return await use(await Promise.all(Array.from({ length: count }, (_, i) => fleet.at(i))));
  } finally {
    await fleet.stop();
  }
}

export async function withStdio<T>({ launcher, timeoutMs, startTimeoutMs }: Arena, use: (link: StdioLink) => Promise<T>): Promise<T> {
  if (!launcher) throw new ServerFailure('A stdio server is started by its command.');
  const process = launcher.stdio(launcher.shared(), launcher.own());
  try {
    return await use(new StdioLink(process, timeoutMs, startTimeoutMs));
  } finally {
    await Promise.race([process.stop(), sleep(5000, undefined, { ref: false })]);
  }
}

export function clientFor(era: Era, target: URL | StdioLink, timeoutMs: number): Client {
  if (target instanceof URL) return era === 'modern' ? new ModernHttpClient(() => target, timeoutMs) : new OlderHttpClient(() => target, timeoutMs);
  return era === 'modern' ? new ModernStdioClient(() => target) : new OlderStdioClient(() => target);
}
