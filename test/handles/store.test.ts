// The handle store by itself: what docs/handles.md says about its safety, line by line.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Redis from 'redis';
import type * as IoRedis from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { HandleStore, MemoryBackend, ownerOf, UnknownHandleError, type HandleBackend, type HandleRecord, type HandleStoreOptions } from '../../templates/handles/handle-store.js';
import { storage, type Running } from './backends.js';

/** Clients that would knock at the port of a server that has gone, where something else may listen by then. */
const clients = vi.hoisted(() => new Set<() => void>());
vi.mock('redis', async original => {
  const redis = await original<typeof Redis>();
  const createClient: typeof redis.createClient = options => {
    const client = redis.createClient(options);
    clients.add(() => { client.destroy(); });
    return client;
  };
  return { ...redis, createClient };
});
vi.mock('ioredis', async original => {
  const ioredis = await original<typeof IoRedis>();
  return {
    ...ioredis,
    Redis: class extends ioredis.Redis {
      override connect(): Promise<void> {
        clients.add(() => { this.disconnect(); });
        return super.connect();
      }
    },
  };
});

interface Box {
  n: number;
  list?: string[];
}

/** A memory that shows what is stored. */
class OpenBackend implements HandleBackend {
  readonly records = new Map<string, HandleRecord>();
  loads = 0;
  load(key: string): Promise<HandleRecord | undefined> {
    this.loads++;
    return Promise.resolve(this.records.get(key));
  }
  save(key: string, record: HandleRecord, expectedRev: number): Promise<boolean> {
    if ((this.records.get(key)?.rev ?? 0) !== expectedRev) return Promise.resolve(false);
    this.records.set(key, record);
    return Promise.resolve(true);
  }
}

