import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { auditFolder } from '../../src/audit.js';
import { registry } from '../../src/registry.js';
import { proofJunit, proofTerminal } from '../../src/report/proof.js';
import { paint } from '../../src/report/paint.js';
import { expectCaught, expectProven } from './expect-proof.js';
import { fixtureNamed, proveFixture } from './fixtures.js';

const docs = join(import.meta.dirname, '../../docs');
const fixtures = join(import.meta.dirname, '../../fixtures/prove');

/** One of each kind; the slow tests run them all, with three replicas. */
describe('prove', () => {
  it('catches session state, and links it to the finding of the audit', { timeout: 60_000 }, async () => {
    const findings = auditFolder(join(fixtures, 'before'), registry, { all: true }).findings;
    const report = await proveFixture('before', 'session-state', { transport: 'http', replicas: 2, eras: ['older'], findings });
    expectCaught(report, fixtureNamed('session-state'));
    const state = report.differences.find(d => d.cause === 'session-state' && d.tool === 'view_cart');
    expect(state?.findings.map(f => [f.file, f.clause, f.because])).toContainEqual(['session-state.mjs', 'session-keyed-state', 'tool']);
    expect(report.differences.find(d => d.cause === 'session')?.after).toContain('Session not found');
    const ajv = new Ajv2020({ allErrors: true });
    const schema = JSON.parse(readFileSync(join(docs, 'prove.schema.json'), 'utf8')) as object;
    const plain: unknown = JSON.parse(JSON.stringify(report));
    expect(ajv.validate(schema, plain), JSON.stringify(ajv.errors)).toBe(true);
    const text = proofTerminal(report, paint(false), false);
    expect(text).toContain('State belongs to a session');
    expect(text).toContain('Not proven.');
    const xml = proofJunit(report);
    expect(xml).toMatch(/<testsuites name="mcp-stateless prove" tests="\d+" failures="[1-9]\d*"/);
    expect(xml).toContain('type="session-keyed-state"');
  });

  it('proves elicitation by result over replicas, and that changed request state is refused', { timeout: 60_000 }, async () => {
    const report = await proveFixture('after', 'elicitation', { transport: 'http', replicas: 2, eras: ['modern'], calls: 1 });
    expectProven(report);
    const passed = report.checks.filter(c => c.status === 'pass').map(c => c.clause);
    for (const clause of ['push-elicitation', 'deploy-request-state-key', 'mrtr-request-state-integrity', 'missing-client-capability-error', 'client-version-negotiation']) expect(passed).toContain(clause);
  });

  it('calls nothing that is not allowed, and says that this proves nothing', { timeout: 60_000 }, async () => {
    const report = await proveFixture('before', 'stdio-current', { transport: 'stdio', eras: ['older'], allowAll: false });
    expect(report.script.steps.some(s => 'tool' in s)).toBe(false);
    expect(report.reasons.join(' ')).toContain('No tool was called');
  });
});
