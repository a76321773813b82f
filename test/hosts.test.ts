import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as typescriptParser from '@typescript-eslint/parser';
import { ESLint, Linter } from 'eslint';
import { ESLint as ESLint9, Linter as Linter9 } from 'eslint-9';
import { describe, expect, it } from 'vitest';
import { auditFolder, auditTree } from '../src/audit.js';
import { kindOf } from '../src/files/kinds.js';
import { memoryTree } from '../src/files/memory.js';
import type { Finding } from '../src/finding.js';
import plugin from '../src/hosts/eslint.js';
import { messageOf } from '../src/hosts/eslint/messages.js';
import { isHosted } from '../src/hosts/eslint/plugin.js';
import { registry } from '../src/registry.js';
import { ROOT } from './support/imports.js';
import { ruleCases, type RuleCase } from './support/rule-cases.js';
import { tempFolder, writeFiles } from './support/temp.js';
import { eachNth } from './support/variants.js';

/** What a person sees of a finding in any host. Lines and columns from 1, the end exclusive. */
interface Shown {
  readonly file: string;
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  readonly message: string;
}

const all = await ruleCases();
const code = '**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts}';
const settings = { 'mcp-stateless': { includeTests: true } };

/** What the audit says of code; linters are not given the other files. */
function audited(findings: readonly Finding[]): readonly Shown[] {
  return inOrder(
    findings
      .filter(f => isCode(f.file))
      .map(f => ({ file: f.file, rule: f.rule, from: `${f.line}:${f.column}`, to: `${f.endLine}:${f.endColumn}`, message: messageOf(f) })),
  );
}

function isCode(path: string): boolean {
  return kindOf(path.slice(path.lastIndexOf('/') + 1)) === 'code';
}

function shown(file: string, m: Linter.LintMessage): Shown {
  // No rule: the host itself has failed.
  if (m.ruleId === null) throw new Error(`${file}: ${m.message} (line ${m.line})`);
  return { file, rule: m.ruleId.replace('mcp-stateless/', ''), from: `${m.line}:${m.column}`, to: `${m.endLine ?? 0}:${m.endColumn ?? 0}`, message: m.message };
}

