import type { TSESTree } from '@typescript-eslint/types';
import type { Editor } from '../../edits/editor.js';
import { endName, indexOf, innermost, memberName } from '../../mcp/file-index.js';
import { isV1Type } from '../../mcp/sdk.js';
import type { Pass, PassFile } from '../pass.js';
import { indentAt, shifted } from '../text.js';
import { isRawShape, kindOfArgument, type ArgumentKind } from './schema-kinds.js';
import { ensureZod } from './zod-name.js';

/** The older methods, and the name of the schema in the configuration that the newer ones take. */
const OLDER: Readonly<Record<string, { readonly method: string; readonly schema: string }>> = {
  tool: { method: 'registerTool', schema: 'inputSchema' },
  prompt: { method: 'registerPrompt', schema: 'argsSchema' },
  resource: { method: 'registerResource', schema: '' },
};
const WRAPPED: Readonly<Record<string, readonly string[]>> = {
  registerTool: ['inputSchema', 'outputSchema'],
  registerPrompt: ['argsSchema'],
};
const MAX_LINE = 120;

/** `tool`, `prompt` and `resource` in all their forms become `registerTool` and so on; raw shapes become schemas. */
export const registrations: Pass = {
  id: 'registrations',
  words: /\b(?:tool|prompt|resource|registerTool|registerPrompt|registerResource)\b/,
  rewrite(pass) {
    for (const call of indexOf(pass.file).calls) {
      const callee = innermost(call.callee);
      if (callee.type !== 'MemberExpression' || callee.computed) continue;
      const name = memberName(callee);
      if (name === undefined || !(name in OLDER || name in WRAPPED)) continue;
      if (!isRegistration(pass, call, callee)) continue;
      if (name === 'resource') fromResource(pass.editor, call, callee);
      else if (name in OLDER) fromOlder(pass, call, callee, name);
      else for (const key of WRAPPED[name] ?? []) wrapInConfiguration(pass, call, key);
    }
  },
};

/** Whether this is a server of the SDK's first line; by its name only where nothing else is known about it. */
export function isRegistration({ mcp, file }: Pick<PassFile, 'mcp' | 'file'>, call: TSESTree.CallExpression, callee: TSESTree.MemberExpression): boolean {
  const use = mcp.call(file, call);
  if (use) return isV1Type(use.owner) && use.owner !== 'sdk#Client';
  if (callee.object.type === 'Super' || mcp.values(file, callee.object).length > 0) return false;
  return looksLikeServer(callee.object) && file.text.includes('@modelcontextprotocol/sdk') && hasRegistrationShape(call);
}

export function looksLikeServer(node: TSESTree.Expression): boolean {
  const inner = innermost(node);
  const name = endName(inner);
  return name?.split(/[^a-zA-Z0-9]+|(?=[A-Z])/).some(word => /^(?:mcp|server)$/i.test(word)) === true;
}

export function hasRegistrationShape(call: TSESTree.CallExpression): boolean {
  const last = call.arguments.at(-1);
  return call.arguments.length >= 2 && (last?.type === 'ArrowFunctionExpression' || last?.type === 'FunctionExpression' || last?.type === 'Identifier');
}

/** `resource(name, uri, read)` has no metadata, `registerResource` always has. */
function fromResource(editor: Editor, call: TSESTree.CallExpression, callee: TSESTree.MemberExpression): void {
  if (call.arguments.length < 3 || call.arguments.some(a => a.type === 'SpreadElement')) return;
  editor.replace(callee.property, 'registerResource');
  const uri = call.arguments[1];
  if (call.arguments.length === 3 && uri) editor.insert(uri.range[1], separated(editor, call, uri, '{}'));
}

/** A further argument, on a line of its own where the others have one. */
function separated({ file: { text } }: Editor, call: TSESTree.CallExpression, after: TSESTree.Node, argument: string): string {
  const next = call.arguments.find(a => a.range[0] > after.range[1]);
  const gap = next ? text.slice(after.range[1], next.range[0]) : '';
  return /^,\s*\n\s*$/.test(gap) ? `,${gap.slice(1)}${argument}` : `, ${argument}`;
}

interface Part {
  readonly key: string;
  readonly node: TSESTree.Expression;
  readonly wrap: boolean;
}

