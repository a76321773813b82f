// Every server of fixtures/handles: before in one process, after as three replicas on files and on Redis.
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storage, type Running } from './backends.js';
import { proveCase, refusesExpired } from './cases.js';
import { STORES } from '../../src/choices.js';
import { caseNames, copyOf, migrate, readCase, typeErrors } from './run.js';

it('has thirty servers, of each shape', () => {
  expect(caseNames().length).toBeGreaterThanOrEqual(30);
  expect(new Set(caseNames().map(n => readCase(n).shape))).toEqual(new Set(['A', 'B', 'C', 'D']));
});

for (const name of ['file', 'redis'] as const) {
  const { missing, start } = storage(name);
  describe.skipIf(missing !== undefined)(`on ${name}`, () => {
    let running: Running;
    beforeAll(async () => {
      running = await start();
    });
    afterAll(() => running.stop());
    it.each(caseNames())('%s', { timeout: 120_000 }, n => proveCase(n, name, running.env));
    it('a handle that has expired is refused like one that never was', { timeout: 120_000 }, () => refusesExpired('map-accessor', 'state:carts', name, running.env));
  });
}

it('all of them compile, on every store', { timeout: 300_000 }, () => {
  const folders = caseNames().map((name, index) => {
    const folder = copyOf(name);
    migrate(folder, { store: STORES[index % STORES.length] ?? 'memory' });
    return folder;
  });
  expect(typeErrors(folders)).toEqual([]);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

it('all of them compile with a handle for each container', { timeout: 300_000 }, () => {
  const folders = caseNames().map(name => {
    const folder = copyOf(name);
    const plan = migrate(folder, { store: 'memory', handlePer: 'container' });
    expect([plan.dropped, plan.declines, plan.left.filter(f => /^no-(?:session|process)-state$/.test(f.rule))], name).toEqual([[], [], []]);
    return folder;
  });
  expect(typeErrors(folders)).toEqual([]);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
