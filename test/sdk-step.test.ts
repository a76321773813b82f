// What the official codemod gets wrong comes out right: texts, types, and at run time.
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { InMemoryTransport, type McpServer } from '@modelcontextprotocol/server';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_CHOICES } from '../src/choices.js';
import { memoryTree } from '../src/files/memory.js';
import { applyTexts } from '../src/migrate/rewrites.js';
import { Project } from '../src/project.js';
import { runPass } from '../src/sdk-step/pass.js';
import { migrateSdk } from '../src/sdk-step/step.js';
import { readFiles, type Files } from './support/fixtures.js';
import { ROOT } from './support/imports.js';
import { tempFolder } from './support/temp.js';
import { typeErrors } from './support/types.js';

const FIXTURES = join(ROOT, 'fixtures/sdk-v1-to-v2');
const cases = readdirSync(FIXTURES).sort();

interface Migrated {
  readonly files: Files;
  readonly notes: readonly string[];
  readonly markers: readonly string[];
}

function migrated(files: Files): Migrated {
  const project = new Project(memoryTree(new Map(Object.entries(files))));
  const prepared = migrateSdk(project, DEFAULT_CHOICES);
  if (!prepared) return { files, notes: [], markers: [] };
  const { changes } = applyTexts(project, prepared.changes, prepared.dependencies ?? [], prepared.markers ?? []);
  const next: Record<string, string> = { ...files };
  for (const { file, after } of changes) if (after !== null) next[file] = after;
  return { files: next, notes: prepared.notes ?? [], markers: (prepared.markers ?? []).map(m => m.id) };
}

const before = (name: string): Files => readFiles(join(FIXTURES, name, 'before'));
const after = (name: string): Files => readFiles(join(FIXTURES, name, 'after'));

describe.each(cases)('%s', name => {
  it('comes out as written down', () => {
    expect(migrated(before(name)).files).toEqual(after(name));
  });

  it('is left alone the second time, but for what stays on the first major', () => {
    const once = migrated(before(name)).files;
    expect(migrated(once).files).toEqual(once);
  });

  it('keeps line ends and tabs', () => {
    const changed = (files: Files, change: (text: string) => string): Files => Object.fromEntries(Object.entries(files).map(([path, text]) => [path, /\.[cm]?[jt]s$/.test(path) ? change(text) : text]));
    const crlf = (text: string): string => text.replace(/\r?\n/g, '\r\n');
    expect(migrated(changed(before(name), crlf)).files).toEqual(changed(after(name), crlf));
  });
});

it('compiles against the second major', () => {
  const all = Object.fromEntries(cases.flatMap(name => Object.entries(after(name)).filter(([path]) => /\.ts$/.test(path) && !/npm:/.test(after(name)[path] ?? '')).map(([path, text]) => [`${name}/${path}`, text])));
  expect(typeErrors(all)).toEqual([]);
}, 120_000);

