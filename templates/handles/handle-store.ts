// State that several tools share, kept under handles: one tool gives a handle out, the others take it as an argument.
import { createHash, randomBytes } from 'node:crypto';

/** One stored state. `value` is JSON, `rev` counts writes, `lockedUntil` is set while a call holds the state. */
export interface HandleRecord {
  readonly value: string;
  readonly rev: number;
  readonly expiresAt: number;
  readonly lockedUntil: number;
}

/** What a storage needs. Keys are digests: a storage never sees a handle or its owner. */
export interface HandleBackend {
  load(key: string): Promise<HandleRecord | undefined>;
  /** Atomic: writes only if the stored `rev` equals `expectedRev`, where 0 means that nothing is stored. */
  save(key: string, record: HandleRecord, expectedRev: number): Promise<boolean>;
}

export interface HandleStoreOptions<T> {
  /** What a handle stands for: "cart" gives cart_... */
  readonly kind: string;
  /** Name of the tool that gives handles out, for error messages. */
  readonly createTool: string;
  /** Name of the argument that takes the handle; `<kind>_id` when absent. */
  readonly argument?: string;
  readonly initial: () => T;
  /** Idle lifetime; each use starts it again. 24 hours when absent. */
  readonly ttlMs?: number;
  /** After this time without a sign of life, what a call holds can be taken over. 30 seconds when absent. */
  readonly lockMs?: number;
  /** How long a call waits for others on the same handle. A minute when absent. */
  readonly waitMs?: number;
  /** Largest state, as JSON. 256 KiB when absent. */
  readonly maxBytes?: number;
  /** Whoever has a handle may use it, also somebody else than the one who got it. Not so when absent. */
  readonly bearer?: boolean;
  readonly backend?: HandleBackend;
}

/** What the model is told instead of a result. */
export interface ToolError {
  [key: string]: unknown;
  content: { type: 'text'; text: string }[];
  isError: true;
}

/** What a body gets. It changes the value, or puts another in its place. */
export interface Slot<T> {
  value: T;
  /** Set to forget the state when the call ends. */
  drop?: boolean;
}

/** Told to the model as a tool error. The same for unknown, expired and foreign handles. */
export class UnknownHandleError extends Error {
  constructor(kind: string, createTool: string) {
    super(`Unknown or expired ${kind}. Call ${createTool} to get a new one.`);
    this.name = 'UnknownHandleError';
  }
}

export class HandleStore<T> {
  readonly #options: Required<HandleStoreOptions<T>>;

  constructor(options: HandleStoreOptions<T>) {
    const defaults = { argument: `${options.kind}_id`, ttlMs: 24 * 60 * 60_000, lockMs: 30_000, waitMs: 60_000, maxBytes: 256 * 1024, bearer: false };
    this.#options = { ...defaults, backend: new MemoryBackend(), ...options };
  }