const make = (options: Partial<HandleStoreOptions<Box>> = {}): HandleStore<Box> => new HandleStore<Box>({ kind: 'box', createTool: 'create_box', initial: () => ({ n: 0 }), ...options });
const wait = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Time that passes when the test says so: a busy machine changes nothing. */
function withOwnTime(): void {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** What becomes of a call while time passes. */
async function within<T>(ms: number, call: Promise<T>): Promise<T> {
  const settled = Promise.allSettled([call]);
  await pass(ms);
  await settled;
  return call;
}
const refused = 'Unknown or expired box. Call create_box to get a new one.';

describe('a handle', () => {
  it('has 192 random bits, and no two are alike', async () => {
    const store = make();
    const handles = await Promise.all(Array.from({ length: 20_000 }, () => store.create('me')));
    expect(new Set(handles).size).toBe(handles.length);
    for (const handle of handles.slice(0, 100)) expect(handle).toMatch(/^box_[\w-]{32}$/);
    // Each bit is set in about half of the handles: 6 standard deviations are 424 of 20,000.
    const bytes = handles.map(h => Buffer.from(h.slice(4), 'base64url'));
    expect(bytes.every(b => b.length === 24)).toBe(true);
    for (let bit = 0; bit < 192; bit++) {
      const set = bytes.filter(b => ((b[bit >> 3] ?? 0) >> (bit & 7)) & 1).length;
      expect(Math.abs(set - 10_000)).toBeLessThan(424);
    }
  });

  it('is never seen by a storage, nor is its owner', async () => {
    const backend = new OpenBackend();
    const handle = await make({ backend }).create('alice');
    const stored = JSON.stringify([...backend.records]);
    expect(stored).not.toContain(handle.slice(4));
    expect(stored).not.toContain('alice');
    expect([...backend.records.keys()].every(k => /^[0-9a-f]{64}$/.test(k))).toBe(true);
  });

  it('of nobody, of somebody else, expired or dropped: the same error after the same steps', async () => {
    const backend = new OpenBackend();
    vi.useFakeTimers();
    onTestFinished(() => { vi.useRealTimers(); });
    const store = make({ backend, ttlMs: 30 });
    const other = new HandleStore<Box>({ kind: 'bag', createTool: 'create_bag', initial: () => ({ n: 0 }), backend });
    const mine = await store.create('alice');
    const dropped = await store.create('alice');
    await store.drop(dropped, 'alice');
    const loads: number[] = [];
    const texts: string[] = [];
    const ask = async (handle: string, owner: string): Promise<void> => {
      const before = backend.loads;
      const error: unknown = await store.read(handle, owner).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(UnknownHandleError);
      texts.push(error instanceof Error ? error.message : '');
      loads.push(backend.loads - before);
    };
    await ask(`box_${'x'.repeat(32)}`, 'alice');
    await ask(mine, 'bob');
    await ask(mine, 'alice2');
    await ask(dropped, 'alice');
    const bag = await other.create('alice');
    await ask(bag.replace('bag', 'box'), 'alice');
    await pass(40);
    await ask(mine, 'alice');
    expect(texts).toEqual(Array.from({ length: 6 }, () => refused));
    expect(loads).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('of another owner is not found at all: its record is not even loaded', async () => {
    const backend = new OpenBackend();
    const store = make({ backend });
    const handle = await store.create('alice');
    const given: (HandleRecord | undefined)[] = [];
    const spied = make({ backend: { load: async key => { const record = await backend.load(key); given.push(record); return record; }, save: (...a) => backend.save(...a) } });
    await expect(spied.use(handle, 'bob', () => 1)).rejects.toThrow(refused);
    expect(given).toEqual([undefined]);
  });

  it('that is nearly right is asked for under a key that has nothing in common with the right one', async () => {
    const backend = new OpenBackend();
    const handle = await make({ backend }).create('me');
    const [stored = ''] = backend.records.keys();
    const asked: string[] = [];
    const spied = make({ backend: { load: key => Promise.resolve(void asked.push(key)), save: () => Promise.resolve(false) } });
    // All but one character right, at each place: how long a comparison takes would tell nothing.
    for (let at = 4; at < handle.length; at++) {
      const guess = handle.slice(0, at) + (handle[at] === 'A' ? 'B' : 'A') + handle.slice(at + 1);
      await expect(spied.read(guess, 'me')).rejects.toThrow(refused);
    }
    const alike = (key: string): number => Array.from(key).findIndex((c, i) => c !== stored[i]);
    expect(asked).toHaveLength(32);
    expect(new Set(asked).size).toBe(32);
    expect(Math.max(...asked.map(alike))).toBeLessThan(8);
  });

  it('of a user that signs in as another one is lost, and comes back with the first', async () => {
    const store = make();
    const handle = await store.create(ownerOf({ authInfo: { clientId: 'app', extra: { sub: 'alice' } } }));
    await expect(store.read(handle, ownerOf({ authInfo: { clientId: 'app', extra: { sub: 'bob' } } }))).rejects.toThrow(refused);
    await expect(store.read(handle, ownerOf({ authInfo: { clientId: 'other', extra: { sub: 'alice' } } }))).rejects.toThrow(refused);
    await expect(store.read(handle, ownerOf({}))).rejects.toThrow(refused);
    expect(await store.read(handle, ownerOf({ http: { authInfo: { clientId: 'app', extra: { sub: 'alice' } } } }))).toEqual({ n: 0 });
  });

  it('belongs to what another claim names, or to whoever has it, where that was chosen', async () => {
    const auth = { clientId: 'app', extra: { sub: 'alice', email: 'a@x' } };
    expect(ownerOf({ authInfo: auth }, 'email')).toBe('["app","a@x"]');
    expect(() => ownerOf({ authInfo: { clientId: 'app', extra: { sub: 'alice' } } }, 'email')).toThrow('has no email');
    expect(ownerOf({}, 'email')).toBe('anonymous');
    const store = make({ bearer: true });
    const handle = await store.create('alice');
    expect(await store.read(handle, 'bob')).toEqual({ n: 0 });
    await expect(make({ bearer: true }).read(handle, 'bob')).rejects.toThrow(refused);
  });

  it('that is no handle is refused before any storage is asked', async () => {
    const backend = new OpenBackend();
    const store = make({ backend });
    const good = await store.create('me');
    const hostile: unknown[] = [undefined, null, 0, 1, true, {}, [], [good], { toString: () => good }, '', 'box_', '__proto__', 'constructor', '../../etc/passwd', `${good}\0`, ` ${good}`, `${good}\n`, good.slice(0, -1), `${good}x`, good.replace('box', 'bag'), 'x'.repeat(10_000_000), `box_${'../'.repeat(40)}`];
    const before = backend.loads;
    for (const handle of hostile) await expect(store.use(handle, 'me', () => 1), `handle ${typeof handle}`).rejects.toThrow(refused);
    expect(backend.loads).toBe(before);
    // Of the right length, with anything in it: looked up by digest, found nowhere.
    for (const tail of ['../../../../../../../../etc/pass', '*'.repeat(32), '\u0000'.repeat(32), "'; drop table mcp_handle; --    "]) await expect(store.use(`box_${tail}`, 'me', () => 1)).rejects.toThrow(refused);
    expect([...backend.records]).toHaveLength(1);
  });
});

describe('owners', () => {
  it('are not confused by what stands in their names', () => {
    const owner = (clientId: string, sub?: unknown): string => ownerOf({ authInfo: { clientId, extra: { sub } } });
    expect(owner('a:b', 'c')).not.toBe(owner('a', 'b:c'));
    expect(owner('a","', 'b')).not.toBe(owner('a', '","b'));
    expect(owner('anonymous')).not.toBe(ownerOf({}));
    expect(owner('a', { toString: () => 'x' })).toBe(owner('a'));
  });
});

describe('the idle time', () => {
  withOwnTime();

  it('starts again with each use and each read, and ends the handle for good', async () => {
    const backend = new OpenBackend();
    const store = make({ backend, ttlMs: 200 });
    const handle = await store.create('me');
    await pass(130);
    await store.use(handle, 'me', ({ value }) => value.n++);
    await pass(130);
    expect(await store.read(handle, 'me')).toEqual({ n: 1 });
    await pass(130);
    expect(await store.read(handle, 'me')).toEqual({ n: 1 });
    await pass(260);
    await expect(store.read(handle, 'me')).rejects.toThrow(refused);
    await expect(store.use(handle, 'me', () => 1)).rejects.toThrow(refused);
    await expect(store.drop(handle, 'me')).rejects.toThrow(refused);
    // Nothing brings it back: not a handle that is made afterwards, nor a replay.
    await store.create('me');
    await expect(store.use(handle, 'me', () => 1)).rejects.toThrow(refused);
  });

  it('ends what is kept in memory, too', async () => {
    const backend = new MemoryBackend();
    const store = make({ backend, ttlMs: 10 });
    const handle = await store.create('me');
    await pass(20);
    await expect(store.read(handle, 'me')).rejects.toThrow(refused);
  });
});

describe('use', () => {
  it('runs calls on one handle one after the other, each body once', async () => {
    const store = make();
    const handle = await store.create('me');
    const log: string[] = [];
    await Promise.all(['a', 'b', 'c'].map(x => store.use(handle, 'me', async ({ value }) => { log.push(x); await wait(20); value.n++; log.push(x); })));
    expect((await store.read(handle, 'me')).n).toBe(3);
    expect(log).toHaveLength(6);
    for (let i = 0; i < 6; i += 2) expect(log[i]).toBe(log[i + 1]);
  });

  it('loses nothing of 40 calls at once', async () => {
    const store = make();
    const handle = await store.create('me');
    await Promise.all(Array.from({ length: 40 }, () => store.use(handle, 'me', async ({ value }) => { const before = value.n; await wait(1); value.n = before + 1; })));
    expect((await store.read(handle, 'me')).n).toBe(40);
  });

  it('keeps what was changed before an error, and tells of the error', async () => {
    const store = make();
    const handle = await store.create('me');
    await expect(store.use(handle, 'me', ({ value }) => { value.n = 7; throw new Error('after'); })).rejects.toThrow('after');
    expect(await store.read(handle, 'me')).toEqual({ n: 7 });
  });

  it('takes another value for the state, and forgets it when told to', async () => {
    const store = make();
    const handle = await store.create('me');
    await store.use(handle, 'me', slot => { slot.value = { n: 5 }; });
    expect(await store.read(handle, 'me')).toEqual({ n: 5 });
    await store.use(handle, 'me', slot => { slot.drop = true; });
    await expect(store.read(handle, 'me')).rejects.toThrow(refused);
  });

  it('gives copies: what is done with them afterwards changes nothing', async () => {
    const store = make();
    const handle = await store.create('me');
    const kept = await store.use(handle, 'me', ({ value }) => value);
    kept.n = 99;
    (await store.read(handle, 'me')).n = 98;
    expect(await store.read(handle, 'me')).toEqual({ n: 0 });
  });

  it('refuses a state that is too large, keeps the one before, and goes on', async () => {
    const store = make({ maxBytes: 1000 });
    const handle = await store.create('me');
    await expect(store.use(handle, 'me', ({ value }) => { value.list = ['x'.repeat(2000)]; })).rejects.toThrow('This box is full: it would take more than 1000 bytes. The change was not kept.');
    expect(await store.read(handle, 'me')).toEqual({ n: 0 });
    await store.use(handle, 'me', ({ value }) => { value.n = 1; });
    expect((await store.read(handle, 'me')).n).toBe(1);
    await expect(store.create('me', { n: 0, list: ['x'.repeat(2000)] })).rejects.toThrow('full');
  });

  it('ends with a word when others hold the state for too long', async () => {
    vi.useFakeTimers();
    onTestFinished(() => { vi.useRealTimers(); });
    const store = make({ waitMs: 60 });
    const handle = await store.create('me');
    const long = store.use(handle, 'me', () => wait(500));
    await pass(10);
    await expect(within(250, store.use(handle, 'me', () => 1))).rejects.toThrow('This box is busy. Try again later.');
    await within(250, long);
    await expect(within(250, store.use(handle, 'me', () => store.use(handle, 'me', () => 1)))).rejects.toThrow('busy');
    expect(await store.use(handle, 'me', () => 2)).toBe(2);
  });
});

describe('a lock', () => {
  withOwnTime();

  it('is kept by a call that takes longer than lockMs and is alive', async () => {
    const store = make({ lockMs: 60 });
    const handle = await store.create('me');
    const order: string[] = [];
    const slow = store.use(handle, 'me', async ({ value }) => { await wait(250); value.n += 10; order.push('slow'); });
    await pass(10);
    const fast = store.use(handle, 'me', ({ value }) => { value.n++; order.push('fast'); });
    await within(1000, Promise.all([slow, fast]));
    expect(order).toEqual(['slow', 'fast']);
    expect((await store.read(handle, 'me')).n).toBe(11);
  });

  it('of a process that crashed is free after lockMs, and the state is as it was', async () => {
    const backend = new OpenBackend();
    const store = make({ backend, lockMs: 120 });
    const handle = await store.create('me');
    // What a process leaves behind that ends between lock and save.
    const [[key, record] = ['', undefined]] = [...backend.records];
    if (record) backend.records.set(key, { ...record, rev: record.rev + 1, lockedUntil: Date.now() + 120 });
    const begun = Date.now();
    const used = store.use(handle, 'me', ({ value }) => [++value.n, Date.now() - begun] as const);
    const [n, waited] = await within(1000, used);
    expect([n, waited >= 120, waited < 400]).toEqual([1, true, true]);
  });

  it('that was taken over refuses the late change, and says so', async () => {
    const backend = new OpenBackend();
    const store = make({ backend, lockMs: 60_000 });
    const handle = await store.create('me');
    const late = store.use(handle, 'me', async ({ value }) => { await wait(40); value.n = 100; });
    await pass(5);
    const [[key, record] = ['', undefined]] = [...backend.records];
    if (record) backend.records.set(key, { ...record, lockedUntil: 0 });
    await store.use(handle, 'me', ({ value }) => { value.n++; });
    await expect(within(100, late)).rejects.toThrow('gave no sign of life');
    expect((await store.read(handle, 'me')).n).toBe(1);
  });
});

describe('start', () => {
  it('adds the handle to the result, in text and in structure', async () => {
    const store = make();
    const result = await store.start('me', ({ value }) => { value.n = 3; return { content: [{ type: 'text', text: 'opened' }], structuredContent: { a: 1 } }; });
    const { box_id: handle } = result.structuredContent as unknown as { box_id: string };
    expect(result.content.map(c => c.text)).toEqual(['opened', `box_id: ${handle}`]);
    expect(result.structuredContent).toEqual({ a: 1, box_id: handle });
    expect(await store.read(handle, 'me')).toEqual({ n: 3 });
  });

  it('gives no handle for an error, nor when nothing was begun', async () => {
    const backend = new OpenBackend();
    const store = make({ backend });
    expect(await store.start('me', ({ value }) => { value.n = 1; return { content: [], isError: true }; })).toEqual({ content: [], isError: true });
    expect(await store.start('me', () => ({ content: [] }))).toEqual({ content: [] });
    await expect(store.start('me', () => { throw new Error('no'); })).rejects.toThrow('no');
    expect(backend.records.size).toBe(0);
  });
});

it('tells the model about unknown handles, and nobody else about other errors', async () => {
  const store = make();
  expect(await store.answer('box_1', 'me', () => ({ content: [] }))).toEqual({ content: [{ type: 'text', text: refused }], isError: true });
  const handle = await store.create('me');
  await expect(store.answer(handle, 'me', () => { throw new Error('other'); })).rejects.toThrow('other');
  expect(await store.answer(handle, 'me', () => 'done')).toBe('done');
});

for (const name of ['file', 'redis', 'ioredis', 'postgres'] as const) {
  const { missing, start } = storage(name);
  describe.skipIf(missing !== undefined)(`on ${name}`, () => {
    let running: Running;
    let backend: HandleBackend;
    beforeAll(async () => {
      running = await start();
      Object.assign(process.env, running.env);
      ({ handleBackend: backend } = (await import(/* @vite-ignore */ join(import.meta.dirname, `../../templates/handles/${name}-backend.ts`))) as { handleBackend: HandleBackend });
    });
    afterAll(async () => {
      for (const close of clients) close();
      clients.clear();
      await running.stop();
    });

    it('two processes lose nothing', async () => {
      const store = make({ backend });
      const handle = await store.create('me');
      await Promise.all([1, 2].map(() => counting(name, handle, 30, running.env)));
      expect((await store.read(handle, 'me')).n).toBe(60);
    });

    it('saves only what nobody changed meanwhile', async () => {
      const record: HandleRecord = { value: '{"n":1}', rev: 1, expiresAt: Date.now() + 60_000, lockedUntil: 0 };
      const key = `${'0'.repeat(60)}${Math.random().toString(16).slice(2, 6).padEnd(4, '0')}`;
      expect(await backend.load(key)).toBeUndefined();
      expect(await backend.save(key, record, 5)).toBe(false);
      expect(await backend.save(key, record, 0)).toBe(true);
      expect(await backend.save(key, record, 0)).toBe(false);
      const racing = await Promise.all(Array.from({ length: 10 }, (_, i) => backend.save(key, { ...record, rev: 2, value: `{"n":${String(i)}}` }, 1)));
      expect(racing.filter(Boolean)).toHaveLength(1);
      expect(await backend.load(key)).toMatchObject({ rev: 2, value: `{"n":${String(racing.indexOf(true))}}` });
    });

    it('keeps text of any kind, and forgets at the end of its time', async () => {
      const store = make({ backend });
      const text = 'Zeichen: äß€\u{1F600} "\'\\ \u2028 $1 %s';
      const handle = await store.create('me', { n: 1, list: [text] });
      expect(await store.read(handle, 'me')).toEqual({ n: 1, list: [text] });
      await expect(store.read(handle, 'you')).rejects.toThrow(refused);
      const short = make({ backend, ttlMs: 50 });
      const forgotten = await short.create('me');
      await wait(80);
      await expect(short.read(forgotten, 'me')).rejects.toThrow(refused);
      const dropped = await store.create('me');
      await store.drop(dropped, 'me');
      await expect(store.read(dropped, 'me')).rejects.toThrow(refused);
    });
  });
}

describe('files', () => {
  it('are for the owner of the process only, and locks of crashed processes are broken', async () => {
    const running = await storage('file').start();
    const folder = join(running.env['MCP_HANDLE_DIR'] ?? '', 'inner');
    const { FileBackend } = await import('../../templates/handles/file-backend.js');
    const store = make({ backend: new FileBackend(folder) });
    const handle = await store.create('me');
    const [name = ''] = readdirSync(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, name), 'utf8')).not.toContain(handle.slice(4));
    const lock = join(folder, `${name}.lock`);
    writeFileSync(lock, 'of a crashed process');
    const old = new Date(Date.now() - 60_000);
    utimesSync(lock, old, old);
    await Promise.all([1, 2, 3].map(() => store.use(handle, 'me', ({ value }) => { value.n++; })));
    expect((await store.read(handle, 'me')).n).toBe(3);
    expect(existsSync(lock)).toBe(false);
    expect(readdirSync(folder)).toEqual([name]);
    await running.stop();
  });
});

function counting(backend: string, handle: string, calls: number, env: Readonly<Record<string, string>>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'worker.ts'), backend, handle, String(calls)], { env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('exit', code => { if (code === 0) resolve(); else reject(new Error(`worker ended with ${String(code)}`)); });
  });
}
