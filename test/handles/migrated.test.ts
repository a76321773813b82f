// A few of the migrated servers, run; `npm run handles:slow` runs all of them on files and on Redis.
import { afterAll, beforeAll, describe, it } from 'vitest';
import { storage, type Running } from './backends.js';
import { proveCase } from './cases.js';

describe('a server with handles answers from three replicas as it did from one process', () => {
  let running: Running;
  beforeAll(async () => {
    running = await storage('file').start();
  });
  afterAll(() => running.stop());

  it.each(['map-accessor', 'closure', 'current', 'class-low-level'])('%s', { timeout: 90_000 }, name => proveCase(name, 'file', running.env));
});