/** A call of one of the older methods by the newer one's name and arguments. */
export function fromOlder(pass: PassFile, call: TSESTree.CallExpression, callee: TSESTree.MemberExpression, name: string): void {
  const { editor } = pass;
  const older = OLDER[name];
  const given = call.arguments.filter(a => a.type !== 'SpreadElement');
  const [first] = given;
  if (!older || !first || given.length < 2) return;
  if (given.length < call.arguments.length) {
    pass.mark(call.range[0], 'sdk-registration');
    return;
  }
  const middle = given.slice(1, -1);
  const parts = partsOf(pass, middle, older.schema);
  if (!parts) {
    pass.mark(call.range[0], 'sdk-registration');
    return;
  }
  editor.replace(callee.property, older.method);
  // A type argument of the older methods is a shape; the newer ones find it out.
  if (call.typeArguments) editor.replace(call.typeArguments, '');
  const [from, to] = [middle[0], middle.at(-1)];
  if (!from || !to) editor.insert(first.range[1], separated(editor, call, first, '{}'));
  else editor.replace({ range: [from.range[0], to.range[1]] }, configuration(pass, call, from, parts));
}

/** Which argument is which, as the SDK tells them apart: a text, then a shape, then annotations; each may be absent. */
function partsOf(pass: PassFile, middle: readonly TSESTree.Expression[], schema: string): readonly Part[] | undefined {
  const order = argumentKinds(pass, middle);
  if (!order) return undefined;
  return middle.map((node, i): Part => {
    const kind = order[i];
    return { key: kind === 'text' ? 'description' : kind === 'shape' ? schema : 'annotations', node, wrap: kind === 'shape' };
  });
}

/** What stands between the name and the callback of one of the older methods. */
export function argumentKinds(pass: Pick<PassFile, 'mcp' | 'file'>, middle: readonly TSESTree.Expression[]): readonly ArgumentKind[] | undefined {
  const kinds = middle.map(node => kindOfArgument(pass, node));
  // Without properties, nothing tells a shape from annotations but the order.
  return assign(kinds) ?? assign(kinds.map((kind, i) => (i === middle.length - 1 && isEmpty(middle[i]) ? 'annotations' : kind)));
}

function isEmpty(node: TSESTree.Expression | undefined): boolean {
  return node?.type === 'ObjectExpression' && node.properties.length === 0;
}

const ORDERS: readonly (readonly ArgumentKind[])[] = [
  [],
  ['text'],
  ['shape'],
  ['annotations'],
  ['text', 'shape'],
  ['text', 'annotations'],
  ['shape', 'annotations'],
  ['text', 'shape', 'annotations'],
];

function assign(kinds: readonly (ArgumentKind | undefined)[]): readonly ArgumentKind[] | undefined {
  return ORDERS.find(order => order.length === kinds.length && order.every((kind, i) => kinds[i] === undefined || kinds[i] === kind));
}

function configuration(pass: PassFile, call: TSESTree.CallExpression, from: TSESTree.Expression, parts: readonly Part[]): string {
  const { file, editor } = pass;
  const { eol, indent: step } = editor.style;
  const comments = commentsBefore(pass, from, parts);
  const inline = parts.map(({ key, node, wrap }) => property(key, wrap ? schemaText(pass, node, editor.text(node)) : editor.text(node)));
  const flat = `{ ${inline.join(', ')} }`;
  const column = from.range[0] - file.text.lastIndexOf('\n', from.range[0] - 1);
  const last = call.arguments.at(-1);
  const head = last && file.text.slice(from.range[0], last.range[0]).includes('\n') ? 0 : 20;
  if (!flat.includes('\n') && comments.every(c => c === '') && column + flat.length + head <= MAX_LINE) return flat;
  const outer = indentAt(file.text, from.range[0]);
  const rows = parts.map(({ key, node, wrap }, i) => {
    // What stands deeper than its line moves with it; a line that begins with the argument already has its depth.
    const moved = shifted(file, node, step);
    return `${comments[i] ?? ''}${outer}${step}${property(key, wrap ? schemaText(pass, node, moved) : moved)}`;
  });
  return `{${eol}${rows.join(`,${eol}`)}${trailingComma(pass, parts)}${eol}${outer}}`;
}

function trailingComma({ file }: PassFile, parts: readonly Part[]): string {
  const texts = parts.map(p => file.text.slice(...p.node.range)).filter(t => t.includes('\n'));
  return texts.length > 0 && !texts.some(t => /,\s*\}$/.test(t)) ? '' : ',';
}

