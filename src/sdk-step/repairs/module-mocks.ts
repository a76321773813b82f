import type { TSESTree } from '@typescript-eslint/types';
import { innermost } from '../../mcp/file-index.js';
import type { SourceFile } from '../../parse/source.js';
import type { Pass, PassFile } from '../pass.js';
import { indentAt, shifted } from '../text.js';

interface ModuleMock {
  readonly statement: TSESTree.ExpressionStatement;
  readonly call: TSESTree.CallExpression;
  readonly caller: string;
  readonly method: string;
  readonly module: string;
  readonly factory: TSESTree.Expression | undefined;
}

/**
 * Modules that v1 had apart are one package in v2: their mocks become one, since the last would win, and what was not mocked stays real.
 */
export const moduleMocks: Pass = {
  id: 'module-mocks',
  words: /\b(?:vi|jest)\.(?:mock|doMock|unstable_mockModule)\(\s*['"]@modelcontextprotocol\/(?!sdk)/,
  rewrite(pass) {
    const groups = new Map<string, ModuleMock[]>();
    for (const mock of mocksOf(pass.file)) {
      const key = `${mock.caller}.${mock.method} ${mock.module}`;
      groups.set(key, [...(groups.get(key) ?? []), mock]);
    }
    for (const group of groups.values()) merge(pass, group);
  },
};

function mocksOf(file: SourceFile): readonly ModuleMock[] {
  return file.program.body.flatMap(statement => {
    if (statement.type !== 'ExpressionStatement') return [];
    const call = innermost(statement.expression);
    if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression' || call.callee.object.type !== 'Identifier' || call.callee.property.type !== 'Identifier') return [];
    const [module, factory] = call.arguments;
    const caller = call.callee.object.name;
    const method = call.callee.property.name;
    if (!/^(?:vi|jest)$/.test(caller) || !/^(?:mock|doMock|unstable_mockModule)$/.test(method)) return [];
    if (module?.type !== 'Literal' || typeof module.value !== 'string' || !/^@modelcontextprotocol\/(?!sdk)/.test(module.value)) return [];
    return [{ statement, call, caller, method, module: module.value, factory: factory?.type === 'SpreadElement' ? undefined : factory }];
  });
}

function merge({ file, editor }: PassFile, group: readonly ModuleMock[]): void {
  const [first, ...others] = group;
  if (!first) return;
  const factories = group.flatMap(m => (m.factory ? [m.factory] : []));
  for (const { statement } of others) editor.removeStatement(statement);
  if (factories.length === 0) return;
  if (factories.length === 1 && keepsRest(file, factories[0])) {
    if (first.factory !== factories[0] && factories[0]) editor.insert(first.call.range[1] - 1, `, ${file.text.slice(...factories[0].range)}`);
    return;
  }
  const { eol, indent: step } = editor.style;
  const outer = indentAt(file.text, first.statement.range[0]);
  const quoted = file.text.slice(...(first.call.arguments[0]?.range ?? [0, 0]));
  const isTypeScript = /\.[cm]?tsx?$/.test(file.path);
  const isAsync = first.caller === 'vi' || first.method === 'unstable_mockModule' || factories.some(f => 'async' in f && f.async);
  const original = first.caller === 'vi' ? `await importOriginal${isTypeScript ? '<object>' : ''}()` : `jest.requireActual${isTypeScript ? '<object>' : ''}(${quoted})`;
  const parts = factories.flatMap(f => partsOf(file, f, { indent: outer + step, step, awaits: first.caller === 'vi' || isAsync }));
  const head = first.caller === 'vi' ? 'async importOriginal =>' : isAsync ? 'async () =>' : '() =>';
  const body = [`...(${original})`, ...parts].map(p => `${outer}${step}${p}`).join(`,${eol}`);
  const text = `${head} ({${eol}${body},${eol}${outer}})`;
  if (first.factory) editor.replace(first.factory, text);
  else editor.insert(first.call.range[1] - 1, `, ${text}`);
}

/** It begins with the real module already. */
function keepsRest(file: SourceFile, factory: TSESTree.Expression | undefined): boolean {
  return factory !== undefined && /\b(?:importOriginal|importActual|requireActual)\b/.test(file.text.slice(...factory.range));
}

/** The properties that a factory returns, or the factory called. */
function partsOf(file: SourceFile, factory: TSESTree.Expression, { indent, step, awaits }: { readonly indent: string; readonly step: string; readonly awaits: boolean }): readonly string[] {
  const object = returnedObject(factory);
  if (object) {
    const own = indentAt(file.text, object.range[0]) + step;
    const delta = indent.startsWith(own) ? indent.slice(own.length) : '';
    return object.properties.map(p => {
      const comments = file.comments.filter(c => c.range[1] <= p.range[0] && c.range[0] >= object.range[0] && /^\s*$/.test(file.text.slice(c.range[1], p.range[0]))).map(c => `${file.text.slice(...c.range)}\n${indent}`);
      return comments.join('') + shifted(file, p, delta);
    });
  }
  const takes = 'params' in factory && factory.params.length > 0;
  const called = `(${file.text.slice(...factory.range)})(${takes ? 'importOriginal' : ''})`;
  return [awaits ? `...(await ${called})` : `...${called}`];
}

function returnedObject(factory: TSESTree.Expression): TSESTree.ObjectExpression | undefined {
  if (factory.type !== 'ArrowFunctionExpression' && factory.type !== 'FunctionExpression') return undefined;
  if (factory.params.length > 0) return undefined;
  if (factory.body.type !== 'BlockStatement') return factory.body.type === 'ObjectExpression' ? factory.body : undefined;
  const [only, ...more] = factory.body.body;
  return more.length === 0 && only?.type === 'ReturnStatement' && only.argument?.type === 'ObjectExpression' ? only.argument : undefined;
}
