// Every server of fixtures/handles with a session block of HTTP, migrated in one go to the second SDK line, compiled and run.
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storage, type Running } from './backends.js';
import { proveWhole } from './cases.js';
import { caseNames } from './run.js';
import { compileErrors, expectNoState, migrateWhole, sessionServer, textsIn } from './whole.js';

for (const name of ['file', 'redis'] as const) {
  const { missing, start } = storage(name);
  describe.skipIf(missing !== undefined)(`the whole migration, on ${name}`, () => {
    let running: Running;
    beforeAll(async () => {
      running = await start();
    });
    afterAll(() => running.stop());
    it.each(caseNames())('%s', { timeout: 180_000 }, n => proveWhole(n, name, running.env));
  });
}

describe('the order of the steps does not matter', () => {
  it.each(caseNames())('%s', { timeout: 180_000 }, name => {
    const folders = [sessionServer(name), sessionServer(name), sessionServer(name)];
    try {
      const [once = '', twice = '', handlesFirst = ''] = folders;
      migrateWhole(once, { store: 'file' });
      migrateWhole(twice, { store: 'file' }, { skip: ['session-to-handle'] });
      migrateWhole(twice, { store: 'file' });
      expect(textsIn(twice)).toEqual(textsIn(once));
      migrateWhole(handlesFirst, { store: 'file', target: 'v1-stateless' }, { transforms: ['session-to-handle'] });
      migrateWhole(handlesFirst, { store: 'file' });
      expectNoState(handlesFirst);
      expect(migrateWhole(once, { store: 'file' }).result, 'a second run').toEqual({});
      expect(compileErrors(folders)).toEqual([]);
    } finally {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    }
  });
});