it('what a pass would leave unreadable stays as it was, and the others go on', () => {
  const project = new Project(memoryTree(new Map([['a.ts', 'one();\n'], ['b.ts', 'two();\n']])));
  const next = runPass(project, { id: 'careless', words: /\(/, rewrite: ({ editor, file }) => editor.insert(0, file.path === 'a.ts' ? ')' : 'zero();\n') });
  expect([next.text('a.ts'), next.text('b.ts')]).toEqual(['one();\n', 'zero();\ntwo();\n']);
});

describe('at run time', () => {
  const folder = tempFolder({});
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const clients: Client[] = [];
  afterAll(async () => {
    for (const client of clients) await client.close();
  });

  /** The module of a migrated fixture, from the disk, so that its own imports are resolved. */
  async function load(name: string, file: string): Promise<Record<string, unknown>> {
    for (const [path, text] of Object.entries(migrated(before(name)).files)) {
      const target = join(folder, name, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text);
    }
    const path = join(folder, name, file);
    expect(existsSync(path)).toBe(true);
    return (path.endsWith('.js') ? createRequire(import.meta.url)(path) : await import(/* @vite-ignore */ pathToFileURL(path).href)) as Record<string, unknown>;
  }

  interface Connects {
    connect(transport: unknown): Promise<void>;
  }

  function isServer(value: unknown): value is Connects {
    return typeof value === 'object' && value !== null && 'connect' in value;
  }

  async function connected(server: unknown): Promise<Client> {
    if (!isServer(server)) throw new Error('no server');
    const [left, right] = InMemoryTransport.createLinkedPair();
    const client = new Client({ name: 'test', version: '1.0.0' });
    clients.push(client);
    await Promise.all([server.connect(right), client.connect(left)]);
    return client;
  }

  async function text(client: Client, name: string, args: Record<string, unknown> = {}): Promise<unknown> {
    const { content } = await client.callTool({ name, arguments: args });
    return content[0]?.type === 'text' ? content[0].text : undefined;
  }

  it('all overloads of tool list and answer', async () => {
    const { createServer } = await load('tool-overloads', 'server.ts');
    const client = await connected((createServer as () => unknown)());
    const { tools } = await client.listTools();
    expect(tools.map(t => t.name)).toHaveLength(10);
    expect(tools.filter(t => t.annotations?.readOnlyHint).map(t => t.name)).toEqual(['annotated', 'annotated_described', 'annotated_by_name', 'shaped_annotated']);
    expect(tools.find(t => t.name === 'all')).toMatchObject({ description: 'Has everything', inputSchema: { required: ['who'] } });
    expect(await text(client, 'shaped_described', { a: 2, b: 3 })).toBe('5');
    expect((await client.listResources()).resources.map(r => r.uri)).toEqual(['motd://today']);
    expect((await client.listPrompts()).prompts.map(p => p.name)).toEqual(['hello', 'greet']);
  });

  it('tools from data and raw shapes list and answer', async () => {
    const { Registry } = await load('registered-from-data', 'server.ts');
    const { McpServer } = await import('@modelcontextprotocol/server');
    const server = new McpServer({ name: 'data', version: '1.0.0' });
    new (Registry as new (server: unknown) => { register(): void })(server).register();
    const client = await connected(server);
    expect((await client.listTools()).tools.map(t => t.name)).toEqual(['echo', 'list', 'ping', 'page', 'named', 'short', 'schema', 'weather', 'declared', 'empty']);
    expect(await text(client, 'echo', { text: 'hi' })).toBe('hi');
    expect(await text(client, 'named', {})).toBe('1');
  });

  it('contexts reach handlers by any name and by reference', async () => {
    const { server } = await load('contexts-of-any-name', 'server.ts');
    const client = await connected(server);
    expect(await text(client, 'aborted', { n: 1 })).toBe('false');
    expect(await text(client, 'whoami')).toMatch(/^\d+$/);
    expect(await text(client, 'copy', { q: 'x' })).toMatch(/^\d+$/);
    expect(await text(client, 'run', { q: 'x' })).toBe('x false {}');
    expect(await text(client, 'apart', { q: 'x' })).toBe('undefined undefined');
    expect(await text(client, 'later', { q: 'x' })).toMatch(/^x \d+ /);
  });

  it('what is required is found', async () => {
    const { server } = await load('commonjs', 'server.js');
    const client = await connected(server);
    expect((await client.listTools()).tools.map(t => t.name)).toEqual(['read']);
  });

  /** A client of the new revision, of what a factory makes. */
  async function modern(factory: () => unknown): Promise<Client> {
    const { createMcpHandler } = await import('@modelcontextprotocol/server');
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    const handler = createMcpHandler(() => factory() as McpServer);
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    clients.push(client);
    await client.connect(new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), { fetch: (url, init) => handler.fetch(new Request(url, init)) }));
    return client;
  }

  function calling(value: unknown): (...given: unknown[]) => unknown {
    if (typeof value !== 'function') throw new Error('no function');
    return value as (...given: unknown[]) => unknown;
  }

  /** Of `{ server, cleanup }`. */
  function serverIn(value: unknown): unknown {
    return typeof value === 'object' && value !== null && 'server' in value ? value.server : undefined;
  }

  it('tools that were tasks wait for them, in both eras', async () => {
    const { createServer } = await load('tasks', 'server.ts');
    const make = (): unknown => serverIn(calling(createServer)());
    for (const client of [await connected(make()), await modern(make)]) {
      expect((await client.listTools()).tools.filter(t => t.execution?.taskSupport !== undefined && t.execution.taskSupport !== 'forbidden')).toEqual([]);
      expect(await text(client, 'report', { topic: 'x' })).toBe('report on x');
      expect(await client.callTool({ name: 'report', arguments: { topic: 'write' } })).toMatchObject({ isError: true, content: [{ text: 'Error: cannot write' }] });
      expect(await text(client, 'clock')).toBe('ding');
      expect(await client.callTool({ name: 'count', arguments: { to: 3 } })).toMatchObject({ isError: true, content: [{ text: 'cannot count to 3' }] });
    }
  });

  it('a call that is cancelled ends its task', async () => {
    const { createServer } = await load('tasks', 'server.ts');
    const client = await connected(serverIn(calling(createServer)()));
    const stop = new AbortController();
    const call = client.callTool({ name: 'report', arguments: { topic: 'x' } }, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });

  it('a store of the project is told of each task, and whose it is', async () => {
    const { createServer, WordServer } = await load('tasks-own-store', 'src/server.ts');
    const { CountingStore } = await load('tasks-own-store', 'src/store.ts');
    const Store = CountingStore as new () => { made: number; owners: Map<string, string | undefined> };
    const store = new Store();
    const client = await connected(calling(createServer)({ store, announce: true }));
    expect([await text(client, 'shout', { word: 'a' }), await text(client, 'shout', { word: 'b' })]).toEqual(['A', 'B']);
    expect([store.made, new Set(store.owners.values()).size]).toEqual([2, 2]);
    const Words = WordServer as new (given: unknown) => unknown;
    expect(await text(await connected(new Words(store)), 'whisper', { word: 'C' })).toBe('C');
    expect(store.made).toBe(3);
  });

  it('a client follows a task of a server of the first line', async () => {
    const { Follower } = await load('tasks-of-servers', 'follow.ts');
    const { McpServer: FirstServer } = await import('@modelcontextprotocol/sdk/server/mcp.js');
    const { InMemoryTaskStore } = await import('@modelcontextprotocol/sdk/experimental/tasks');
    const server = new FirstServer({ name: 'first', version: '1.0.0' }, { capabilities: { tasks: { list: {}, requests: { tools: { call: {} } } } }, taskStore: new InMemoryTaskStore() });
    server.experimental.tasks.registerToolTask('slow', { execution: { taskSupport: 'required' } }, {
      createTask: async ({ taskStore }) => {
        const task = await taskStore.createTask({ pollInterval: 5 });
        setTimeout(() => void taskStore.storeTaskResult(task.taskId, 'completed', { content: [{ type: 'text', text: 'done' }] }), 10);
        return { task };
      },
      getTask: async ({ taskStore, taskId }) => await taskStore.getTask(taskId),
      getTaskResult: async ({ taskStore, taskId }) => (await taskStore.getTaskResult(taskId)) as CallToolResult,
    });
    const Follows = Follower as new (client: Client) => { call(name: string, args: object): Promise<unknown>; all(): Promise<readonly { status: string }[]>; seen: string[] };
    const follower = new Follows(await connected(server));
    expect(await follower.call('slow', {})).toMatchObject({ content: [{ text: 'done' }] });
    expect([follower.seen[0], follower.seen.at(-1)]).toEqual(['taskCreated', 'result']);
    expect((await follower.all()).map(t => t.status)).toEqual(['completed']);
  });

  it('tools of JavaScript wait too', async () => {
    const { server } = await load('tasks-commonjs', 'server.js');
    expect(await text(await connected(server), 'shout', { word: 'a' })).toBe('A');
  });

  it('headers are read', async () => {
    const { server } = await load('headers', 'server.ts');
    const { createMcpHandler } = await import('@modelcontextprotocol/server');
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    const handler = createMcpHandler(() => server as McpServer);
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    clients.push(client);
    await client.connect(new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), {
      fetch: (url, init) => handler.fetch(new Request(url, init)),
      requestInit: { headers: { 'x-tenant': 'acme', authorization: 'Bearer t' } },
    }));
    expect(await text(client, 'tenant', { q: 'x' })).toMatch(/^x acme \S+ Bearer t$/);
  });
});
