import { join } from 'node:path';
import * as typescriptParser from '@typescript-eslint/parser';
import { ESLint, Linter } from 'eslint';
import { Linter as Linter9 } from 'eslint-9';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { transforms } from '../transforms/index.js';
import { offered } from '../transforms/offered.js';
import { clause } from '../src/catalogue/clauses.js';
import { diskTree } from '../src/files/disk.js';
import plugin from '../src/hosts/eslint.js';
import { CONFIGS, entryOf } from '../src/hosts/eslint/configs.js';
import { createPlugin, isHosted } from '../src/hosts/eslint/plugin.js';
import { planMigration } from '../src/migrate/plan.js';
import { Project } from '../src/project.js';
import { registry } from '../src/registry.js';
import type { FileTransform } from '../src/transform.js';
import { transformFixtures } from './support/fixtures.js';
import { ROOT } from './support/imports.js';
import { tempFolder } from './support/temp.js';

const SAMPLING = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' }, { capabilities: { logging: {} } });\nawait server.server.createMessage({ messages: [], maxTokens: 1 });\nawait server.sendLoggingMessage({ level: 'info', data: '' });\n`;
const HEADER = `export const sessionOf = req => req.headers['mcp-session-id'];\n`;

function lint(text: string, rules: Linter.RulesRecord, { file = 'server.js', settings = {} }: { file?: string; settings?: Record<string, unknown> } = {}): readonly Linter.LintMessage[] {
  return new Linter({ cwd: tempFolder() }).verify(text, [{ plugins: { 'mcp-stateless': plugin }, rules, settings }], { filename: file });
}

const idsOf = (messages: readonly Linter.LintMessage[]): readonly (string | null)[] => messages.map(m => m.ruleId);

describe('options', () => {
  it('say how serious a finding has to be', () => {
    const found = (least: 'error' | 'warning'): number => lint(SAMPLING, { 'mcp-stateless/no-sampling': ['error', { least }], 'mcp-stateless/no-logging': ['error', { least }] }).length;
    expect(found('error')).toBe(1);
    expect(found('warning')).toBe(3);
  });

  it('say how older clients are served', () => {
    const found = (legacy: 'stateless' | 'sessions'): number => lint(HEADER, { 'mcp-stateless/no-session-header': ['error', { legacy }] }).length;
    expect(found('stateless')).toBe(1);
    expect(found('sessions')).toBe(0);
  });

  it('say where the migration goes', () => {
    const found = (target: '2026-07-28' | 'v1-stateless'): number => lint(`${SAMPLING}server.tool('a', async () => ({ content: [] }));\n`, { 'mcp-stateless/use-sdk-v2': ['error', { target }] }).length;
    expect(found('2026-07-28')).toBe(1);
    expect(found('v1-stateless')).toBe(0);
  });

  it('allow clauses, subjects and patterns of subjects', () => {
    const found = (...allow: string[]): number => lint(SAMPLING, { 'mcp-stateless/no-logging': ['error', { allow }] }).length;
    expect(found()).toBe(2);
    expect(found('logging-feature')).toBe(0);
    expect(found('logging:capability')).toBe(1);
    expect(found('logging:*')).toBe(0);
    expect(found('sampling:*')).toBe(2);
  });

  it('say whether tests count, and what a test is', () => {
    const found = (file: string, options: object): number => lint(HEADER, { 'mcp-stateless/no-session-header': ['error', options] }, { file }).length;
    expect(found('test/a.js', {})).toBe(0);
    expect(found('test/a.js', { includeTests: true })).toBe(1);
    expect(found('checks/a.js', {})).toBe(1);
    expect(found('checks/a.js', { testFiles: ['checks/**'] })).toBe(0);
  });

  it('can be set for all rules, and a rule has the last word', () => {
    const settings = { 'mcp-stateless': { legacy: 'sessions' } };
    expect(lint(HEADER, { 'mcp-stateless/no-session-header': 'error' }, { settings })).toEqual([]);
    expect(lint(HEADER, { 'mcp-stateless/no-session-header': ['error', { legacy: 'stateless' }] }, { settings })).toHaveLength(1);
  });

  it.each([{ least: 'fatal' }, { unknown: 1 }, { allow: ['no-such-clause'] }, { allow: 'x:y' }, { today: 'tomorrow' }, { includeTests: 'yes' }, { legacy: 'both' }])('are checked: %j', options => {
    const rules: Linter.RulesRecord = Object.fromEntries([['mcp-stateless/no-session-header', ['error', options]]]);
    expect(() => lint(HEADER, rules)).toThrow(/no-session-header/);
  });

  it.each([{ least: 'fatal' }, { unknown: 1 }, { allow: 'x:y' }, { today: '2026-13-77' }, { testFiles: [''] }, 'text'])('are checked in settings: %j', given => {
    expect(() => lint(HEADER, { 'mcp-stateless/no-session-header': 'error' }, { settings: { 'mcp-stateless': given } })).toThrow(/settings\['mcp-stateless'\]/);
  });

  it('count down to a date only from a date that is given', () => {
    const said = (options: object): string => lint(SAMPLING, { 'mcp-stateless/no-logging': ['error', options] })[0]?.message ?? '';
    expect(said({})).toContain('deprecated; a revision may drop it from 2027-07-28)');
    expect(said({ today: '2027-07-18' })).toContain('(10 days left)');
    expect(said({ today: '2027-08-01' })).toContain('a revision may drop it since 2027-07-28');
  });
});

