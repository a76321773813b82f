// One of the migrated servers, run; `npm run handles:slow` runs all of them on files and on Redis, and compiles them on every store.
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storage, type Running } from './backends.js';
import { proveCase } from './cases.js';
import { caseNames, copyOf, migrate } from './run.js';

describe('a server with handles answers from two replicas as it did from one process', () => {
  let running: Running;
  beforeAll(async () => {
    running = await storage('file').start();
  });
  afterAll(() => running.stop());

  it('map-accessor', { timeout: 90_000 }, () => proveCase('map-accessor', 'file', running.env, { engine: false, replicas: 2 }));
});

it('all of them are rewritten, and no state is left', { timeout: 60_000 }, () => {
  for (const name of caseNames()) {
    const folder = copyOf(name);
    const plan = migrate(folder, { store: 'file' });
    expect(plan.dropped, name).toEqual([]);
    expect(plan.declines, name).toEqual([]);
    expect(plan.left.filter(f => /^no-(?:session|process)-state$/.test(f.rule)), name).toEqual([]);
    expect(Object.keys(plan.result).some(f => /(?:^|\/)handle-store\.c?[jt]s$/.test(f)), name).toBe(true);
    rmSync(folder, { recursive: true, force: true });
  }
});
