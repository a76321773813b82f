// Every number of a report, worked out again from nothing but the audits of both states.
import { STATUSES, type Comparison } from '../../src/comparison/comparison.js';
import type { Finding } from '../../src/finding.js';
import { countBySeverity, type Report } from '../../src/report/report.js';

/** What does not add up; empty when all does. */
export function recomputed(comparison: Comparison, base: Report, head: Report): readonly string[] {
  const wrong: string[] = [];
  const equal = (what: string, told: unknown, own: unknown): void => {
    if (JSON.stringify(told) !== JSON.stringify(own)) wrong.push(`${what}: the report says ${JSON.stringify(told)}, the audits ${JSON.stringify(own)}`);
  };
  const of = (status: string): readonly Finding[] => comparison.findings.filter(f => f.status === status).map(f => f.finding);
  const [fixed, added, left] = [of('fixed'), of('new'), of('left')];
  const prints = (findings: readonly Finding[]): readonly string[] => findings.map(f => f.fingerprint).sort();

  for (const [name, side, report] of [['base', comparison.base, base], ['head', comparison.head, head]] as const) {
    equal(`${name} counts`, side.counts, countBySeverity(report.findings));
    equal(`${name} units`, side.units, report.units.length);
    equal(`${name} readiness`, side.readiness, report.readiness);
    equal(`${name} files`, side.files, { listed: report.files.listed, parsed: report.files.parsed });
    equal(`${name} mcp`, side.mcp, report.mcp);
  }
  // Whatever is there now is new or left; whatever was there is fixed or left.
  equal('findings now', prints([...added, ...left]), prints(head.findings));
  const before = new Map(base.findings.map(f => [f.fingerprint, f]));
  equal('fixed ones were there', fixed.filter(f => JSON.stringify(before.get(f.fingerprint)) !== JSON.stringify(f)).length, 0);
  equal('number before', fixed.length + left.length, base.findings.length);
  const now = new Set(prints(head.findings));
  equal('fixed ones that are still there', fixed.filter(f => now.has(f.fingerprint)).length, 0);
  equal('new ones that were there', added.filter(f => before.has(f.fingerprint)).length, 0);
  for (const status of STATUSES) equal(`total of ${status}`, comparison.totals[status], countBySeverity(of(status)));

  for (const c of comparison.clauses) {
    const count = (findings: readonly Finding[]): number => findings.filter(f => f.clause === c.clause).length;
    equal(`clause ${c.clause}`, [c.before, c.after, c.fixed, c.new, c.left], [count(base.findings), count(head.findings), count(fixed), count(added), count(left)]);
  }
  equal('clauses', comparison.clauses.map(c => c.clause), [...new Set([...base.findings, ...head.findings].map(f => f.clause))].sort());
  for (const status of STATUSES) equal(`units' ${status}`, comparison.units.flatMap(u => u[status]).sort(), prints(of(status)));
  return wrong;
}
