// Runs all rules of the plugin in ESLint over real files of any kind, and tells which of them make it fail.
//   npm run lint-robust -- DIR [HOW-MANY]    2,000 files unless said otherwise
// Each file is read with the TypeScript parser, and again with ESLint's own where that can read it. Exits 1 when anything failed.
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import * as typescriptParser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import plugin from '../src/hosts/eslint.js';

const CODE = /\.(?:[cm]?[jt]s|[jt]sx)$/;
const SKIPPED = new Set(['.git', 'dist', 'build', 'coverage']);

function* filesIn(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) yield* filesIn(path);
    } else if (entry.isFile() && CODE.test(entry.name)) yield path;
  }
}

/** A pick over the whole list, the same each time. */
function pick(all: readonly string[], count: number): readonly string[] {
  const step = Math.max(1, all.length / count);
  return Array.from({ length: Math.min(count, all.length) }, (_, i) => all[Math.floor(i * step)] ?? '');
}

function configsOf(parser: Linter.Parser | undefined, file: string): Linter.Config[] {
  const jsx = /x$/.test(extname(file));
  const languageOptions: Linter.LanguageOptions = { sourceType: file.endsWith('.cjs') ? 'commonjs' : 'module', ...(parser && { parser }), parserOptions: { ecmaFeatures: { jsx } } };
  return plugin.configs.all.map(c => ({ ...c, files: ['**/*'], languageOptions, settings: { 'mcp-stateless': { includeTests: true } } }));
}

const [folder, count] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Give a folder: npm run lint-robust -- DIR [HOW-MANY]');
  process.exit(2);
}
const root = resolve(folder);
const files = pick([...filesIn(root)], Number(count ?? 2_000));
const linter = new Linter({ cwd: root });
const counts = { linted: 0, refused: 0, findings: 0, failed: 0 };
const began = Date.now();
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  for (const parser of [typescriptParser, undefined]) {
    try {
      const messages = linter.verify(text, configsOf(parser, file), { filename: file });
      const fatal = messages.find(m => m.fatal);
      if (fatal) {
        counts.refused++;
        continue;
      }
      counts.linted++;
      counts.findings += messages.filter(m => m.ruleId?.startsWith('mcp-stateless/')).length;
    } catch (error) {
      counts.failed++;
      console.error(`${file}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
}
console.log(`${files.length} files: ${counts.linted} times linted, ${counts.refused} times refused by a parser, ${counts.findings} findings, ${counts.failed} failures, ${Math.round((Date.now() - began) / 1000)} s`);
if (counts.failed > 0) process.exitCode = 1;