  /** 192 random bits: where nobody signs in, the handle is the only proof of access. */
  async create(owner: string, value: T = this.initial()): Promise<string> {
    const handle = `${this.#options.kind}_${randomBytes(24).toString('base64url')}`;
    const record = { value: this.#encode(value), rev: 1, expiresAt: this.#expiry(), lockedUntil: 0 };
    if (!(await this.#options.backend.save(this.#key(handle, owner), record, 0))) throw new Error('Two handles are the same.');
    return handle;
  }

  /** A fresh state. */
  initial(): T {
    return this.#options.initial();
  }

  /** A copy of the state: changes to it are not kept. */
  async read(handle: unknown, owner: string): Promise<T> {
    const key = this.#key(handle, owner);
    const record = await this.#load(key);
    const idle = Date.now() + this.#options.ttlMs / 2 > record.expiresAt;
    // A call that changes the state at this moment has started its time again: then this is refused, and nothing is lost.
    if (idle && record.lockedUntil <= Date.now()) await this.#options.backend.save(key, { ...record, rev: record.rev + 1, expiresAt: this.#expiry() }, record.rev);
    return this.#decode(record.value);
  }

  /**
   * Runs `body` once while no other call on this handle runs, in any process, and keeps what it changed, also when it
   * throws: as code does that changes an object in a Map.
   */
  async use<R>(handle: unknown, owner: string, body: (slot: Slot<T>) => R | Promise<R>): Promise<R> {
    const lock = await this.#lock(this.#key(handle, owner));
    const slot: Slot<T> = { value: this.#decode(lock.record.value) };
    let result: R;
    try {
      result = await body(slot);
    } catch (error) {
      await this.#release(lock, slot).catch(() => undefined);
      throw error;
    }
    await this.#release(lock, slot);
    return result;
  }

  /** As `use`, for servers that answer tools/call by hand: an unknown handle is told to the model, other errors go on. */
  async answer<R>(handle: unknown, owner: string, body: (slot: Slot<T>) => R | Promise<R>): Promise<R | ToolError> {
    try {
      return await this.use(handle, owner, body);
    } catch (error) {
      if (!(error instanceof UnknownHandleError)) throw error;
      return { content: [{ type: 'text', text: error.message }], isError: true };
    }
  }

  /** For a tool that begins something: runs `body` on a fresh state and adds the handle to its result. Without a change there is no handle. */
  async start<R extends object>(owner: string, body: (slot: Slot<T>) => R | Promise<R>): Promise<R> {
    const slot: Slot<T> = { value: this.initial() };
    const before = this.#encode(slot.value);
    const result: R = await body(slot);
    const told: { content?: unknown; structuredContent?: object | null; isError?: unknown } = { ...result };
    if (told.isError === true || this.#encode(slot.value) === before) return result;
    const handle = await this.create(owner, slot.value);
    const { argument } = this.#options;
    const content: readonly unknown[] = Array.isArray(told.content) ? told.content : [];
    const text = { type: 'text', text: `${argument}: ${handle}` };
    return { ...result, content: [...content, text], structuredContent: { ...(told.structuredContent ?? {}), [argument]: handle } };
  }

  /** Forgets a state. */
  async drop(handle: unknown, owner: string): Promise<void> {
    await this.use(handle, owner, slot => {
      slot.drop = true;
    });
  }

  /** Waits until no other call holds the state, then holds it. A timer shows that the holder is alive. */
  async #lock(key: string): Promise<Lock> {
    const { backend, kind, lockMs, waitMs } = this.#options;
    const giveUpAt = Date.now() + waitMs;
    for (let pause = 4; ; pause = Math.min(pause * 1.5, 100)) {
      const record = await this.#load(key);
      const held = { ...record, rev: record.rev + 1, lockedUntil: Date.now() + lockMs, expiresAt: this.#expiry() };
      if (record.lockedUntil <= Date.now() && (await backend.save(key, held, record.rev))) return new Lock(backend, key, held, lockMs);
      if (Date.now() > giveUpAt) throw new Error(`This ${kind} is busy. Try again later.`);
      await new Promise(resolve => setTimeout(resolve, pause * (0.5 + Math.random())));
    }
  }

  async #release(lock: Lock, slot: Slot<T>): Promise<void> {
    let last = { value: 'null', expiresAt: 0 };
    try {
      if (slot.drop !== true) last = { value: this.#encode(slot.value), expiresAt: this.#expiry() };
    } catch (error) {
      await lock.release({ value: lock.record.value, expiresAt: this.#expiry() });
      throw error;
    }
    if (!(await lock.release(last))) throw new Error(`This call lost its ${this.#options.kind} to another one: it gave no sign of life for ${this.#options.lockMs} ms. Its change was not kept.`);
  }

  async #load(key: string): Promise<HandleRecord> {
    const record = await this.#options.backend.load(key);
    if (!record || record.expiresAt <= Date.now()) throw this.#unknown();
    return record;
  }

  /** The owner is part of the key: a foreign handle is not found, like one that never was. */
  #key(handle: unknown, owner: string): string {
    const { kind, bearer } = this.#options;
    if (typeof handle !== 'string' || handle.length !== kind.length + 33 || !handle.startsWith(`${kind}_`)) throw this.#unknown();
    return createHash('sha256').update(JSON.stringify(bearer ? [kind, handle] : [kind, handle, owner])).digest('hex');
  }

  #unknown(): UnknownHandleError {
    return new UnknownHandleError(this.#options.kind, this.#options.createTool);
  }

  #expiry(): number {
    return Date.now() + this.#options.ttlMs;
  }

  /** Throws when it is too large. */
  #encode(value: T): string {
    const text = JSON.stringify(value ?? null);
    const { kind, maxBytes } = this.#options;
    if (Buffer.byteLength(text) > maxBytes) throw new Error(`This ${kind} is full: it would take more than ${maxBytes} bytes. The change was not kept.`);
    return text;
  }

  /** What has been written by `#encode`. */
  #decode(text: string): T {
    return JSON.parse(text) as T;
  }
}

/** A state that a call holds. */
class Lock {
  record: HandleRecord;
  readonly #backend: HandleBackend;
  readonly #key: string;
  readonly #timer: NodeJS.Timeout;
  #renewing = Promise.resolve();

  constructor(backend: HandleBackend, key: string, record: HandleRecord, lockMs: number) {
    this.#backend = backend;
    this.#key = key;
    this.record = record;
    this.#timer = setInterval(() => {
      this.#renewing = this.#renewing.then(() => this.#save({ lockedUntil: Date.now() + lockMs })).then(() => undefined, () => undefined);
    }, lockMs / 3);
    this.#timer.unref();
  }

