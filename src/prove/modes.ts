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
}

export interface ModeRun {
  readonly record: RunRecord;
  /** Session id of the older era, if the server gave one out. */
  readonly session: string | undefined;
  /** Requests per replica. */
  readonly hits: readonly number[];
}

export async function runMode(mode: Mode, arena: Arena, options: ModeOptions): Promise<ModeRun> {
  arena.disk?.reset(options.files);
  return arena.transport === 'http' ? runHttp(mode, arena, options) : runStdio(mode, arena, options);
}

async function runHttp(mode: Mode, arena: Arena, options: ModeOptions): Promise<ModeRun> {
  const { era, steps, schemas } = options;
  const count = mode === 'one' || mode === 'new-session' ? 1 : arena.replicas;
  const fleet = await Fleet.start(arena, count);
  const disks = mode === 'own-disk' && arena.disk ? new OwnDisks(arena.disk, options.files, count) : undefined;
  let next = 0;
  /** Replica of the running step, where all of its requests go to one. */
  let fixed: number | undefined;
  const served = new Set<number>();
  const hits = Array.from({ length: count }, () => 0);
  const route: Route = async () => {
    const index = fixed ?? next++ % count;
    served.add(index);
    hits[index] = (hits[index] ?? 0) + 1;
    disks?.enter(index);
    return (await fleet.at(index)).url;
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
    after: () => {
      if (mode === 'restart') for (const index of served) fleet.restart(index);
      served.clear();
    },
  };
  try {
    const record = await runSteps(steps, hooks, schemas);
    for (const client of clients) if (client instanceof OlderHttpClient) session ??= client.session;
    return { record, session, hits };
  } finally {
    await fleet.stop();
  }
}

async function runStdio(mode: Mode, arena: Arena, options: ModeOptions): Promise<ModeRun> {
  const { launcher, timeoutMs, disk } = arena;
  if (!launcher) throw new ServerFailure('A stdio server is started by its command.');
  const shared = launcher.shared();
  const started: ServerProcess[] = [];
  let current: StdioLink | undefined;
  const fresh = mode === 'fresh-process' || mode === 'own-disk';
  const link = async (): Promise<StdioLink> => {
    if (current && (!fresh || !spent)) return current;
    if (current) await current.process.kill();
    if (mode === 'own-disk') disk?.reset(options.files);
    const process = launcher.stdio(shared);
    started.push(process);
    spent = false;
    return (current = new StdioLink(process, timeoutMs));
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
    return { record, session: undefined, hits: [started.length] };
  } finally {
    await Promise.all(started.map(p => (p.running ? p.stop() : p.kill())));
  }
}

/** Replicas of one run. A restart happens in the background: the replica is waited for when its turn comes. */
class Fleet {
  private constructor(
    private readonly launcher: Launcher | undefined,
    private readonly shared: string,
    private readonly slots: Promise<Replica>[],
  ) {}

  static async start({ launcher, urls }: Arena, count: number): Promise<Fleet> {
    const shared = launcher?.shared() ?? '';
    const slots = Array.from({ length: count }, (_, index): Promise<Replica> => {
      if (launcher) return launcher.http(shared);
      const url = urls[index % urls.length];
      return url ? Promise.resolve({ url, process: undefined }) : Promise.reject(new ServerFailure('No address of a server was given.'));
    });
    const fleet = new Fleet(launcher, shared, slots);
    try {
      await Promise.all(slots);
    } catch (error) {
      await fleet.stop();
      throw error;
    }
    return fleet;
  }

  async at(index: number): Promise<Replica> {
    const slot = this.slots[index];
    if (!slot) throw new ServerFailure(`There is no replica ${index}.`);
    return slot;
  }

  restart(index: number): void {
    const { launcher, shared } = this;
    const slot = this.slots[index];
    if (!launcher || !slot) return;
    this.slots[index] = slot.then(async replica => {
      await replica.process?.kill();
      return launcher.http(shared);
    });
    // Whoever waits for it hears of a failure; if nobody does, it does not matter.
    this.slots[index].catch(() => undefined);
  }

  async stop(): Promise<void> {
    const replicas = await Promise.allSettled(this.slots);
    await Promise.all(replicas.map(r => (r.status === 'fulfilled' ? (r.value.process?.stop() ?? Promise.resolve()) : Promise.resolve())));
  }
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

export async function withStdio<T>({ launcher, timeoutMs }: Arena, use: (link: StdioLink) => Promise<T>): Promise<T> {
  if (!launcher) throw new ServerFailure('A stdio server is started by its command.');
  const process = launcher.stdio(launcher.shared());
  try {
    return await use(new StdioLink(process, timeoutMs));
  } finally {
    await Promise.race([process.stop(), sleep(5000, undefined, { ref: false })]);
  }
}

export function clientFor(era: Era, target: URL | StdioLink, timeoutMs: number): Client {
  if (target instanceof URL) return era === 'modern' ? new ModernHttpClient(() => target, timeoutMs) : new OlderHttpClient(() => target, timeoutMs);
  return era === 'modern' ? new ModernStdioClient(() => target) : new OlderStdioClient(() => target);
}
