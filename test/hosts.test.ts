import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as typescriptParser from '@typescript-eslint/parser';
import { ESLint, Linter } from 'eslint';
import { Linter as Linter9 } from 'eslint-9';
import { describe, expect, it } from 'vitest';
import { auditTree } from '../src/audit.js';
import { memoryTree } from '../src/files/memory.js';
import plugin from '../src/hosts/eslint.js';
import { messageOf } from '../src/hosts/eslint/messages.js';
import { registry } from '../src/registry.js';
import { ruleCases } from './support/rule-cases.js';
import { tempFolder, writeFiles } from './support/temp.js';

/** What a person sees of a finding in any host. Lines and columns from 1, the end exclusive. */
interface Shown {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  readonly message: string;
}

interface SingleFile {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

const all = await ruleCases();
const singles: readonly SingleFile[] = all.flatMap(({ name, files }) => [...files].slice(0, files.size === 1 ? 1 : 0).map(([path, text]) => ({ name, path, text })));
const empty = tempFolder();

function inEngine({ path, text }: SingleFile): readonly Shown[] {
  const { findings } = auditTree(memoryTree(new Map([[path, text]])), registry, { includeTests: true });
  return inOrder(findings.map(f => ({ rule: f.rule, from: `${f.line}:${f.column}`, to: `${f.endLine}:${f.endColumn}`, message: messageOf(f) })));
}

type Verify = (text: string, config: Linter.Config[], options: { readonly filename: string }) => readonly Linter.LintMessage[];

const linter10 = new Linter({ cwd: empty });
const linter9 = new Linter9({ cwd: empty, configType: 'flat' });
const versions: readonly (readonly [string, Verify])[] = [
  ['ESLint 10', (text, config, options) => linter10.verify(text, config, options)],
  ['ESLint 9', (text, config, options) => linter9.verify(text, config, options)],
];

function inEslint(verify: Verify, { path, text }: SingleFile, parser: Linter.Parser | undefined): readonly Shown[] {
  const sourceType = path.endsWith('.cjs') ? 'commonjs' : 'module';
  const languageOptions: Linter.LanguageOptions = parser ? { parser, sourceType } : { sourceType };
  const config: Linter.Config[] = plugin.configs.all.map(c => ({ ...c, files: ['**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts}'], languageOptions }));
  return inOrder(
    verify(text, config, { filename: join(empty, path) }).map(m => {
      // No rule: the host itself has failed.
      if (m.ruleId === null) throw new Error(`${m.message} (line ${m.line})`);
      return { rule: m.ruleId.replace('mcp-stateless/', ''), from: `${m.line}:${m.column}`, to: `${m.endLine ?? 0}:${m.endColumn ?? 0}`, message: m.message };
    }),
  );
}

function inOrder(shown: readonly Shown[]): readonly Shown[] {
  const key = (s: Shown): string => [s.rule, s.from, s.to, s.message].join('\0');
  return [...shown].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Cases whose text ESLint's own parser can read. */
function isPlainJavaScript({ path, text }: SingleFile): boolean {
  const sourceType = path.endsWith('.cjs') ? 'commonjs' : 'module';
  return linter10.verify(text, [{ languageOptions: { sourceType } }]).length === 0;
}

it('has cases of every rule for the hosts to agree on', () => {
  const rules = new Set(singles.flatMap(s => inEngine(s).map(f => f.rule)));
  expect([...rules].sort()).toEqual(registry.rules.filter(r => r.visit).map(r => r.id));
  expect(singles.filter(isPlainJavaScript).length).toBeGreaterThan(singles.length / 2);
});

for (const [version, verify] of versions) {
  describe(version, () => {
    for (const single of singles) it(`finds the same with the TypeScript parser: ${single.name}`, () => {
      expect(inEslint(verify, single, typescriptParser)).toEqual(inEngine(single));
    });

    for (const single of singles.filter(isPlainJavaScript)) it(`finds the same with its own parser: ${single.name}`, () => {
      const plain = { ...single, path: single.path.replace(/\.ts$/, '.js') };
      expect(inEslint(verify, plain, undefined)).toEqual(inEngine(plain));
    });
  });
}

it('says nothing in an editor about a project that only uses the same words', async () => {
  const cwd = new URL('../fixtures/decoy', import.meta.url).pathname;
  const eslint = new ESLint({ cwd, overrideConfigFile: true, overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: typescriptParser } }, ...plugin.configs.all] });
  const results = await eslint.lintFiles(['src']);
  expect(results.length).toBeGreaterThan(5);
  expect(results.flatMap(r => r.messages.map(m => `${r.filePath}:${m.line} ${m.message}`))).toEqual([]);
});

describe('oxlint', () => {
  const folder = tempFolder();
  const fileOf = (index: number): string => `case-${index}/${singles[index]?.path ?? ''}`;
  singles.forEach(({ text }, i) => writeFiles(folder, { [fileOf(i)]: text }));
  writeFiles(folder, {
    'oxlint.json': JSON.stringify({
      jsPlugins: [new URL('../dist/src/hosts/eslint.js', import.meta.url).pathname],
      categories: { correctness: 'off' },
      plugins: [],
      rules: Object.fromEntries(Object.keys(plugin.rules).map(id => [`mcp-stateless/${id}`, 'error'])),
    }),
  });
  const found = runOxlint(folder);

  singles.forEach((single, index) =>
    it(`finds the same: ${single.name}`, () => {
      expect(inOrder((found.get(fileOf(index)) ?? []).map(d => shownByOxlint(d, single.text)))).toEqual(inEngine(single));
    }),
  );
});

interface OxlintDiagnostic {
  readonly message: string;
  readonly code: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly offset: number; readonly length: number } }[];
}

function runOxlint(cwd: string): ReadonlyMap<string, readonly OxlintDiagnostic[]> {
  const cli = new URL('../node_modules/oxlint/bin/oxlint', import.meta.url).pathname;
  const { stdout, stderr } = spawnSync(process.execPath, [cli, '-c', 'oxlint.json', '-f', 'json', '.'], { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  expect(stderr).toBe('');
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly OxlintDiagnostic[] };
  const byFile = new Map<string, OxlintDiagnostic[]>();
  for (const d of diagnostics) byFile.set(d.filename, [...(byFile.get(d.filename) ?? []), d]);
  return byFile;
}

/** oxlint counts bytes. */
function shownByOxlint({ message, code, labels }: OxlintDiagnostic, text: string): Shown {
  const bytes = Buffer.from(text, 'utf8');
  const at = (offset: number): string => {
    const before = bytes.subarray(0, offset).toString('utf8');
    return `${before.split('\n').length}:${before.length - before.lastIndexOf('\n')}`;
  };
  const span = labels[0]?.span ?? { offset: 0, length: 0 };
  return { rule: code.replace(/^mcp-stateless\((.*)\)$/, '$1'), from: at(span.offset), to: at(span.offset + span.length), message };
}