describe('configs', () => {
  const rulesIn = (name: (typeof CONFIGS)[number]): readonly string[] => plugin.configs[name].flatMap(c => Object.keys(c.rules ?? {})).filter(id => id.startsWith('mcp-stateless/')).map(id => id.slice('mcp-stateless/'.length));
  const found = (name: (typeof CONFIGS)[number], text: string): readonly (string | null)[] => idsOf(new Linter({ cwd: tempFolder() }).verify(text, plugin.configs[name], { filename: 'server.js' }));

  it('grow from what breaks to everything', () => {
    expect(rulesIn('all')).toEqual(registry.rules.filter(isHosted).map(r => r.id));
    for (const [less, more] of [['recommended', 'strict'], ['strict', 'all'], ['stay-migrated', 'all']] as const) {
      expect(rulesIn(less).filter(id => !rulesIn(more).includes(id))).toEqual([]);
      expect(rulesIn(less).length).toBeLessThanOrEqual(rulesIn(more).length);
    }
  });

  it('recommended says what breaks, strict what is deprecated too', () => {
    expect(found('recommended', SAMPLING).filter(id => id === 'mcp-stateless/no-logging')).toEqual([]);
    expect(found('recommended', SAMPLING)).toContain('mcp-stateless/no-sampling');
    expect(found('strict', SAMPLING).filter(id => id === 'mcp-stateless/no-logging')).toHaveLength(2);
  });

  it('stay-migrated forbids what is gone, and lets deprecated features be', () => {
    const session = `import { McpServer } from '@modelcontextprotocol/server';\nconst carts = new Map();\nexport function create() {\n  const server = new McpServer({ name: 'a', version: '1' });\n  server.registerTool('add', {}, async (args, ctx) => {\n    carts.set(ctx.sessionId, 1);\n    await ctx.mcpReq.log('info', 'x');\n    return { content: [{ type: 'text', text: String(carts.get(ctx.sessionId)) }] };\n  });\n  return server;\n}\n`;
    expect(found('stay-migrated', session)).toEqual(['mcp-stateless/no-session-state']);
    expect(found('stay-migrated', SAMPLING)).toEqual(expect.arrayContaining(['no-restricted-imports', 'mcp-stateless/no-sampling']));
    expect(found('stay-migrated', SAMPLING)).not.toContain('mcp-stateless/no-logging');
    expect(found('stay-migrated', HEADER)).toEqual(['mcp-stateless/no-session-header']);
  });

  it('have options that the rules take', () => {
    for (const name of CONFIGS) {
      expect(() => new Linter({ cwd: tempFolder() }).verify('', plugin.configs[name], { filename: 'a.js' })).not.toThrow();
      expect(() => new Linter9({ cwd: tempFolder(), configType: 'flat' }).verify('', plugin.configs[name], { filename: 'a.js' })).not.toThrow();
    }
  });
});

