// The labelled corpus: what we find, in its words, and how that scores.
//   npm run -s corpus -- findings DIR                     prints {file,line,category} lines for a checkout
//   npm run -s corpus -- score DIR [--verbose]            DIR holds checkouts named <owner>__<name>
//                     [--truth FOLDER]                    the folder with score.mjs and truth/
//                     [--labels FOLDER]                   labels of other repositories: ours are in scripts/corpus/labels/first and second
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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

function score(dir: string, corpus: string, labels: string, options: readonly string[]): number {
  const out = mkdtempSync(join(tmpdir(), 'mcp-stateless-corpus-'));
  try {
    // The scorer looks for the truth beside itself.
    copyFileSync(join(corpus, 'score.mjs'), join(out, 'score.mjs'));
    cpSync(labels, join(out, 'truth'), { recursive: true });
    mkdirSync(join(out, 'found'));
    for (const name of readdirSync(labels).map(f => f.replace(/\.json$/, ''))) {
      const checkout = join(dir, name);
      if (existsSync(checkout)) writeFileSync(join(out, 'found', `${name}.jsonl`), lines(checkout));
      else console.error(`no checkout of ${name} in ${dir}`);
    }
    return spawnSync(process.execPath, [join(out, 'score.mjs'), '--dir', join(out, 'found'), ...options], { stdio: 'inherit' }).status ?? 1;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** The value of an option, which is taken out of the list. */
function taken(args: string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at === -1 ? undefined : args.splice(at, 2)[1];
}

const [command, dir, ...options] = process.argv.slice(2);
const corpus = resolve(taken(options, '--truth') ?? join(root, '../shared/corpus'));
const labels = resolve(taken(options, '--labels') ?? join(corpus, 'truth'));
if (command === 'findings' && dir) process.stdout.write(lines(dir));
else if (command === 'score' && dir) process.exitCode = score(resolve(dir), corpus, labels, options);
else {
  console.error('usage: npm run -s corpus -- findings DIR | score DIR [--verbose] [--truth FOLDER] [--labels FOLDER]');
  process.exitCode = 2;
}
