// Browsers, sockets, processes: never stored, but kept under handles in the process that opened them.
import { describe, expect, it, vi } from 'vitest';
import { LiveStore } from '../../templates/handles/live-store.js';
import { transforms } from '../../transforms/index.js';
import { auditProject } from '../../src/audit.js';
import { memoryTree } from '../../src/files/memory.js';
import { planMigration, type Plan } from '../../src/migrate/plan.js';
import { Project } from '../../src/project.js';
import { registry } from '../../src/registry.js';
import { ATTRIBUTED, CLOSED, KNEX, MONGO, MYSQL, PAGES, SHELL, TRANSACTION, TYPEORM } from './live-servers.js';

interface Open {
  page: string | undefined;
}

function make(options: { readonly ttlMs?: number; readonly limit?: number } = {}): { readonly store: LiveStore<Open>; readonly closed: (string | undefined)[] } {
  const closed: (string | undefined)[] = [];
  return { closed, store: new LiveStore<Open>({ kind: 'page', createTool: 'open_page', initial: () => ({ page: undefined }), close: ({ page }) => closed.push(page), ...options }) };
}

const refused = 'Unknown or expired page. Call open_page to get a new one.';

describe('what is open', () => {
  it('is found by its handle and owner only', async () => {
    const { store } = make();
    const handle = await store.create('ann', { page: 'a' });
    expect(handle).toMatch(/^page_[\w-]{32}$/);
    expect(await store.use(handle, 'ann', slot => slot.value.page)).toBe('a');
    for (const [wrong, owner] of [[handle, 'bob'], [`${handle}x`, 'ann'], [undefined, 'ann'], [{}, 'ann'], ['__proto__', 'ann'], [`${handle}\n`, 'ann'], [handle.replace('page', 'pige'), 'ann'], ['x'.repeat(10_000_000), 'ann']] as const) await expect(store.use(wrong, owner, () => 1)).rejects.toThrow(refused);
    expect(await store.answer('page_1', 'ann', () => 1)).toEqual({ content: [{ type: 'text', text: refused }], isError: true });
  });

  it('is used by one call at a time, also after one that failed', async () => {
    const { store } = make();
    const handle = await store.create('ann', { page: '' });
    const calls = Array.from({ length: 40 }, (_, i) =>
      store.use(handle, 'ann', async slot => {
        const before = slot.value.page ?? '';
        await new Promise(resolve => setTimeout(resolve, i % 3));
        slot.value.page = `${before}.`;
        if (i === 5) throw new Error('one failed');
      }),
    );
    expect((await Promise.allSettled(calls)).filter(c => c.status === 'rejected')).toHaveLength(1);
    expect((await store.read(handle, 'ann')).page).toHaveLength(40);
  });

  it('is closed when it is idle, not while it is used, and is unknown then', async () => {
    vi.useFakeTimers();
    try {
      const { store, closed } = make({ ttlMs: 1000 });
      const handle = await store.create('ann', { page: 'a' });
      const long = store.use(handle, 'ann', () => new Promise(resolve => setTimeout(resolve, 5000)));
      await vi.advanceTimersByTimeAsync(5000);
      await long;
      expect(closed).toEqual([]);
      await vi.advanceTimersByTimeAsync(999);
      await store.use(handle, 'ann', () => 1);
      await vi.advanceTimersByTimeAsync(999);
      expect(closed).toEqual([]);
      await vi.advanceTimersByTimeAsync(2);
      expect(closed).toEqual(['a']);
      await expect(store.use(handle, 'ann', () => 1)).rejects.toThrow(refused);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is closed once when it is dropped, and those who wait for it are told', async () => {
    const { store, closed } = make();
    const handle = await store.create('ann', { page: 'a' });
    const [drop, late] = await Promise.allSettled([store.drop(handle, 'ann'), store.use(handle, 'ann', () => 1)]);
    expect([drop.status, late.status, closed]).toEqual(['fulfilled', 'rejected', ['a']]);
  });

  it('is closed with all others when the process ends', async () => {
    const { store, closed } = make();
    const handles = [await store.create('ann', { page: 'a' }), await store.create('bob', { page: 'b' })];
    await store.closeAll();
    expect(closed).toEqual(['a', 'b']);
    await expect(store.use(handles[0], 'ann', () => 1)).rejects.toThrow(refused);
  });

  it('of whoever has the handle, where that was chosen', async () => {
    const store = new LiveStore<Open>({ kind: 'page', createTool: 'open_page', initial: () => ({ page: undefined }), close: () => undefined, bearer: true });
    const handle = await store.create('ann', { page: 'a' });
    expect(await store.use(handle, 'bob', slot => slot.value.page)).toBe('a');
  });

  it('begins with a tool, unless that opened nothing or failed; too many are refused and closed', async () => {
    const { store, closed } = make({ limit: 1 });
    expect(await store.start('ann', () => ({ content: [] }))).toEqual({ content: [] });
    await expect(store.start('ann', slot => { slot.value.page = 'x'; throw new Error('no'); })).rejects.toThrow('no');
    const result = await store.start('ann', slot => { slot.value.page = 'b'; return { content: [] }; });
    expect(result).toMatchObject({ structuredContent: { page_id: expect.stringMatching(/^page_/) as unknown } });
    await expect(store.start('ann', slot => { slot.value.page = 'c'; return { content: [] }; })).rejects.toThrow('Too many');
    expect(closed).toEqual([undefined, 'x', 'c']);
  });
});

function plan(text: string): Plan {
  return planMigration(new Project(memoryTree(new Map([['server.ts', text]]))), transforms.filter(t => t.id === 'session-to-handle'), registry, { choices: { target: 'v1-stateless', store: 'redis' } });
}

describe('servers', () => {
  it.each([
    ['a process that one tool opens', SHELL, ['state.shell?.kill()', "createTool: 'open_shell'"]],
    ['a transaction in PostgreSQL, which a client that is destroyed gives up', TRANSACTION, ['close: state => state.tx?.release(true)', "createTool: 'begin'"]],
    ['transactions of knex', KNEX, ['close: state => state.transaction?.rollback()']],
    ['transactions in MySQL', MYSQL, ['close: state => state.transaction?.destroy()']],
    ['transactions in MongoDB', MONGO, ['close: state => state.transaction?.endSession()']],
    ['transactions of TypeORM', TYPEORM, ['state.transaction?.rollbackTransaction().finally(() => state.transaction?.release())']],
    ['browsers by session, in entries with other things', PAGES, ['Promise.allSettled([state.tab?.browser.close(), state.tab?.page.close()])', "createTool: 'create_tab'"]],
  ])('%s', (_name, text, parts) => {
    const { result, dropped, declines, markers, dependencies, notes } = plan(text);
    expect([dropped, declines, dependencies]).toEqual([[], [], []]);
    for (const part of parts) expect(result['server.ts']).toContain(part);
    expect(Object.keys(result)).toEqual(['handle-store.ts', 'live-store.ts', 'server.ts']);
    expect(markers.map(m => m.id)).toEqual(['live-resource']);
    expect(notes.join()).toContain('that opened it');
    const after = auditProject(new Project(memoryTree(new Map(Object.entries(result).map(([path, t]) => [path, t ?? ''])))), registry);
    expect(after.findings.filter(f => f.rule.endsWith('-state'))).toEqual([]);
  });

  it('that closed what was open when sessions ended: its idle time does that, and the end of the process closes all', () => {
    const { result, dropped, declines, markers } = plan(CLOSED);
    expect([dropped, declines]).toEqual([[], []]);
    const text = result['server.ts'] ?? '';
    expect(text).not.toMatch(/closeTab|setInterval|tabs\.(?:get|delete|values|clear)/);
    expect(text).toContain("process.on('SIGINT', async () => {\n  await tabs.closeAll();\n  process.exit(0);\n});");
    expect(text).toContain('onsessionclosed: async id => {\n      },');
    expect(text).toContain('if (created.sessionId) {\n        delete transports[created.sessionId];\n      }');
    expect(text.split('\n')[(markers[0]?.line ?? 0)]).toMatch(/registerTool\('go'/);
  });

  it.each([
    ['for a reason that is not the end of a session', CLOSED.replace("process.on('SIGINT', async () => {", 'export const reset = async () => {').replace('  process.exit(0);\n});', '};'), 'used as a whole'],
    ['with more than closing in it', CLOSED.replace('await tab.browser.close();\n  }', 'await report(tab);\n  }').replace('const tabs =', 'declare function report(tab: Tab): Promise<void>;\nconst tabs ='), 'may run after the call'],
  ])('that closed it %s: nothing is rewritten', (_name, text, why) => {
    const { result, declines } = plan(text);
    expect(declines.map(d => d.marker)).toEqual(['state-not-serializable']);
    expect(declines[0]?.reason).toContain(why);
    expect(Object.keys(result)).toEqual(['server.ts']);
    expect(result['server.ts']).toMatch(/TODO\(mcp-stateless:state-not-serializable\): tabs, a live connection, cannot be stored.*\nconst tabs/);
  });

  it('that holds a transaction under an id that a tool gave out: that is a handle already', () => {
    const given = KNEX.replace('async extra => {\n    const key = extra.sessionId ?? \'\';', 'async () => {\n    const key = crypto.randomUUID();').replace("text: 'begun'", 'text: key').replace('{ sql: z.string() }', '{ id: z.string(), sql: z.string() }').replace('{ sql }, extra', '{ id, sql }').replace("extra.sessionId ?? ''", 'id');
    expect(plan(given).result).toEqual({});
  });

  it('that opened a connection once, for everybody: that is no transaction', () => {
    expect(plan(TRANSACTION.replace("await client.query('BEGIN');", "await client.query('select 1');")).result).toEqual({});
  });

  it('that only answered what is kept: a type says that it is data, and it moves', () => {
    const text = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { Client } from 'ssh2';
import { z } from 'zod';
const FIRST = 1;
const connection = new Client();
const lines: { command: string; output: string }[] = [];
let count = FIRST;
export function createServer() {
  const server = new McpServer({ name: 's', version: '1.0.0' });
  server.registerTool('run', { inputSchema: { command: z.string() } }, async ({ command }) => {
    const { output } = await connection.run(command);
    lines.push({ command, output });
    count += command.length;
    return { content: [{ type: 'text', text: output }] };
  });
  server.registerTool('history', {}, async () => ({ content: [{ type: 'text', text: JSON.stringify(lines) + count }] }));
  return server;
}
`;
    const { result, declines } = plan(text);
    expect(declines).toEqual([]);
    expect(result['server.ts']).toMatch(/lines: \{ command: string; output: string \}\[\];\n\s*count: number;/);
  });

  it('with connections that nobody knows how to close: nothing is rewritten', () => {
    const { result, declines } = plan(ATTRIBUTED);
    expect(declines.map(d => d.marker)).toEqual(['state-not-serializable']);
    expect(Object.keys(result)).toEqual(['server.ts']);
    expect(result['server.ts']).toMatch(/TODO\(mcp-stateless:state-not-serializable\).*\nlet device/);
  });
});
