// The labelled corpus: what we find, in its words, and how that scores.
//   npm run -s corpus -- findings DIR                     prints {file,line,category} lines for a checkout
//   npm run -s corpus -- score DIR [--verbose]            DIR holds checkouts named <owner>__<name>
//                     [--truth FOLDER]                    the folder with score.mjs and truth/
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { auditFolder } from '../../src/audit.js';
import { registry } from '../../src/registry.js';
import { categoryOf } from './categories.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

export function categorised(dir: string): { file: string; line: number; category: string }[] {
  return auditFolder(resolve(dir), registry).findings.flatMap(f => {
    const category = categoryOf(f);
    return category ? [{ file: f.file, line: f.line, category }] : [];
  });
}

function lines(dir: string): string {
  return categorised(dir)
    .map(f => `${JSON.stringify(f)}\n`)
    .join('');
}

function score(dir: string, corpus: string, options: readonly string[]): number {
  const out = mkdtempSync(join(tmpdir(), 'mcp-stateless-corpus-'));
  try {
    for (const name of readdirSync(join(corpus, 'truth')).map(f => f.replace(/\.json$/, ''))) {
      const checkout = join(dir, name);
      if (existsSync(checkout)) writeFileSync(join(out, `${name}.jsonl`), lines(checkout));
      else console.error(`no checkout of ${name} in ${dir}`);
    }
    return spawnSync(process.execPath, [join(corpus, 'score.mjs'), '--dir', out, ...options], { stdio: 'inherit' }).status ?? 1;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const [command, dir, ...rest] = process.argv.slice(2);
const given = rest.indexOf('--truth');
const corpus = given === -1 ? join(root, '../shared/corpus') : resolve(rest[given + 1] ?? '.');
const options = rest.filter((_, i) => given === -1 || (i !== given && i !== given + 1));
if (command === 'findings' && dir) process.stdout.write(lines(dir));
else if (command === 'score' && dir) process.exitCode = score(resolve(dir), corpus, options);
else {
  console.error('usage: npm run -s corpus -- findings DIR | score DIR [--verbose] [--truth FOLDER]');
  process.exitCode = 2;
}
