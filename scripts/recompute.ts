// Works out each number of a report again from the audits of two checkouts, on any repository:
//   npm run -s recompute -- REPOSITORY BASE HEAD [FOLDER]
// The checkouts are made in temporary folders; the repository is only read.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Comparison } from '../src/comparison/comparison.js';
import type { Report } from '../src/report/report.js';
import { recomputed } from '../test/support/recompute.js';

const [repository, base, head, folder = '.'] = process.argv.slice(2);
if (repository === undefined || base === undefined || head === undefined) {
  console.error('Usage: npm run -s recompute -- REPOSITORY BASE HEAD [FOLDER]');
  process.exit(2);
}
const cli = new URL('../dist/bundles/cli.js', import.meta.url).pathname;
const temp = mkdtempSync(join(tmpdir(), 'mcp-stateless-recompute-'));
const json = (cwd: string, ...args: readonly string[]): unknown => JSON.parse(execFileSync(process.execPath, [cli, ...args, '-f', 'json', '--no-config', '--fail-on', 'never', '--today', '2026-09-01'], { cwd, encoding: 'utf8', maxBuffer: 1024 ** 3 }));

function audited(commit: string): Report {
  const checkout = join(temp, commit.replace(/\W/g, '_'));
  execFileSync('git', ['clone', '-q', '--no-checkout', resolve(repository ?? ''), checkout]);
  execFileSync('git', ['-c', 'advice.detachedHead=false', 'checkout', '-q', commit], { cwd: checkout });
  return json(join(checkout, folder), 'audit') as Report;
}

try {
  const [before, after] = [audited(base), audited(head)];
  const comparison = json(join(temp, head.replace(/\W/g, '_'), folder), 'report', '--base', base, '--head', head) as Comparison;
  const wrong = recomputed(comparison, before, after);
  const { fixed, new: added, left } = comparison.totals;
  console.log(`${before.findings.length} findings before, ${after.findings.length} after; ${fixed.error + fixed.warning + fixed.info} fixed, ${added.error + added.warning + added.info} new, ${left.error + left.warning + left.info} left; ${wrong.length === 0 ? 'every number follows from the audits' : 'WRONG:'}`);
  for (const line of wrong) console.log(`  ${line.slice(0, 300)}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  rmSync(temp, { recursive: true, force: true });
}