/** Comments between the arguments, as lines above the property that they stood before. */
function commentsBefore({ file, editor }: PassFile, from: TSESTree.Expression, parts: readonly Part[]): readonly string[] {
  const { eol, indent } = editor.style;
  const outer = indentAt(file.text, from.range[0]);
  return parts.map(({ node }, i) => {
    const before = parts[i - 1]?.node;
    if (!before) return '';
    const between = editor.commentsIn([before.range[1], node.range[0]]);
    return between.map(c => `${outer}${indent}${file.text.slice(...c.range)}${eol}`).join('');
  });
}

function property(key: string, value: string): string {
  return key === value ? key : `${key}: ${value}`;
}

/** The older methods take raw shapes only; what is a schema all the same stays. */
function schemaText(pass: PassFile, node: TSESTree.Expression, text: string): string {
  const inner = innermost(node);
  if (isRawShape(pass, node) === false) return text;
  const plain = inner.type === 'MemberExpression' && memberName(inner) === 'shape' ? plainObject(pass, inner) : undefined;
  return plain ?? `${ensureZod(pass)}.object(${text})`;
}

/** `X.shape` of a plain `z.object({...})` is X again; of anything else it leaves something out. */
function plainObject({ mcp, file, editor }: PassFile, node: TSESTree.MemberExpression): string | undefined {
  if (node.object.type !== 'Identifier') return undefined;
  const definition = mcp.infer.references.declarationOf(file, node.object)?.variable.defs[0]?.node;
  const init = definition?.type === 'VariableDeclarator' ? definition.init : undefined;
  const isPlain = init?.type === 'CallExpression' && init.callee.type === 'MemberExpression' && memberName(init.callee) === 'object' && init.callee.object.type === 'Identifier';
  return isPlain ? editor.text(node.object) : undefined;
}

/** The configuration itself, or what a constant of the file holds. */
function literalOf({ file }: PassFile, node: TSESTree.Node | undefined): TSESTree.ObjectExpression | undefined {
  const inner = node ? innermost(node) : undefined;
  if (inner?.type === 'ObjectExpression') return inner;
  const definition = inner?.type === 'Identifier' ? file.variableOf(inner)?.defs[0]?.node : undefined;
  if (definition?.type !== 'VariableDeclarator' || definition.parent.kind !== 'const' || definition.id.type !== 'Identifier' || definition.id.typeAnnotation || !definition.init) return undefined;
  const init = innermost(definition.init);
  return init.type === 'ObjectExpression' ? init : undefined;
}

const wrapped = new WeakMap<Editor, Set<TSESTree.Property>>();

/** A constant may be registered with more than once. */
function isFirst(editor: Editor, entry: TSESTree.Property): boolean {
  const done = wrapped.get(editor) ?? new Set<TSESTree.Property>();
  wrapped.set(editor, done);
  if (done.has(entry)) return false;
  done.add(entry);
  return true;
}

function wrapInConfiguration(pass: PassFile, call: TSESTree.CallExpression, key: string): void {
  const configuration = literalOf(pass, call.arguments[1]);
  if (!configuration) return;
  for (const entry of configuration.properties) {
    if (entry.type !== 'Property' || entry.computed || entry.key.type !== 'Identifier' || entry.key.name !== key || !isFirst(pass.editor, entry)) continue;
    if (entry.value.type === 'AssignmentPattern' || isRawShape(pass, entry.value) !== true) continue;
    const value = entry.value;
    const inner = innermost(value);
    const plain = inner.type === 'MemberExpression' && memberName(inner) === 'shape' ? plainObject(pass, inner) : undefined;
    if (entry.shorthand) pass.editor.insert(entry.range[1], `: ${ensureZod(pass)}.object(${key})`);
    else if (plain !== undefined) pass.editor.replace(value, plain);
    else {
      const target = inner.type === 'ObjectExpression' ? inner : value;
      // `{...} as const` and the like say nothing about a schema.
      if (target !== value) pass.editor.replace(value, `${ensureZod(pass)}.object(${pass.editor.text(target)})`);
      else {
        pass.editor.insert(value.range[0], `${ensureZod(pass)}.object(`);
        pass.editor.insert(value.range[1], ')');
      }
    }
  }
}

