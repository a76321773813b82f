// The tool parses with oxc. What it builds on is the tree and the scopes of typescript-eslint: here they are held equal.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ScopeManager } from '@typescript-eslint/scope-manager';
import { parseForESLint } from '@typescript-eslint/parser';
import { visitorKeys } from '@typescript-eslint/visitor-keys';
import { describe, expect, it } from 'vitest';
import { parseSource } from '../src/parse/parse.js';
import { ruleCases } from './support/rule-cases.js';
import { eachNth } from './support/variants.js';
import { SYNTAX } from './support/syntax.js';

const root = new URL('../', import.meta.url).pathname;

interface Sample {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

function codeIn(folder: string): readonly Sample[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(e => e.isFile() && /\.[cm]?[jt]sx?$/.test(e.name) && !e.parentPath.includes('node_modules'))
    .map(e => join(e.parentPath, e.name))
    .sort()
    .map(path => ({ name: relative(root, path), path: relative(root, path), text: readFileSync(path, 'utf8') }));
}

function reference({ path, text }: Sample): ReturnType<typeof parseForESLint> {
  return parseForESLint(text, { filePath: path, range: true, loc: false, sourceType: 'module', lib: [], ecmaFeatures: { jsx: !/\.[cm]?ts$/.test(path) } });
}

// Both parsers are pinned: a third of the files tells enough.
const groups: readonly (readonly [string, readonly Sample[]])[] = [
  ['the syntax of the language', Object.entries(SYNTAX).map(([name, text]) => ({ name, path: name.startsWith('JSX') ? 'case.tsx' : 'case.ts', text }))],
  ['rule cases', eachNth(6, await ruleCases()).flatMap(({ name, files }) => [...files].filter(([path]) => /\.[cm]?[jt]sx?$/.test(path)).map(([path, text]) => ({ name: `${name} (${path})`, path, text })))],
  ['fixtures', eachNth(6, codeIn('fixtures'))],
  ['what the tool is made of', eachNth(6, ['src', 'transforms'].flatMap(codeIn))],
];

describe.each(groups)('%s', (_, samples) => {
  it('are enough to mean something', () => expect(samples.length).toBeGreaterThan(20));

  for (const sample of samples) {
    it(`has the same tree and scopes: ${sample.name}`, () => {
      const mine = parseSource(sample.path, sample.text);
      // The reference does not mind a return outside of functions; some cases have one, to be short.
      expect(mine.problems.filter(p => !p.message.startsWith("A 'return' statement"))).toEqual([]);
      const { ast, scopeManager } = reference(sample);
      expect(plainTree(mine.program)).toEqual(plainTree(ast));
      expect(plainScopes(mine.scopes)).toEqual(plainScopes(scopeManager));
    });
  }
});

describe('known differences, which nothing here builds on', () => {
  it('an optional parameter with a decorator begins at the decorator', () => {
    const sample = { name: '', path: 'case.ts', text: 'class C { m(@Opt() other?: string) {} }' };
    expect(parametersIn(plainTree(parseSource(sample.path, sample.text).program))).toEqual(['Identifier 12,33']);
    expect(parametersIn(plainTree(reference(sample).ast))).toEqual(['Identifier 19,33']);
  });

  it('entities in the text of JSX are as written', () => {
    const sample = { name: '', path: 'case.tsx', text: '<a>&lt;</a>;' };
    expect(JSON.stringify(plainTree(parseSource(sample.path, sample.text).program))).toContain('"value":"&lt;"');
    expect(JSON.stringify(plainTree(reference(sample).ast))).toContain('"value":"<"');
  });
});

function parametersIn(tree: unknown): readonly string[] {
  if (Array.isArray(tree)) return tree.flatMap(parametersIn);
  if (typeof tree !== 'object' || tree === null) return [];
  const params: unknown = Reflect.get(tree, 'params');
  const own = Array.isArray(params) ? params.map(p => `${String(Reflect.get(p as object, 'type'))} ${String(Reflect.get(p as object, 'at'))}`) : [];
  return [...own, ...Object.values(tree).flatMap(parametersIn)];
}

type Plain = { readonly type: string; readonly at: string } & Readonly<Record<string, unknown>>;

/** Type and range of each node, what it says in words, and its children in the order of the visitor keys. */
function plainTree(node: object): Plain {
  const type = String(Reflect.get(node, 'type'));
  const children = (visitorKeys[type] ?? []).map(key => [key, plainChild(Reflect.get(node, key))] as const);
  const words = WORDS.map(key => [key, Reflect.get(node, key) as unknown] as const).filter(([, value]) => typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number');
  return { type, at: String(Reflect.get(node, 'range')), ...Object.fromEntries(words), ...Object.fromEntries(children) };
}

/** What rules and inference read of a node besides its children. */
const WORDS = ['name', 'value', 'raw', 'operator', 'kind', 'computed', 'static', 'optional', 'shorthand', 'method', 'async', 'generator', 'delegate', 'prefix', 'accessibility', 'readonly', 'declare', 'abstract', 'override', 'definite', 'importKind', 'exportKind', 'global', 'in', 'out', 'const', 'asserts', 'tail'];

function plainChild(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainChild);
  return typeof value === 'object' && value !== null && 'type' in value ? plainTree(value) : undefined;
}

/** What names mean: which scope declares them, how, and where they are read and written. */
function plainScopes({ scopes }: Pick<ScopeManager, 'scopes'>): unknown {
  return scopes.map(scope => ({
    type: scope.type,
    block: `${scope.block.type} ${String(scope.block.range)}`,
    variables: scope.variables
      .filter(v => v.defs.length > 0)
      .map(v => ({
        name: v.name,
        defs: v.defs.map(d => `${d.type} ${d.node.type} ${String(d.node.range)} ${String(d.name.range)}`),
        references: v.references.map(r => `${String(r.identifier.range)} ${r.isWrite() ? 'w' : ''}${r.isRead() ? 'r' : ''}${r.init === true ? 'i' : ''}`),
      })),
    // In the order of the text: ours is made when somebody asks.
    through: scope.through.toSorted((a, b) => a.identifier.range[0] - b.identifier.range[0]).map(r => `${r.identifier.name} ${String(r.identifier.range)}`),
  }));
}