function inOrder(list: readonly Shown[]): readonly Shown[] {
  const key = (s: Shown): string => [s.file, s.rule, s.from, s.to, s.message].join('\0');
  return [...list].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function configsFor(parser: Linter.Parser | undefined, sourceType: 'module' | 'commonjs' = 'module'): Linter.Config[] {
  const languageOptions: Linter.LanguageOptions = parser ? { parser, sourceType } : { sourceType };
  return plugin.configs.all.map(c => ({ ...c, files: [code], settings, languageOptions }));
}

/** Every rule case as a folder of its own, in one project: the audit of it is what all hosts have to say. */
describe('all rule cases in one project', () => {
  const folder = tempFolder({ 'oxlint.json': oxlintConfig() });
  all.forEach(({ files }, i) => writeFiles(folder, Object.fromEntries([...files].map(([path, text]) => [`case-${i}/${path}`, text]))));
  const report = auditFolder(folder, registry, { includeTests: true });
  const expected = audited(report.findings);
  const nameOf = ({ file, ...rest }: Shown): string => `${all[Number(/^case-(\d+)/.exec(file)?.[1])]?.name ?? '?'}: ${file} ${JSON.stringify(rest)}`;

  it('has cases of every rule', () => {
    const reporting = new Set(all.filter(c => c.name.includes(', reports: ') && [...c.files.keys()].some(isCode)).map(c => c.rule));
    const found = new Set(expected.map(s => s.rule));
    expect(registry.rules.filter(r => isHosted(r) && reporting.has(r.id) && !found.has(r.id)).map(r => r.id)).toEqual([]);
    expect(found.size).toBeGreaterThan(20);
    expect(expected.length).toBeGreaterThan(300);
  });

  for (const [name, Host] of [['ESLint 10', ESLint], ['ESLint 9', ESLint9]] as const) {
    it(`is seen alike by ${name}`, async () => {
      const eslint = new Host({ cwd: folder, overrideConfigFile: true, ignore: false, overrideConfig: configsFor(typescriptParser) });
      const results = await eslint.lintFiles(['.']);
      const found = results.flatMap(r => r.messages.filter(m => m.ruleId !== null || !m.fatal).map(m => shown(r.filePath.slice(folder.length + 1), m)));
      // What a parser refuses, it cannot be asked about.
      const refused = new Set(results.filter(r => r.fatalErrorCount > 0).map(r => r.filePath.slice(folder.length + 1)));
      expect(refused.size).toBeLessThan(5);
      expect(inOrder(found).map(nameOf)).toEqual(expected.filter(s => !refused.has(s.file)).map(nameOf));
    });
  }

  it('is seen alike by oxlint', () => {
    expect(inOrder(runOxlint(folder)).map(nameOf)).toEqual(expected.map(nameOf));
  });
});

describe.each(['fixtures/demo', 'fixtures/editor'])('a whole server, %s', path => {
  const cwd = join(ROOT, path);
  const { findings } = auditFolder(cwd, registry);

  it('gets from the plugin what the audit says of its code', async () => {
    const eslint = new ESLint({ cwd, overrideConfigFile: true, ignore: false, overrideConfig: plugin.configs.all.map(c => ({ ...c, files: [code], languageOptions: { parser: typescriptParser } })) });
    const found = (await eslint.lintFiles(['src'])).flatMap(r => r.messages.map(m => shown(r.filePath.slice(cwd.length + 1), m)));
    expect(found.length).toBeGreaterThan(3);
    expect(inOrder(found)).toEqual(audited(findings));
  });

  it('lacks only what stands in other files than code', () => {
    const lacking = findings.filter(f => !isCode(f.file));
    expect(lacking.filter(f => registry.rules.find(r => r.id === f.rule)?.scan === undefined)).toEqual([]);
  });
});

interface SingleFile {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** Text that is nowhere on disk, as in an editor. */
const singles: readonly SingleFile[] = all.flatMap(({ name, files }: RuleCase) => files.size === 1 ? [...files].filter(([path]) => isCode(path)).map(([path, text]) => ({ name, path, text })) : []);
const empty = tempFolder();

function inEngine({ path, text }: SingleFile): readonly Shown[] {
  return audited(auditTree(memoryTree(new Map([[path, text]])), registry, { includeTests: true }).findings);
}

type Verify = (text: string, config: Linter.Config[], options: { readonly filename: string }) => readonly Linter.LintMessage[];

const linter10 = new Linter({ cwd: empty });
const linter9 = new Linter9({ cwd: empty, configType: 'flat' });

function inEslint(verify: Verify, { path, text }: SingleFile, parser: Linter.Parser | undefined): readonly Shown[] {
  return inOrder(verify(text, configsFor(parser, path.endsWith('.cjs') ? 'commonjs' : 'module'), { filename: join(empty, path) }).map(m => shown(path, m)));
}

/** Cases whose text ESLint's own parser can read. */
function isPlainJavaScript({ path, text }: SingleFile): boolean {
  const sourceType = path.endsWith('.cjs') ? 'commonjs' : 'module';
  return linter10.verify(text, [{ languageOptions: { sourceType } }]).length === 0;
}

// On disk every case is asked of every host, above.
describe('text that is not saved', () => {
  for (const single of eachNth(9, singles)) it(`is judged alike, ESLint 10 with the TypeScript parser: ${single.name}`, () => {
    expect(inEslint((text, config, options) => linter10.verify(text, config, options), single, typescriptParser)).toEqual(inEngine(single));
  });

  for (const single of eachNth(9, singles).filter(isPlainJavaScript)) it(`is judged alike, ESLint 9 with its own parser: ${single.name}`, () => {
    const plain = { ...single, path: single.path.replace(/\.ts$/, '.js') };
    expect(inEslint((text, config, options) => linter9.verify(text, config, options), plain, undefined)).toEqual(inEngine(plain));
  });
});

it('says nothing in an editor about a project that only uses the same words', async () => {
  const cwd = join(ROOT, 'fixtures/decoy');
  const eslint = new ESLint({ cwd, overrideConfigFile: true, overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: typescriptParser } }, ...plugin.configs.all] });
  const results = await eslint.lintFiles(['src']);
  expect(results.length).toBeGreaterThan(5);
  expect(results.flatMap(r => r.messages.map(m => `${r.filePath}:${m.line} ${m.message}`))).toEqual([]);
});

interface OxlintDiagnostic {
  readonly message: string;
  readonly code: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly offset: number; readonly length: number } }[];
}

function oxlintConfig(): string {
  return JSON.stringify({
    jsPlugins: [join(ROOT, 'dist/bundles/eslint.js')],
    categories: { correctness: 'off' },
    plugins: [],
    rules: Object.fromEntries(Object.keys(plugin.rules).map(id => [`mcp-stateless/${id}`, ['error', { includeTests: true }]])),
  });
}

function runOxlint(cwd: string): readonly Shown[] {
  const { stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'node_modules/oxlint/bin/oxlint'), '-c', 'oxlint.json', '-f', 'json', '.'], { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  expect(stderr).toBe('');
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly OxlintDiagnostic[] };
  return diagnostics.map(d => shownByOxlint(d, readFileSync(join(cwd, d.filename))));
}

/** oxlint counts bytes. */
function shownByOxlint({ message, code: rule, labels, filename }: OxlintDiagnostic, bytes: Buffer): Shown {
  const at = (offset: number): string => {
    const before = bytes.subarray(0, offset).toString('utf8');
    return `${before.split('\n').length}:${before.length - before.lastIndexOf('\n')}`;
  };
  const span = labels[0]?.span ?? { offset: 0, length: 0 };
  return { file: filename, rule: rule.replace(/^mcp-stateless\((.*)\)$/, '$1'), from: at(span.offset), to: at(span.offset + span.length), message };
}