describe('each rule', () => {
  it.each(registry.rules.filter(isHosted))('$id has a page, a schema, and says what, why and what to do', rule => {
    const meta = plugin.rules[rule.id as keyof typeof plugin.rules].meta;
    expect(meta?.docs?.url).toBe(`https://github.com/mcp-stateless/mcp-stateless/blob/main/rules/${rule.id}/README.md`);
    expect(JSON.stringify(meta?.schema)).toContain('"additionalProperties":false');
    expect(meta?.fixable === 'code').toBe(offered.some(t => t.safety === 'safe' && t.fixes.some(f => f.rule === rule.id)));
    expect(entryOf('all', rule)?.[1]).toEqual({ least: 'info' });
  });

  it('names the reason and the command that makes the change', () => {
    const [message] = lint(`throw { code: -32002, message: 'Resource not found' };\n// modelcontextprotocol tools/call resources/read\n${HEADER}`, { 'mcp-stateless/no-session-header': 'error' });
    const { spec, fix } = clause('session-id-header');
    expect(message?.message).toContain(`Why: ${spec.requirement}`);
    expect(message?.message).toContain(`(${spec.seps.join(', ')}; removed in 2026-07-28)`);
    expect(message?.message).toContain(`To do: ${fix.summary}`);
  });
});

