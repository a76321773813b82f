// A transaction behind a handle, on a database: kept while it is used, given up when nobody does.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storage, type Running } from './backends.js';
import { CLOSED, TRANSACTION } from './live-servers.js';
import { build, connect, copyOf, migrate, start, typeErrors } from './run.js';

const { missing, start: startDatabase } = storage('postgres');

describe.skipIf(missing !== undefined)('a transaction', () => {
  let running: Running;
  beforeAll(async () => {
    running = await startDatabase();
  });
  afterAll(() => running.stop());

  it('lives as long as it is used, and is rolled back then', { timeout: 60_000 }, async () => {
    const folder = copyOf('map-accessor');
    writeFileSync(join(folder, 'server.ts'), TRANSACTION);
    const plan = migrate(folder, { handles: { 'state:tx': { ttlMinutes: 1.5 / 60 } } });
    expect([plan.dropped, plan.declines]).toEqual([[], []]);
    const replica = await start(build(folder, 'stateless'), running.env);
    const database = new pg.Client({ connectionString: running.env['DATABASE_URL'] });
    await database.connect();
    try {
      await database.query('create table notes (text text)');
      const client = await connect(replica.url);
      const call = (name: string, args: object = {}): ReturnType<typeof client.callTool> => client.callTool({ name, arguments: { ...args } });
      const count = async (): Promise<unknown> => (await database.query<{ n: number }>('select count(*)::int n from notes')).rows[0]?.n;
      const begun = Object((await call('begin')).structuredContent) as object;
      const other = Object((await call('begin')).structuredContent) as object;
      await call('run', { ...begun, sql: "insert into notes values ('kept')" });
      await call('run', { ...other, sql: "insert into notes values ('lost')" });
      expect(await count()).toBe(0);
      await call('commit', begun);
      expect(await count()).toBe(1);
      await new Promise(resolve => setTimeout(resolve, 2500));
      expect(await call('run', { ...other, sql: 'select 1' })).toMatchObject({ isError: true });
      expect(await count()).toBe(1);
      const { rows } = await database.query("select 1 from pg_stat_activity where state like 'idle in transaction%'");
      expect(rows).toEqual([]);
      await client.close();
    } finally {
      await database.end();
      await replica.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

it('what is open, and what closes it, compiles', { timeout: 60_000 }, () => {
  const folders = [TRANSACTION, CLOSED].map(text => {
    const folder = copyOf('map-accessor');
    writeFileSync(join(folder, 'server.ts'), text);
    expect(migrate(folder, {}).dropped).toEqual([]);
    expect(readFileSync(join(folder, 'server.ts'), 'utf8')).toContain('LiveStore');
    return folder;
  });
  try {
    expect(typeErrors(folders)).toEqual([]);
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
});
