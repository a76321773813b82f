// The tool that gives handles out, and the words that say so to the model.
import type { ProjectRewriteContext } from '../../src/transform.js';
import { memberName, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { indexOf, innermost } from '../../src/mcp/file-index.js';
import { isFunctionNode, type FunctionNode } from '../../src/mcp/values.js';
import { ownerText } from './choice.js';
import type { DispatchedTool, RegisteredTool, Store, Unit } from './design.js';
import type { Emitted } from './emitted.js';
import type { Files } from './files.js';
import { Obstacle } from './obstacle.js';
import { first, withArguments } from './schemas.js';
import { contextParameter, parametersEdit } from './signatures.js';

import { indentAt } from '../../src/edits/indent.js';
import { allowsBefore } from '../../src/emit/package.js';
import { manifestOf } from '../../src/graph/workspace.js';
import { propertyOf, propertyValue } from '../../src/mcp/exports.js';

interface StoreStyle {
  readonly typed: boolean;
  readonly quote: string;
  readonly semicolon: string;
  readonly indent: string;
  readonly exported: string;
  readonly backend: boolean;
}

/** The interface of the state, and the store. */
export function describeStore(store: Store, { typed, quote, semicolon, indent, exported, backend }: StoreStyle): string {
  const members = store.containers.map(c => `${indent}${c.property}: ${c.type ?? ''}${semicolon || ''}`);
  const shape = typed ? `${exported}interface ${store.type} {\n${members.join('\n')}\n}\n\n` : '';
  const options = [
    `kind: ${quote}${store.kind}${quote}`,
    `createTool: ${quote}${store.creator}${quote}`,
    ...(store.argument === `${store.kind}_id` ? [] : [`argument: ${quote}${store.argument}${quote}`]),
    `initial: () => ({ ${store.containers.map(c => `${c.property}: ${c.initial}`).join(', ')} })`,
    ...(store.live ? [closeOption(store)] : []),
    ...(store.ttlMs === undefined ? [] : [`ttlMs: ${String(store.ttlMs)}`]),
    ...(store.owner === 'anyone' ? ['bearer: true'] : []),
    ...(backend && !store.live ? ['backend: handleBackend'] : []),
  ];
  return `${shape}${exported}const ${store.variable} = new ${store.live ? 'LiveStore' : 'HandleStore'}${typed ? `<${store.type}>` : ''}({\n${options.map(o => `${indent}${o},`).join('\n')}\n})${semicolon}`;
}

/** Each is closed, also when another one fails to. */
function closeOption({ containers }: Store): string {
  const calls = containers.flatMap(({ property, closings = [] }) => closings.map(({ path, call }) => call.replaceAll('$.', `state.${property}?${path}.`)));
  return `close: state => ${calls.length === 1 ? (calls[0] ?? '') : `Promise.allSettled([${calls.join(', ')}])`}`;
}

interface Creation {
  readonly context: ProjectRewriteContext;
  readonly files: Files;
  readonly store: Store;
  readonly works: readonly Unit[];
  readonly needZod: (file: SourceFile) => void;
  readonly emitted: Emitted;
  readonly contextOnce: (fn: FunctionNode) => boolean;
}

export function addCreator(creation: Creation): void {
  const { store, works } = creation;
  const users = works.filter(u => u !== store.existing).map(u => u.name);
  if (store.existing) describeExisting(creation, store.existing, users);
  else {
    const [head] = [...works].sort((a, b) => (a.file.path < b.file.path ? -1 : a.file.path > b.file.path ? 1 : placeOf(a) - placeOf(b)));
    if (head?.kind === 'registered') addRegistered(creation, head, users);
    else if (head) addDispatched(creation, head, users);
  }
}

function placeOf(unit: Unit): number {
  return unit.kind === 'registered' ? unit.call.range[0] : unit.branch.range[0];
}

function list(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? 'other tools';
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

function takes(names: readonly string[]): string {
  return `${list(names)} take${names.length === 1 ? 's' : ''}`;
}

/** `server.registerTool('create_cart', ...)` before the first of the tools that take the handle. */
function addRegistered({ files, store, needZod, emitted }: Creation, unit: RegisteredTool, users: readonly string[]): void {
  const { file, call } = unit;
  const { eol, indent, quote, semicolon } = files.editor(file).style;
  const at = placeFor(unit);
  const callee = innermost(call.callee);
  const receiver = callee.type === 'MemberExpression' ? file.text.slice(...callee.object.range) : 'server';
  const lead = indentAt(file, at.range[0]);
  const ctx = unit.modern ? 'ctx' : 'extra';
  const q = (text: string): string => `${quote}${text}${quote}`;
  const description = q(`Start a new ${store.kind.replaceAll('_', ' ')}. Returns the ${store.argument} that ${takes(users)}.`);
  const output = unit.modern ? `z.object({ ${store.argument}: z.string() })` : `{ ${store.argument}: z.string() }`;
  const config = `{${eol}${indent}description: ${description},${eol}${indent}outputSchema: ${output},${eol}}`;
  const opening = unit.member === 'tool' ? `${receiver}.tool(${q(store.creator)}, ${description}, async (${ctx}) => {` : `${receiver}.registerTool(${q(store.creator)}, ${config}, async (${ctx}) => {`;
  if (unit.member === 'registerTool') needZod(file);
  files.need(file, files.specifier(file, emitted.store), 'ownerOf');
  const text = [
    opening,
    `${indent}const ${store.argument} = await ${store.variable}.create(${ownerText(store.owner, ctx, quote)})${semicolon}`,
    `${indent}return { content: [{ type: ${q('text')}, text: \`Created \${${store.argument}}\` }], structuredContent: { ${store.argument} } }${semicolon}`,
    `})${semicolon}`,
  ].join(eol);
  if (store.file !== file) files.need(file, files.specifier(file, store.file.path), store.variable);
  files.insert(file, at.range[0], `${text.split(eol).join(`${eol}${lead}`)}${eol}${eol}${lead}`);
}

/** The statement of the registration; around loops over tables of tools. */
function placeFor({ call, file }: RegisteredTool): TSESTree.Node {
  let place: TSESTree.Node = call;
  for (let n: TSESTree.Node = call; n.type !== 'Program'; n = n.parent) {
    if (/^(?:Program|BlockStatement)$/.test(n.parent.type)) {
      place = n;
      const around: TSESTree.Node | undefined = n.parent.parent;
      if (n.parent.type === 'BlockStatement' && around && /^(?:ForOf|ForIn|For)Statement$/.test(around.type)) continue;
      if (around?.type === 'ArrowFunctionExpression' && around.parent.type === 'CallExpression' && around.parent.callee.type === 'MemberExpression' && memberName(around.parent.callee) === 'forEach') continue;
      return place;
    }
    if (isFunctionNode(n.parent) && n.parent.parent.type !== 'CallExpression') break;
  }
  throw new Obstacle('state-escapes', file, call, 'There is no place for a tool that gives handles out: the registration is no statement of its own.');
}

function addDispatched({ files, store, contextOnce }: Creation, unit: DispatchedTool, users: readonly string[]): void {
  const { entry, entryFile, branch, file, fn } = unit;
  const q = (text: string): string => `${files.editor(file).style.quote}${text}${files.editor(file).style.quote}`;
  const { eol, indent, semicolon } = files.editor(file).style;
  const place = entryPlace(entry, entryFile);
  const type = propertyValue(innerSchema(entry), 'type');
  const typeText = type ? entryFile.text.slice(...type.range) : q('object');
  const description = `Start a new ${store.kind.replaceAll('_', ' ')}. Returns the ${store.argument} that ${takes(users)}.`;
  const lead = indentAt(entryFile, place.range[0]);
  files.insert(entryFile, place.range[0], `{ name: ${q(store.creator)}, description: ${q(description)}, inputSchema: { type: ${typeText}, properties: {} } },${isFirstOfLine(entryFile, place) ? `${eol}${lead}` : ' '}`);
  const caller = contextParameter(file, fn, fn.params[1], false, false);
  if (!fn.async) throw new Obstacle('state-escapes', file, fn, 'The handler of tools/call is not async.');
  if (fn.params[1] === undefined && contextOnce(fn)) files.add(file, parametersEdit(file, fn, [fn.params[0] ? file.text.slice(...fn.params[0].range) : '_request', caller.text]));
  const at = branch.range[0];
  const outer = indentAt(file, at);
  const body = [`const ${store.argument} = await ${store.variable}.create(${ownerText(store.owner, caller.expression, files.editor(file).style.quote)})${semicolon}`, `return { content: [{ type: ${q('text')}, text: \`Created \${${store.argument}}\` }], structuredContent: { ${store.argument} } }${semicolon}`];
  const opening = branch.type === 'SwitchCase' ? `case ${q(store.creator)}: {` : `if (${testedName(file, branch)} === ${q(store.creator)}) {`;
  if (branch.type === 'IfStatement' && branch.parent.type === 'IfStatement') throw new Obstacle('state-escapes', file, branch, 'There is no place for a tool that gives handles out: the tools are told apart by one chain of else.');
  files.insert(file, at, [opening, ...body.map(l => `${indent}${l}`), '}', ''].join(`${eol}${outer}`));
  if (store.file !== file) files.need(file, files.specifier(file, store.file.path), store.variable);
}

function isFirstOfLine(file: SourceFile, node: TSESTree.Node): boolean {
  return /\n[ \t]*$/.test(file.text.slice(0, node.range[0]));
}

function testedName(file: SourceFile, { test }: TSESTree.IfStatement): string {
  if (test.type !== 'BinaryExpression') return 'name';
  return file.text.slice(...(innermost(test.left).type === 'Literal' ? test.right : test.left).range);
}

function innerSchema(entry: TSESTree.ObjectExpression): TSESTree.ObjectExpression {
  const schema = propertyValue(entry, 'inputSchema');
  const inner = schema ? innermost(schema) : undefined;
  return inner?.type === 'ObjectExpression' ? inner : entry;
}

/** The element of the list of tools: the entry itself, or the name that it has. */
function entryPlace(entry: TSESTree.ObjectExpression, file: SourceFile): TSESTree.Node {
  if (entry.parent.type === 'ArrayExpression') return entry;
  let outer: TSESTree.Node = entry;
  while (/^TS(?:As|Satisfies)Expression$/.test(outer.parent?.type ?? '')) outer = outer.parent ?? outer;
  if (outer.parent?.type === 'ArrayExpression') return outer;
  const id = outer.parent?.type === 'VariableDeclarator' && outer.parent.id.type === 'Identifier' ? outer.parent.id : undefined;
  const used = id ? file.variableOf(id)?.references.find(r => r.init !== true && r.identifier.parent.type === 'ArrayExpression') : undefined;
  if (!used) throw new Obstacle('state-escapes', file, entry, 'There is no place for a tool that gives handles out: the list of tools is not written in one place.');
  return used.identifier;
}

function describeExisting({ context, files, needZod, store }: Creation, unit: Unit, users: readonly string[]): void {
  const sentence = ` Returns the ${store.argument} that ${takes(users)}.`;
  const description = unit.kind === 'registered' ? unit.description : propertyValue(unit.entry, 'description');
  const file = unit.kind === 'registered' ? unit.schemaFile : unit.entryFile;
  if (description) appendText(files, file, description, sentence);
  if (unit.kind !== 'registered' || !unit.config) return;
  const output = propertyValue(unit.config, 'outputSchema');
  if (!output) return;
  needZod(unit.file);
  files.add(unit.file, ...withArguments(context.mcp, unit.file, output, [{ name: store.argument, zod: 'z.string()', json: `{ type: 'string' }` }], files.editor(unit.file).style.quote));
}

function appendText(files: Files, file: SourceFile, node: TSESTree.Node, sentence: string): boolean {
  const inner = innermost(node);
  if ((inner.type !== 'Literal' || typeof inner.value !== 'string') && inner.type !== 'TemplateLiteral') return false;
  const written = file.text.slice(inner.range[0] + 1, inner.range[1] - 1);
  files.insert(file, inner.range[1] - 1, `${written.trim() === '' || /[.!?]\s*$/.test(written) ? '' : '.'}${sentence}`);
  return true;
}

/** A text that is written here or has a name; of one that is put together, at the end. */
function appendInstructions({ mcp }: ProjectRewriteContext, files: Files, file: SourceFile, value: TSESTree.Node, sentence: string): void {
  if (appendText(files, file, value, sentence)) return;
  const inner = innermost(value);
  const declared = inner.type === 'Identifier' ? mcp.infer.references.declarationOf(file, inner) : undefined;
  const definition = declared?.variable.defs[0]?.node;
  if (declared && definition?.type === 'VariableDeclarator' && definition.init && appendText(files, declared.file, definition.init, sentence)) return;
  const { quote } = files.editor(file).style;
  if (mcp.values(file, value).some(k => k.value.kind === 'text') || inner.type === 'BinaryExpression') files.insert(file, value.range[1], ` + ${quote}${sentence}${quote}`);
}

/** What the server says about itself. `places` are the files that register the tools. */
export function instruct(context: ProjectRewriteContext, files: Files, handles: readonly { readonly store: Store; readonly users: readonly string[] }[], places: ReadonlySet<SourceFile>): void {
  const made = context.project.codeFiles().flatMap(path => {
    const file = /Server\(/.test(context.project.text(path) ?? '') && context.project.mentionsMcp(path) ? context.project.source(path) : undefined;
    return file ? indexOf(file).news.flatMap(node => (context.mcp.constructed(file, node, /^(?:Mcp)?Server$/) ? [{ file, node }] : [])) : [];
  });
  const [only, ...others] = made.length > 1 ? made.filter(m => places.has(m.file)) : made;
  if (!only || others.length > 0) return;
  const { file, node } = only;
  // The first versions of the SDK know no instructions.
  if (allowsBefore(manifestOf(context.project.manifests, file.path), '@modelcontextprotocol/sdk', '1.2.0')) return;
  const sentence = handles.map(({ store, users }) => `Call ${store.creator} first: ${takes(users)} the ${store.argument} that it returns.`).join(' ');
  const { quote } = files.editor(file).style;
  const options = node.arguments[1];
  const property = `instructions: ${quote}${sentence}${quote}`;
  if (options === undefined && node.arguments[0]) files.insert(file, node.arguments[0].range[1], `, { ${property} }`);
  else if (options?.type === 'ObjectExpression') {
    const written = propertyOf(options, 'instructions');
    if (written) appendInstructions(context, files, file, written.value, ` ${sentence}`);
    else if (!options.properties.some(p => p.type === 'SpreadElement')) files.add(file, first(file, options, property));
  }
}
