import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseScript } from '../../src/prove/script.js';
import { proveFixture } from './fixtures.js';

const fixtures = join(import.meta.dirname, '../../fixtures/prove');

it('sees work that goes on after its client has gone', { timeout: 120_000 }, async () => {
  const script = parseScript(readFileSync(join(fixtures, 'scripts/cancel.jsonl'), 'utf8'), 'cancel.jsonl');
  for (const [env, status] of [[{}, 'pass'], [{ IGNORE_CANCEL: '1' }, 'fail']] as const) {
    const report = await proveFixture('after', 'cancel', { transport: 'http', replicas: 1, eras: ['modern'], script, env });
    expect(report.checks.find(c => c.clause === 'disconnect-is-cancel')?.status).toBe(status);
  }
});