  async release(last: { readonly value: string; readonly expiresAt: number }): Promise<boolean> {
    clearInterval(this.#timer);
    await this.#renewing;
    return this.#save({ ...last, lockedUntil: 0 });
  }

  async #save(change: Partial<HandleRecord>): Promise<boolean> {
    const next = { ...this.record, ...change, rev: this.record.rev + 1 };
    const kept = await this.#backend.save(this.#key, next, this.record.rev);
    if (kept) this.record = next;
    return kept;
  }
}

/** In the memory of one process. Right for stdio and for a server with one replica. */
export class MemoryBackend implements HandleBackend {
  readonly #records = new Map<string, HandleRecord>();
  #sweepAt = 0;

  load(key: string): Promise<HandleRecord | undefined> {
    return Promise.resolve(this.#records.get(key));
  }

  save(key: string, record: HandleRecord, expectedRev: number): Promise<boolean> {
    this.#sweep();
    if ((this.#records.get(key)?.rev ?? 0) !== expectedRev) return Promise.resolve(false);
    this.#records.set(key, record);
    return Promise.resolve(true);
  }

  #sweep(): void {
    const now = Date.now();
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + 60_000;
    for (const [key, { expiresAt }] of this.#records) if (expiresAt <= now) this.#records.delete(key);
  }
}

interface Principal {
  readonly clientId: string;
  readonly extra?: Record<string, unknown> | undefined;
}

const SIGNED_IN = 'authInfo';
type Signed = Readonly<Partial<Record<typeof SIGNED_IN, Principal | undefined>>>;

/**
 * Who may use a handle: the client and the user that signed in. Where nobody does, all callers are the same one. `claim` names the
 * user where `sub` does not: then a sign-in without it is refused.
 */
export function ownerOf(caller: Signed & { readonly http?: Signed | undefined; readonly signal?: AbortSignal | undefined }, claim?: string): string {
  // The second SDK line has it under `http`, the first one does not.
  const principal = caller.http?.[SIGNED_IN] ?? caller[SIGNED_IN];
  if (!principal) return 'anonymous';
  const user = principal.extra?.[claim ?? 'sub'];
  if (claim !== undefined && typeof user !== 'string') throw new Error(`The sign-in does not say who the user is: it has no ${claim}.`);
  return JSON.stringify([principal.clientId, typeof user === 'string' ? user : '']);
}
