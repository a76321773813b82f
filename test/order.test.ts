import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from './support/cli.js';
import { ROOT } from './support/imports.js';
import { tempFolder } from './support/temp.js';

const SHUFFLE = new URL('./support/shuffle.mjs', import.meta.url).href;

/** Several servers that share names, containers and helpers: what is linked could come out in any order. */
function project(): string {
  const root = tempFolder();
  for (const name of ['zeta', 'alpha', 'mid']) cpSync(join(ROOT, 'fixtures/demo'), join(root, 'packages', name), { recursive: true });
  cpSync(join(ROOT, 'fixtures/decoy'), join(root, 'decoy'), { recursive: true });
  return root;
}

describe('the order in which a file system lists folders', () => {
  const root = project();
  const shuffled = (seed: number, format: string, log = ''): string =>
    runCli(root, ['audit', '-f', format, '--all', '--include-tests', '--today', '2026-08-01'], { NODE_OPTIONS: `--import ${SHUFFLE}`, SHUFFLE: String(seed), SHUFFLE_LOG: log }).stdout;
  const plain = (format: string): string => runCli(root, ['audit', '-f', format, '--all', '--include-tests', '--today', '2026-08-01']).stdout;

  it('really differs in this test', () => {
    const folder = tempFolder();
    const logs = [1, 2].map(seed => join(folder, String(seed)));
    logs.forEach((log, index) => shuffled(index + 1, 'jsonl', log));
    const [first, second] = logs.map(log => readFileSync(log, 'utf8'));
    expect(first).not.toBe(second);
  });

  it.each(['json', 'terminal', 'jsonl'])('changes no byte of the report as %s', format => {
    const expected = plain(format);
    expect(expected.length).toBeGreaterThan(1000);
    expect(shuffled(1, format)).toBe(expected);
  });
});
