// Every server of fixtures/handles: before in one process, after as three replicas on files and on Redis.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storage, type Running } from './backends.js';
import { proveCase, refusesExpired } from './cases.js';
import { caseNames, readCase } from './run.js';

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
