import { expect } from 'vitest';
import type { ProofReport } from '../../src/prove/report.js';
import type { Fixture } from './fixtures.js';

export function expectCaught(report: ProofReport, { causes, clauses = [], modern }: Fixture): void {
  expect(report.verdict).toBe('not-proven');
  const eras = modern ? report.eras.map(e => e.era) : (['older'] as const);
  for (const era of eras) expect([...new Set(report.differences.filter(d => d.era === era).map(d => d.cause))].sort(), era).toEqual([...causes].sort());
  const failed = report.checks.filter(c => c.status === 'fail').map(c => c.clause);
  for (const clause of clauses) expect(failed).toContain(clause);
  if (!modern && report.eras.some(e => e.era === 'modern')) expect(failed).toContain('server-discover-missing');
}

export function expectProven(report: ProofReport): void {
  expect(report.reasons).toEqual([]);
  expect(report.verdict).toBe('proven');
  expect(report.differences).toEqual([]);
  expect(report.checks.filter(c => c.status === 'fail')).toEqual([]);
  for (const era of report.eras) expect(era.served, era.era).toBe(true);
}
