// A plan is checked by the compiler, against the project's own configuration and before anything is installed.
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskTree } from '../src/files/disk.js';
import { planChecked, type CheckedPlan } from '../src/migrate/checked.js';
import { typeCheck } from '../src/program/check.js';
import { Project } from '../src/project.js';
import { defineRule } from '../src/rule.js';
import type { Registry } from '../src/audit.js';
import type { Finding } from '../src/finding.js';
import type { ProjectRewrite, ProjectTransform } from '../src/transform.js';
import type { Files } from './support/fixtures.js';
import { tempFolder } from './support/temp.js';

const ROOT = new URL('../', import.meta.url).pathname;

/** Finds every call of `old(...)`: its first argument names the unit. */
const rule = defineRule({
  id: 'no-old',
  title: 'No old',
  clauses: ['push-sampling'],
  words: ['old'],
  visit: ({ report }) => ({
    CallExpression(node) {
      const [first] = node.arguments;
      if (node.callee.type === 'Identifier' && node.callee.name === 'old' && first?.type === 'Literal')
        report(node, { clause: 'push-sampling', subject: `old:${String(first.value)}`, message: 'Old.', unit: `unit:${String(first.value)}` });
    },
  }),
});
const registry: Registry = { rules: [rule], transformOf: () => undefined };

function transformTo(texts: Readonly<Record<string, string>>, more: Partial<ProjectRewrite> = {}): ProjectTransform {
  return {
    id: 'old-to-new',
    title: 'Old to new',
    fixes: [{ rule: 'no-old' }],
    safety: 'review',
    rewriteProject: (_, findings) => ({
      rewrites: findings.flatMap((f: Finding): ProjectRewrite[] => {
        const text = texts[f.unit.slice(5)];
        return text === undefined ? [] : [{ unit: f.unit, answers: [f.fingerprint], edits: new Map([[f.file, [{ range: f.range, text }]]]), ...more }];
      }),
      declines: [],
    }),
  };
}

const CONFIG = { 'tsconfig.json': '{ "compilerOptions": { "module": "nodenext", "target": "es2022", "strict": true, "skipLibCheck": true }, "include": ["src"] }\n' };
const MANIFEST = { 'package.json': '{\n  "type": "module",\n  "dependencies": {\n    "@modelcontextprotocol/sdk": "^1.20.0",\n    "zod": "^3.25.0"\n  }\n}\n' };
const HEAD = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nexport const server = new McpServer({ name: 'x', version: '1' });\ndeclare function old(name: string): number;\n`;

/** A project with the first major of the SDK installed, and nothing else. */
function check(files: Files, transform: ProjectTransform, installed: readonly string[] = ['@modelcontextprotocol/sdk']): CheckedPlan {
  const root = tempFolder({ ...CONFIG, ...MANIFEST, ...files });
  for (const name of installed) {
    const path = join(root, 'node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), path);
  }
  return planChecked(new Project(diskTree(root)), [transform], registry, {}, () => typeCheck(root));
}

describe('a unit', () => {
  it('that does not compile is dropped alone, and the others go on', () => {
    const made = check({ 'src/a.ts': `${HEAD}export const a: number = old('one');\nexport const b: number = old('two');\n` }, transformTo({ one: `'text'`, two: '2' }));
    expect(made.dropped).toMatchObject([{ unit: 'unit:one', reason: "src/a.ts:4 would not compile any more: Type 'string' is not assignable to type 'number'." }]);
    expect(made.result).toEqual({ 'src/a.ts': `${HEAD}export const a: number = old('one');\nexport const b: number = 2;\n` });
    expect(made.types).toMatchObject({ verdict: 'same', after: 0, added: [], files: 1 });
  });

  it('is also checked where others import it', () => {
    const made = check(
      { 'src/a.ts': `${HEAD}export const a = old('one');\n`, 'src/b.ts': `import { a } from './a.js';\nexport const b: number = a;\n` },
      transformTo({ one: `'text'` }),
    );
    expect(made.dropped).toMatchObject([{ unit: 'unit:one', reason: "src/b.ts:2 would not compile any more: Type 'string' is not assignable to type 'number'." }]);
  });

  it('may leave the errors that were there', () => {
    const made = check({ 'src/a.ts': `${HEAD}export const wrong: string = 1;\nexport const a = old('one');\n` }, transformTo({ one: '1' }));
    expect(made.types).toMatchObject({ verdict: 'same', before: 1, after: 1 });
    expect(made.dropped).toEqual([]);
  });

  it('can use packages that the project does not have yet, and they are known', () => {
    const dependencies = [{ name: '@modelcontextprotocol/server', range: '^2.4.0' }, { name: 'zod', range: '^4.2.0' }];
    const use = (type: string): string => `import('@modelcontextprotocol/server').then(async ({ McpServer }) => { const { z } = await import('zod'); new McpServer({ name: 'x', version: '1' }).registerTool('t', { inputSchema: z.object({ a: z.string() }) }, ({ a }) => { const b: ${type} = a; return { content: [{ type: 'text', text: String(b) }] }; }); return 1; })`;
    const files = { 'src/a.ts': `${HEAD}export const a = old('one');\n` };
    expect(check(files, transformTo({ one: use('string') }, { dependencies }))).toMatchObject({ dropped: [], types: { verdict: 'same', added: [] } });
    expect(check(files, transformTo({ one: use('number') }, { dependencies })).dropped).toMatchObject([{ reason: "src/a.ts:4 would not compile any more: Type 'string' is not assignable to type 'number'." }]);
  });

  it('can use packages that nobody knows yet', () => {
    const made = check({ 'src/a.ts': `${HEAD}export const a = old('one');\n` }, transformTo({ one: `import('some-store').then(s => s.open(x => x))` }, { dependencies: [{ name: 'some-store', range: '^1.0.0' }] }));
    expect(made.dropped).toEqual([]);
    expect(check({ 'src/a.ts': `${HEAD}export const a = old('one');\n` }, transformTo({ one: `import('some-store')` })).dropped[0]?.reason).toContain("Cannot find module 'some-store'");
  });

  it('may bring new files, which are checked too', () => {
    const files = { 'src/a.ts': `${HEAD}export const a = old('one');\n` };
    const created = (text: string): Partial<ProjectRewrite> => ({ created: [{ path: 'src/new/helper.ts', text }] });
    const one = `import('./new/helper.js').then(m => m.helper)`;
    expect(check(files, transformTo({ one }, created('export const helper: number = 1;\n'))).types).toMatchObject({ verdict: 'same', files: 2 });
    expect(check(files, transformTo({ one }, created(`export const helper: number = '';\n`))).dropped).toMatchObject([{ reason: "src/new/helper.ts:1 would not compile any more: Type 'string' is not assignable to type 'number'." }]);
  });
});

it('says when nothing can be checked', () => {
  const files = { 'src/a.ts': `${HEAD}export const a: number = old('one');\n` };
  expect(check(files, transformTo({ one: `'text'` }), []).types).toMatchObject({ verdict: 'not checked', unchecked: ['src/a.ts'] });
});
