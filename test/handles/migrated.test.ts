// One of the migrated servers, run; `npm run handles:slow` runs all of them on files and on Redis.
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storage, type Running } from './backends.js';
import { STORES } from '../../src/choices.js';
import { proveCase } from './cases.js';
import { caseNames, copyOf, migrate, typeErrors } from './run.js';

describe('a server with handles answers from three replicas as it did from one process', () => {
  let running: Running;
  beforeAll(async () => {
    running = await storage('file').start();
  });
  afterAll(() => running.stop());

  it('map-accessor', { timeout: 90_000 }, () => proveCase('map-accessor', 'file', running.env));
});

it('all of them are rewritten, and compile, on every store', { timeout: 180_000 }, () => {
  const folders = caseNames().map((name, index) => {
    const folder = copyOf(name);
    const plan = migrate(folder, { store: STORES[index % STORES.length] ?? 'memory' });
    expect(plan.dropped, name).toEqual([]);
    expect(plan.declines, name).toEqual([]);
    expect(plan.left.filter(f => /^no-(?:session|process)-state$/.test(f.rule)), name).toEqual([]);
    expect(Object.keys(plan.result).some(f => /(?:^|\/)handle-store\.c?[jt]s$/.test(f)), name).toBe(true);
    return folder;
  });
  expect(typeErrors(folders)).toEqual([]);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
