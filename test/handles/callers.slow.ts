// Tests of a repository that call its tools: they pass before the migration and after it, on both SDK lines.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { build, migrate, typeErrors } from './run.js';
import { buildWhole, compileErrors, migrateWhole, sessionServer } from './whole.js';

const HEAD = `import assert from 'node:assert/strict';
import { test, beforeEach } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { createServer } from './server.js';

async function connect(): Promise<Client> {
  const [here, there] = InMemoryTransport.createLinkedPair();
  await createServer().connect(there);
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(here);
  return client;
}

function said(result: object): string {
  const [first] = (result as { content: { text: string }[] }).content;
  return first?.text ?? '';
}
`;

const TESTS: Readonly<Record<string, string>> = {
  closure: `${HEAD}
let client: Client;
beforeEach(async () => {
  client = await connect();
});

async function call(name: string, args: Record<string, unknown> = {}) {
  return await client.callTool({ name, arguments: args });
}

test('counts', async () => {
  assert.equal(said(await call('bump', { by: 2 })), '2');
  assert.equal(said(await call('bump', { by: 3 })), '5');
  assert.equal(said(await call('history')), '+2 +3');
});

test('begins anew', async () => {
  const other = await connect();
  for (const by of [1, 1]) await client.callTool({ name: 'bump', arguments: { by } });
  assert.equal(said(await other.callTool({ name: 'bump', arguments: { by: 1 } })), '1');
  assert.equal(said(await call('history', {})), '+1 +1');
});
`,
  current: `${HEAD}
test('opens, adds and closes', async () => {
  const client = await connect();
  await client.callTool({ name: 'open_project', arguments: { path: '/a' } });
  assert.equal(said(await client.callTool({ name: 'add_task', arguments: { title: 'x' } })), '/a: 1 task(s)');
  const opened = await client.callTool({ name: 'open_project', arguments: { path: '/b' } });
  assert.equal(said(opened), 'opened /b');
  assert.equal(said(await client.callTool({ name: 'add_task', arguments: { title: 'y' } })), '/b: 1 task(s)');
  assert.equal(said(await client.callTool({ name: 'close_project' })), 'closed /b');
});
`,
};

function passes(out: string): void {
  execFileSync(process.execPath, ['--test', join(out, 'try.js')], { stdio: 'pipe' });
}

it.each(Object.entries(TESTS))('%s', { timeout: 120_000 }, (name, text) => {
  const folders = [sessionServer(name), sessionServer(name)] as const;
  const [first, second] = folders;
  try {
    for (const folder of folders) writeFileSync(join(folder, 'try.ts'), text);
    passes(dirname(build(first, 'stateful')));
    const plan = migrate(first, {});
    expect([plan.dropped, plan.markers]).toEqual([[], []]);
    expect(typeErrors([first])).toEqual([]);
    passes(dirname(build(first, 'stateless')));
    const { markers } = migrateWhole(second, {});
    expect(markers.filter(m => m.id === 'handle-argument')).toEqual([]);
    expect(readFileSync(join(second, 'try.ts'), 'utf8')).toMatch(/_id(?:: \w+)?,? /);
    expect(compileErrors([second])).toEqual([]);
    passes(dirname(buildWhole(second)));
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
});