describe('eslint --fix', () => {
  const code = ['**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts}'];
  const config = (extra: Partial<Linter.Config> = {}): Linter.Config[] => plugin.configs.all.map(c => ({ ...c, files: code, settings: { 'mcp-stateless': { includeTests: true } }, languageOptions: { parser: typescriptParser }, ...extra }));
  const fixed: string[] = [];

  for (const fixture of transformFixtures(transforms.map(t => t.id))) {
    it(`makes of ${fixture.name} what migrate makes, or leaves it`, async () => {
      const transform = transforms.find(t => t.id === fixture.transform);
      if (!transform) throw new Error(fixture.transform);
      const wanted = new Set(transform.fixes.map(f => f.rule));
      const folder = tempFolder(fixture.before);
      const resultOf = (of: typeof transforms): Readonly<Record<string, string | null>> => planMigration(new Project(diskTree(folder)), of, registry, { includeTests: true }).result;
      const migrated = resultOf([transform]);
      // What is safe for the same rules is done by a transform of its own.
      const safely = resultOf(transforms.filter(t => t.safety === 'safe' && t.fixes.some(f => wanted.has(f.rule))));
      const rules = Object.fromEntries([...wanted].flatMap(id => (Object.hasOwn(plugin.rules, id) ? [[`mcp-stateless/${id}`, 'error' as const]] : [])));
      const once = config({ rules });
      const eslint = new ESLint({ cwd: folder, overrideConfigFile: true, overrideConfig: once, fix: true });
      const results = await eslint.lintFiles(['.']);
      for (const result of results) {
        const file = result.filePath.slice(folder.length + 1);
        expect(result.fatalErrorCount, file).toBe(0);
        if (result.output === undefined) {
          // What migrate changes and a linter cannot is told with the command that does it, where the finding stands.
          if (migrated[file] !== undefined) expect(results.some(r => r.messages.some(m => m.message.includes('npx mcp-stateless migrate --unit '))), file).toBe(true);
          continue;
        }
        fixed.push(fixture.name);
        if (result.output !== safely[file]) expect(result.output, file).toBe(migrated[file]);
        // One pass: nothing of what is left could still be fixed, and the first pass made all changes.
        expect(result.messages.filter(m => m.fix)).toEqual([]);
        expect(firstPass(folder, file, fixture.before[file] ?? '', once), file).toBe(result.output);
      }
    });
  }

  it('fixes something', () => expect(new Set(fixed).size).toBeGreaterThan(5));

  it('fixes each place by itself where changes do not belong together', () => {
    const text = `import { McpError } from '@modelcontextprotocol/sdk/types.js';\nexport const a = () => { throw new McpError(-32002, 'Resource not found'); };\n// eslint-disable-next-line mcp-stateless/use-error-codes\nexport const b = () => { throw new McpError(-32002, 'Resource not found'); };\n`;
    const { output } = new Linter({ cwd: tempFolder() }).verifyAndFix(text, config(), { filename: 'a.ts' });
    expect(output).toBe(text.replace('-32002', '-32602'));
  });

  it('makes no change that belongs together where a part of it is switched off', () => {
    const text = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { SetLevelRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nconst server = new McpServer({ name: 'a', version: '1' }, { capabilities: { logging: {} } });\n// eslint-disable-next-line mcp-stateless/no-logging\nserver.server.setRequestHandler(SetLevelRequestSchema, () => ({}));\n`;
    const { fixed: changed, messages } = new Linter({ cwd: tempFolder() }).verifyAndFix(text, config({ rules: { 'mcp-stateless/no-logging': 'error' } }), { filename: 'a.ts' });
    expect(changed).toBe(false);
    expect(messages.flatMap(m => m.suggestions ?? [])).not.toEqual([]);
  });
});

/** The text after one round of fixes, as ESLint applies them: those that touch are left for another round. */
function firstPass(folder: string, file: string, text: string, config: Linter.Config[]): string {
  const fixes = new Linter({ cwd: folder }).verify(text, config, { filename: join(folder, file) }).flatMap(m => m.fix ?? []);
  let result = '';
  let end = -1;
  for (const { range, text: replacement } of fixes.sort((a, b) => a.range[0] - b.range[0] || a.range[1] - b.range[1])) {
    if (range[0] <= end) continue;
    result += text.slice(Math.max(end, 0), range[0]) + replacement;
    end = range[1];
  }
  return result + text.slice(Math.max(end, 0));
}

it('offers what a person has to review as a suggestion, never as a fix', () => {
  const review: FileTransform = {
    id: 'quoted-to-shouted',
    title: 'Write the header in capitals',
    fixes: [{ rule: 'no-session-header' }],
    safety: 'review',
    rewrite: (_, findings) => ({ edits: findings.map(f => ({ range: f.range, text: 'undefined' })), declines: [] }),
  };
  const own = createPlugin({ rules: registry.rules, transformOf: () => review.id }, [review]);
  const [message] = new Linter({ cwd: tempFolder() }).verify(HEADER, [{ plugins: { 'mcp-stateless': own }, rules: { 'mcp-stateless/no-session-header': 'error' } }], { filename: 'a.js' });
  expect(message?.fix).toBeUndefined();
  expect(message?.suggestions?.map(s => s.desc)).toEqual(['Write the header in capitals. Review the change.']);
});

describe('the types of the plugin', () => {
  const file = join(ROOT, 'types-of-the-plugin.mts');
  const options: ts.CompilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, strict: true, noEmit: true, skipLibCheck: true, types: ['node'] };

  // Declarations are read once for all programs.
  const documents = ts.createDocumentRegistry();
  let programs = 0;

  function serviceFor(text: string): ts.LanguageService {
    const version = `${programs++}`;
    const read = (name: string): string | undefined => (name === file ? text : ts.sys.readFile(name));
    return ts.createLanguageService({
      getCompilationSettings: () => options,
      getScriptFileNames: () => [file],
      getScriptVersion: name => (name === file ? version : '1'),
      getScriptSnapshot: name => {
        const found = read(name);
        return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
      },
      getCurrentDirectory: () => ROOT,
      getDefaultLibFileName: o => ts.getDefaultLibFilePath(o),
      fileExists: name => name === file || ts.sys.fileExists(name),
      readFile: read,
      directoryExists: name => ts.sys.directoryExists(name),
      getDirectories: name => ts.sys.getDirectories(name),
    }, documents);
  }

  const problemsOf = (rules: string): readonly string[] => {
    const service = serviceFor(`import { defineConfig } from 'eslint/config';\nimport mcp from './dist/src/hosts/eslint.js';\nexport default defineConfig({ plugins: { 'mcp-stateless': mcp }, extends: ['mcp-stateless/strict', mcp.configs['stay-migrated']], rules: { ${rules} } });\n`);
    return [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)].map(d => ts.flattenDiagnosticMessageText(d.messageText, ' '));
  };

  it('fit defineConfig, and know the options of each rule', () => {
    expect(problemsOf(`'mcp-stateless/no-sampling': ['error', { least: 'error', allow: ['sampling-feature', 'sampling:*'] }]`)).toEqual([]);
    expect(problemsOf(`'mcp-stateless/no-sampling': ['error', { least: 'eror' }]`)).toHaveLength(1);
    expect(problemsOf(`'mcp-stateless/no-sampling': ['error', { legacy: 'sessions' }]`)).toHaveLength(1);
  }, 60_000);

  it('complete the names of rules and configs', () => {
    const text = `import { defineConfig } from 'eslint/config';\nimport mcp from './dist/src/hosts/eslint.js';\nexport const all = mcp.configs.;\nexport default defineConfig({ rules: { 'mcp-stateless/no-s': 'error' } });\n`;
    const service = serviceFor(text);
    const names = (at: string): readonly string[] => service.getCompletionsAtPosition(file, text.indexOf(at) + at.length, {})?.entries.map(e => e.name) ?? [];
    expect(names('mcp.configs.')).toEqual(expect.arrayContaining(['recommended', 'strict', 'all']));
    expect(names(`'mcp-stateless/no-s`)).toEqual(expect.arrayContaining(['mcp-stateless/no-sampling', 'mcp-stateless/no-session-state']));
  }, 60_000);
});

