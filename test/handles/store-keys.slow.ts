// Data under session ids in Redis and PostgreSQL: before in one process, after as three replicas.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditFolder } from '../../src/audit.js';
import { registry } from '../../src/registry.js';
import { storage } from './backends.js';
import { build, Caller, connect, copyOf, migrate, start, toolsOf, typeErrors, type Answer, type Call, type Replica } from './run.js';
import { compileErrors, expectNoState, migrateWhole, sessionServer } from './whole.js';

const content = (text: string): string => `{ content: [{ type: 'text', text: ${text} }] }`;
const HEAD = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { z } from 'zod';\n`;

const REDIS = `${HEAD}import { Redis } from 'ioredis';

const redis = new Redis(process.env['REDIS_URL'] ?? '');

function cartKey(session: string | undefined): string {
  return \`cart:\${session}\`;
}

async function linesOf(session: string | undefined): Promise<string[]> {
  return redis.lrange(cartKey(session), 0, -1);
}

export function createServer(): McpServer {
  const server = new McpServer({ name: 'shop', version: '1.0.0' });
  server.registerTool('add_item', { description: 'Put an item in the cart', inputSchema: { sku: z.string() } }, async ({ sku }, extra) => {
    const session = extra.sessionId;
    if (!session) throw new Error('No session');
    await redis.rpush(cartKey(session), sku);
    const count = await redis.get(\`count:\${session}\`);
    await redis.set(\`count:\${session}\`, Number(count ?? 0) + 1);
    return ${content('`${(await linesOf(session)).length} item(s)`')};
  });
  server.registerTool('view_cart', { description: 'Show the cart' }, async extra => (${content("`${(await linesOf(extra.sessionId ?? 'none')).slice(0, 3).join()} ${await redis.get(`count:${extra.sessionId ?? 'none'}`)}`")}));
  server.registerTool('empty_cart', { description: 'Throw all away' }, async extra => {
    await redis.del(cartKey(extra.sessionId), \`count:\${extra.sessionId}\`);
    return ${content("'empty'")};
  });
  return server;
}
`;

const SQL = `${HEAD}import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'] });
await pool.query('create table if not exists carts (owner text, sku text, amount int)');

export function createServer(): McpServer {
  const server = new McpServer({ name: 'shop', version: '1.0.0' });
  server.registerTool('add_item', { description: 'Put an item in the cart', inputSchema: { sku: z.string() } }, async ({ sku }, extra) => {
    const { rows } = await pool.query('select amount from carts where owner = $1', [extra.sessionId]);
    await pool.query('insert into carts (owner, sku, amount) values ($1, $2, $3)', [extra.sessionId, sku, rows.length]);
    return ${content('`${rows.length + 1} item(s)`')};
  });
  server.registerTool('view_cart', { description: 'Show the cart' }, async extra => {
    const { rows } = await pool.query<{ last: number; n: number }>('select max(amount) last, count(*)::int n from carts where owner = $1', [extra.sessionId]);
    return ${content('`${rows[0]?.n} ${rows[0]?.last}`')};
  });
  server.registerTool('empty_cart', { description: 'Throw all away' }, async extra => {
    await pool.query('delete from carts where owner = $1', [extra.sessionId]);
    return ${content("'empty'")};
  });
  return server;
}
`;

const CALLS: readonly Call[] = [{ tool: 'add_item', arguments: { sku: 'a' } }, { tool: 'view_cart' }, { tool: 'add_item', arguments: { sku: 'b' } }, { tool: 'view_cart' }, { tool: 'empty_cart' }, { tool: 'view_cart' }, { tool: 'add_item', arguments: { sku: 'c' } }, { tool: 'view_cart' }];

async function answers(caller: Caller, calls: readonly Call[]): Promise<readonly Answer[]> {
  const found: Answer[] = [];
  for (const call of calls) found.push(await caller.call(call));
  return found;
}

it.each([
  ['Redis', REDIS, 'state.cartKey'],
  ['SQL', SQL, '[state.cartKey]'],
])('%s: one migration takes the SDK, hosting and the keys, and compiles', { timeout: 120_000 }, (_name, text, expected) => {
  const folder = sessionServer('map-accessor');
  try {
    writeFileSync(join(folder, 'server.ts'), text);
    migrateWhole(folder, {});
    expectNoState(folder);
    expect(readFileSync(join(folder, 'server.ts'), 'utf8')).toContain(expected);
    expect(compileErrors([folder])).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe.each([
  ['redis', REDIS, / 40$/],
  ['postgres', SQL, /^40 39$/],
] as const)('in %s', (name, text, all) => {
  const { missing, start: startStore } = storage(name);
  it.skipIf(missing !== undefined)('data is found by the handle, on every replica', { timeout: 180_000 }, async () => {
    const store = await startStore();
    const folder = copyOf('map-accessor');
    const states = mkdtempSync(join(tmpdir(), 'mcp-stateless-states-'));
    const env = { ...store.env, MCP_HANDLE_DIR: states };
    let replicas: readonly Replica[] = [];
    const startThree = async (host: string): Promise<readonly Replica[]> => Promise.all([1, 2, 3].map(() => start(host, env)));
    const stopAll = async (): Promise<unknown> => Promise.all(replicas.map(r => r.stop()));
    try {
      writeFileSync(join(folder, 'server.ts'), text);
      replicas = [await start(build(folder, 'stateful'), env)];
      const before = await connect(replicas[0]?.url ?? '');
      const tools = await toolsOf(before);
      const expected = await answers(await Caller.over([before], tools), CALLS);
      await stopAll();

      const plan = migrate(folder, { store: 'file' });
      expect([plan.dropped, plan.declines, plan.markers]).toEqual([[], [], []]);
      expect(auditFolder(folder, registry).findings.filter(f => /^no-(?:session|process)-state$/.test(f.rule))).toEqual([]);
      expect(typeErrors([folder])).toEqual([]);
      const host = build(folder, 'stateless');
      replicas = await startThree(host);
      const caller = await Caller.over(await Promise.all(replicas.map(r => connect(r.url))), tools);
      await caller.begin();
      expect(await answers(caller, CALLS.slice(0, 4))).toEqual(expected.slice(0, 4));
      await stopAll();
      replicas = await startThree(host);
      const again = await Caller.over(await Promise.all(replicas.map(r => connect(r.url))), tools);
      for (const [key, value] of caller.handles) again.handles.set(key, value);
      expect(await answers(again, CALLS.slice(4))).toEqual(expected.slice(4));

      const mallory = await connect(replicas[0]?.url ?? '', 'mallory');
      const handles = Object.fromEntries(again.handles);
      const foreign = await mallory.callTool({ name: 'view_cart', arguments: handles });
      expect(foreign).toMatchObject({ isError: true });
      expect(await mallory.callTool({ name: 'view_cart', arguments: { cart_id: 'cart_x' } })).toEqual(foreign);

      await again.begin();
      await Promise.all(Array.from({ length: 40 }, () => again.call({ tool: 'add_item', arguments: { sku: 'x' } })));
      expect((await again.call({ tool: 'view_cart' })).text).toMatch(all);
    } finally {
      await stopAll();
      await store.stop();
      for (const path of [folder, states]) rmSync(path, { recursive: true, force: true });
    }
  });
});
