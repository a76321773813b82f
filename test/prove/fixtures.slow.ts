import { availableParallelism, loadavg } from 'node:os';
import { describe, expect, it } from 'vitest';
import { expectCaught, expectProven } from './expect-proof.js';
import { FIXTURES, proveFixture } from './fixtures.js';

/** For a machine that does nothing else: other work stretches it. */
function limitMs(): number {
  return 20_000 * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
}

describe.each(FIXTURES)('$name', fixture => {
  const options = { transport: fixture.transport, ...(fixture.calls !== undefined && { calls: fixture.calls }), ...(fixture.watch && { watch: fixture.watch }) };
  it('is caught before', { timeout: 120_000 }, async () => {
    const report = await proveFixture('before', fixture.name, options);
    console.log(`${fixture.name} before: ${(report.durationMs / 1000).toFixed(1)} s`);
    expectCaught(report, fixture);
    expect(report.durationMs).toBeLessThan(limitMs());
  });
  it('is proven after', { timeout: 120_000 }, async () => {
    const report = await proveFixture('after', fixture.name, options);
    console.log(`${fixture.name} after: ${(report.durationMs / 1000).toFixed(1)} s`);
    expectProven(report);
    expect(report.durationMs).toBeLessThan(limitMs());
  });
});

describe('replicas of one server', () => {
  it('catches replicas that do not share the key of the request state', { timeout: 60_000 }, async () => {
    const report = await proveFixture('after', 'elicitation', { transport: 'http', replicas: 2, eras: ['modern'], calls: 1, env: { MCP_REQUEST_STATE_KEY: undefined } });
    expect(report.verdict).toBe('not-proven');
    expect(report.differences[0]).toMatchObject({ cause: 'request-state', clause: 'deploy-request-state-key' });
  });
});

const RUNS = Number(process.env['PROVE_RUNS'] ?? 50);

describe('a stateless server with caches, lazy singletons, ids, times and chance', () => {
  it(`passes ${RUNS} runs in a row`, { timeout: 3_600_000 }, async () => {
    for (let run = 1; run <= RUNS; run++) {
      const report = await proveFixture('after', 'stateless-with-caches', { transport: 'http', seed: run });
      expectProven(report);
      console.log(`run ${run} of ${RUNS}: proven in ${(report.durationMs / 1000).toFixed(1)} s, ${report.notes.filter(n => n.includes('noise')).join(' ')}`);
    }
  });
});
