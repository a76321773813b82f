// Browsers, sockets and the like, kept under handles in this process: they cannot be stored anywhere else.
import { createHash, randomBytes } from 'node:crypto';
import { UnknownHandleError, type Slot, type ToolError } from './handle-store.js';

export interface LiveStoreOptions<T> {
  /** What a handle stands for: "page" gives page_... */
  readonly kind: string;
  /** Name of the tool that gives handles out, for error messages. */
  readonly createTool: string;
  /** Name of the argument that takes the handle; `<kind>_id` when absent. */
  readonly argument?: string;
  readonly initial: () => T;
  /** Closes what is open, when nobody has used it for `ttlMs`, and when it is dropped. */
  readonly close: (value: T) => unknown;
  /** Idle lifetime; each use starts it again. 30 minutes when absent. */
  readonly ttlMs?: number;
  /** As many can be open at once. 100 when absent. */
  readonly limit?: number;
  /** Whoever has a handle may use it, also somebody else than the one who got it. Not so when absent. */
  readonly bearer?: boolean;
}

/** One thing that is open. Calls take turns. */
interface Entry<T> {
  value: T;
  last: Promise<unknown>;
  users: number;
  gone: boolean;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Only the process that opened something can use it: route calls with one handle to the replica that gave it out, or run one
 * replica. Elsewhere, and after a restart, a handle is unknown, and the model is told to open another one.
 */
export class LiveStore<T extends object> {
  readonly #options: Required<LiveStoreOptions<T>>;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(options: LiveStoreOptions<T>) {
    this.#options = { argument: `${options.kind}_id`, ttlMs: 30 * 60_000, limit: 100, bearer: false, ...options };
  }

  /** 192 random bits: where nobody signs in, the handle is the only proof of access. */
  create(owner: string, value: T = this.initial()): Promise<string> {
    const { kind, limit } = this.#options;
    if (this.#entries.size >= limit) return Promise.reject(new Error(`Too many are open. Close one, or try again later.`));
    const handle = `${kind}_${randomBytes(24).toString('base64url')}`;
    const entry: Entry<T> = { value, last: Promise.resolve(), users: 0, gone: false, timer: undefined };
    const key = this.#key(handle, owner);
    this.#entries.set(key, entry);
    this.#whenIdle(entry, () => this.#forget(key, entry));
    return Promise.resolve(handle);
  }

  initial(): T {
    return this.#options.initial();
  }

  /** What is open now. */
  read(handle: unknown, owner: string): Promise<T> {
    return this.use(handle, owner, slot => slot.value);
  }

  /** Runs `body` while no other call on this handle runs. */
  async use<R>(handle: unknown, owner: string, body: (slot: Slot<T>) => R | Promise<R>): Promise<R> {
    const key = this.#key(handle, owner);
    const entry = this.#entries.get(key);
    if (!entry) throw this.#unknown();
    clearTimeout(entry.timer);
    entry.users++;
    const turn = entry.last.then(() => this.#run(key, entry, body));
    entry.last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      entry.users--;
      if (entry.users === 0) this.#whenIdle(entry, () => this.#forget(key, entry));
    }
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

  /** For a tool that opens something: runs `body` on a fresh state and adds the handle to its result. When nothing was opened there is no handle. */
  async start<R extends object>(owner: string, body: (slot: Slot<T>) => R | Promise<R>): Promise<R> {
    const slot: Slot<T> = { value: this.initial() };
    const before = Object.values(slot.value);
    let result: R;
    try {
      result = await body(slot);
    } catch (error) {
      await this.#close(slot.value);
      throw error;
    }
    const told: { content?: unknown; structuredContent?: object | null; isError?: unknown } = { ...result };
    if (told.isError === true || Object.values(slot.value).every((v, i) => v === before[i])) {
      await this.#close(slot.value);
      return result;
    }
    const handle = await this.create(owner, slot.value).catch(async (error: unknown) => {
      await this.#close(slot.value);
      throw error;
    });
    const { argument } = this.#options;
    const content: readonly unknown[] = Array.isArray(told.content) ? told.content : [];
    const text = { type: 'text', text: `${argument}: ${handle}` };
    return { ...result, content: [...content, text], structuredContent: { ...(told.structuredContent ?? {}), [argument]: handle } };
  }

  /** Closes and forgets. */
  async drop(handle: unknown, owner: string): Promise<void> {
    await this.use(handle, owner, slot => {
      slot.drop = true;
    });
  }

  /** For the end of the process. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#entries].map(([key, entry]) => this.#forget(key, entry)));
  }

  async #run<R>(key: string, entry: Entry<T>, body: (slot: Slot<T>) => R | Promise<R>): Promise<R> {
    if (entry.gone) throw this.#unknown();
    const slot: Slot<T> = { value: entry.value };
    try {
      return await body(slot);
    } finally {
      entry.value = slot.value;
      if (slot.drop === true) await this.#forget(key, entry);
    }
  }

  /** Nobody uses it: its time begins. */
  #whenIdle(entry: Entry<T>, end: () => Promise<void>): void {
    if (entry.gone) return;
    entry.timer = setTimeout(() => void end(), this.#options.ttlMs);
    entry.timer.unref();
  }

  async #forget(key: string, entry: Entry<T>): Promise<void> {
    entry.gone = true;
    clearTimeout(entry.timer);
    this.#entries.delete(key);
    await this.#close(entry.value);
  }

  /** What is closed already, or fails to close, is gone all the same. */
  async #close(value: T): Promise<void> {
    try {
      await this.#options.close(value);
    } catch {
      // Nobody is there to be told.
    }
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
}
