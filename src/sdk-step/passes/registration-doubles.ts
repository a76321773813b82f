import type { TSESTree } from '@typescript-eslint/types';
import { zoneOf } from '../../files/kinds.js';
import { keyName } from '../../mcp/exports.js';
import { indexOf, innermost, memberName } from '../../mcp/file-index.js';
import type { McpModel } from '../../mcp/model.js';
import { isFunctionNode, type FunctionNode } from '../../mcp/values.js';
import type { SourceFile } from '../../parse/source.js';
import { walkTree } from '../../parse/walk.js';
import type { Pass, PassFile } from '../pass.js';
import { argumentKinds, fromOlder, hasRegistrationShape, isRegistration, looksLikeServer } from './registrations.js';
import type { ArgumentKind } from './schema-kinds.js';

const NEWER: Readonly<Record<string, string>> = { tool: 'registerTool', prompt: 'registerPrompt', resource: 'registerResource' };
const SCHEMA: Readonly<Record<string, string>> = { tool: 'inputSchema', prompt: 'argsSchema' };
const DOUBLE = /^(?:(?:vi|jest)\.fn|(?:sinon|sandbox)\.(?:stub|spy|fake)|mock)/;
const MAKES_DOUBLES = /^(?:sinon|vitest|jest-mock|@jest\/globals|ts-mockito)(?:\/|$)/;
/** What is asked of a double. */
const ASKED = /^(?:mock|mock\w+|getCalls?|called\w*|callCount|callsFake|firstCall|secondCall|lastCall|args|returns|resolves)$/;

/** Servers of tests that are not servers: their methods get the newer names, and what they were called with its newer order. */
export const registrationDoubles: Pass = {
  id: 'registration-doubles',
  words: /\b(?:tool|prompt|resource)\b/,
  rewrite(pass) {
    if (zoneOf(pass.file.path) !== 'test' && !/\bfrom ['"](?:sinon|vitest|@jest\/globals)['"]/.test(pass.file.text)) return;
    for (const name of Object.keys(NEWER)) {
      const form = formOf(pass, name);
      if (form) new Doubles(pass, name, form).rewrite();
    }
    walkTree(pass.file.program, node => {
      if (node.type === 'ObjectExpression') completeRegistered(pass, node);
    });
  },
};

/** What registering gives back, as far as the first major had it. */
const REGISTERED = ['enabled', 'enable', 'disable', 'update', 'remove', 'handler'];

/** A double of what registering a tool gives back: in the second major it also has what executes the tool. */
function completeRegistered({ editor, file }: PassFile, node: TSESTree.ObjectExpression): void {
  const named = new Map(node.properties.flatMap(p => (p.type === 'Property' && !p.computed ? [[keyName(p.key) ?? '', p] as const] : [])));
  const handler = named.get('handler');
  if (!handler || named.has('executor') || !REGISTERED.every(name => named.has(name))) return;
  const value = file.text.slice(...handler.value.range);
  if (!DOUBLE.test(value) || value.includes('\n')) return;
  const gap = /\n[ \t]*$/.exec(file.text.slice(0, handler.range[0]))?.[0];
  editor.insert(handler.range[1], `,${gap ?? ' '}executor: ${value}`);
}

/** How the program registers: undefined when it does not by the older method, with no `kinds` when not always alike. */
interface Form {
  readonly kinds: readonly ArgumentKind[] | undefined;
}

const forms = new WeakMap<McpModel, Map<string, Form | undefined>>();

function formOf({ project, mcp }: PassFile, name: string): Form | undefined {
  const known = forms.get(mcp) ?? new Map<string, Form | undefined>();
  forms.set(mcp, known);
  if (known.has(name)) return known.get(name);
  const found = new Set<string>();
  for (const path of project.codeFiles()) {
    if (zoneOf(path) === 'test' || !new RegExp(`\\.${name}\\(`).test(project.text(path) ?? '')) continue;
    const file = project.source(path);
    if (file && file.problems.length === 0) for (const kinds of registrationsIn(mcp, file, name)) found.add(kinds);
  }
  const [only, ...others] = found;
  const kinds = only === undefined || others.length > 0 || only === '?' ? undefined : only.split(' ').filter(isKind);
  const form = found.size === 0 ? undefined : { kinds };
  known.set(name, form);
  return form;
}

function isKind(text: string): text is ArgumentKind {
  return text === 'text' || text === 'shape' || text === 'annotations';
}

function registrationsIn(mcp: McpModel, file: SourceFile, name: string): readonly string[] {
  return indexOf(file).calls.flatMap(call => {
    const callee = innermost(call.callee);
    if (callee.type !== 'MemberExpression' || memberName(callee) !== name || !isRegistration({ mcp, file }, call, callee)) return [];
    const given = call.arguments.filter(a => a.type !== 'SpreadElement');
    return [given.length < call.arguments.length ? '?' : (argumentKinds({ mcp, file }, given.slice(1, -1))?.join(' ') ?? '?')];
  });
}

class Doubles {
  readonly #done = new Set<TSESTree.Node>();

  constructor(
    private readonly pass: PassFile,
    private readonly name: string,
    private readonly form: Form,
  ) {}

  rewrite(): void {
    const { file, editor } = this.pass;
    const newer = NEWER[this.name] ?? this.name;
    for (const use of indexOf(file).members.get(this.name) ?? []) if (!use.computed && this.#isAsked(use)) editor.replace(use.property, newer);
    walkTree(file.program, node => {
      if (node.type === 'Property' && !node.computed && keyName(node.key) === this.name && this.#isDouble(node)) editor.replace(node.key, newer);
      else if (node.type === 'VariableDeclarator' && node.id.type === 'ArrayPattern' && node.init && this.#holdsArguments(node.init)) this.#pattern(node.id);
      else if (node.type === 'CallExpression') this.#call(node);
      else if (node.type === 'MemberExpression' && node.computed) this.#element(node);
    });
  }

  #isAsked(use: TSESTree.MemberExpression): boolean {
    let node: TSESTree.Expression = use;
    while (node.parent.type === 'TSAsExpression' || node.parent.type === 'TSNonNullExpression') node = node.parent;
    const { parent } = node;
    if (parent.type === 'MemberExpression' && parent.object === node) return ASKED.test(memberName(parent) ?? '');
    if (parent.type === 'VariableDeclarator') return parent.init === node && /(?:server|mcp)$/i.test(this.#text(use.object));
    if (parent.type === 'AssignmentExpression') return parent.left === node && DOUBLE.test(this.#text(parent.right));
    return parent.type === 'CallExpression' && parent.callee !== node && /(?:^expect$|mocked$|[mM]ock$)/.test(this.#text(parent.callee));
  }

  #isDouble(property: TSESTree.Property): boolean {
    if (property.parent.type !== 'ObjectExpression' || property.parent.properties.some(p => p.type === 'Property' && keyName(p.key) === NEWER[this.name])) return false;
    if (DOUBLE.test(this.#text(property.value))) return true;
    if (!isFunctionNode(property.value) || this.form.kinds === undefined) return false;
    const takes = property.value.params.length;
    if (takes !== this.form.kinds.length + 2) return false;
    this.#parameters(property.value);
    return true;
  }

  /** Functions that stand for the method, and assertions about what it was called with. */
  #call(call: TSESTree.CallExpression): void {
    const callee = innermost(call.callee);
    if (callee.type !== 'MemberExpression') return;
    const asked = memberName(callee) ?? '';
    if (asked === this.name && this.#registers(call, callee)) { fromOlder(this.pass, call, callee, this.name); return; }
    const object = this.#text(callee.object);
    const isOurs = new RegExp(`\\b${this.name}\\b`).test(object);
    const [first] = call.arguments;
    if (isOurs && first && isFunctionNode(first) && /^(?:callsFake|mockImplementation(?:Once)?)$/.test(asked) && first.params.length === (this.form.kinds?.length ?? -1) + 2) this.#parameters(first);
    else if (isOurs && /\.mock\.calls$/.test(object) && first && isFunctionNode(first) && first.params[0]?.type === 'ArrayPattern') this.#pattern(first.params[0]);
    else if (isOurs && /^(?:toHaveBeenCalledWith|toHaveBeenLastCalledWith|toBeCalledWith)$/.test(asked) && /^expect\(/.test(object)) this.#expected(call);
  }

  /** A test that registers with a double itself. With a real server, that is for those who know it as one. */
  #registers(call: TSESTree.CallExpression, callee: TSESTree.MemberExpression): boolean {
    const { mcp, file } = this.pass;
    if (this.name === 'resource' || callee.computed || !looksLikeServer(callee.object) || !hasRegistrationShape(call) || !this.#isText(call.arguments[0])) return false;
    return mcp.call(file, call) === undefined && !isRegistration({ mcp, file }, call, callee) && mcp.values(file, callee.object).every(({ value }) => (value.kind === 'external' && MAKES_DOUBLES.test(value.module)) || (value.kind === 'object' && value.file === file && this.#hasDouble(value.node)));
  }

  #hasDouble(object: TSESTree.ObjectExpression): boolean {
    return object.properties.some(p => p.type === 'Property' && !p.computed && keyName(p.key) === this.name && DOUBLE.test(this.#text(p.value)));
  }

  #isText(node: TSESTree.Node | undefined): boolean {
    return node?.type === 'Literal' && typeof node.value === 'string';
  }

  /** `(name, description, schema, callback)` */
  #parameters(fn: FunctionNode): void {
    const { file, editor } = this.pass;
    const middle = fn.params.slice(1, -1);
    const kinds = this.form.kinds;
    const [from, to] = [middle[0], middle.at(-1)];
    if (!kinds || !from || !to || this.#done.has(fn)) return;
    this.#done.add(fn);
    const uses = middle.map(p => (p.type === 'Identifier' ? (file.variableOf(p)?.references ?? []) : undefined));
    if (uses.some(u => u === undefined)) return;
    const used = uses.some(u => (u?.length ?? 0) > 0);
    const type = /\.[cm]?tsx?$/.test(file.path) ? (used ? ': any' : ': unknown') : '';
    editor.replace({ range: [from.range[0], to.range[1]] }, `${used ? 'config' : '_config'}${type}`);
    uses.forEach((references, i) => {
      for (const { identifier } of references ?? []) editor.replace(identifier, `config.${this.#key(kinds[i])}${kinds[i] === 'shape' ? '.shape' : ''}`);
    });
  }

  /** `[name, description, schema, callback]` */
  #pattern(pattern: TSESTree.ArrayPattern): void {
    const { editor } = this.pass;
    const kinds = this.form.kinds;
    if (!kinds || this.#done.has(pattern) || pattern.elements.length < 2 || pattern.elements.some(e => e?.type === 'RestElement')) return;
    this.#done.add(pattern);
    const [name, ...others] = pattern.elements;
    const parts = others.slice(0, kinds.length).flatMap((e, i) => (e ? [kinds[i] === 'shape' ? `${this.#key(kinds[i])}: { ${renamed('shape', this.#text(e))} }` : renamed(this.#key(kinds[i]), this.#text(e))] : []));
    const callback = others[kinds.length];
    const elements = [name ? this.#text(name) : '', parts.length > 0 ? `{ ${parts.join(', ')} }` : '', ...(callback ? [this.#text(callback)] : [])];
    const end = pattern.typeAnnotation ? pattern.typeAnnotation.range[0] : pattern.range[1];
    editor.replace({ range: [pattern.range[0], end] }, `[${elements.join(', ').replace(/^, , /, ', , ')}]`);
  }

  /** `call.args[2]`, `calls[0][3]` */
  #element(node: TSESTree.MemberExpression): void {
    const kinds = this.form.kinds;
    if (!kinds || node.property.type !== 'Literal' || typeof node.property.value !== 'number' || !this.#holdsArguments(node.object)) return;
    const index = node.property.value;
    if (index === 0) return;
    const kind = kinds[index - 1];
    const end = node.range[1];
    if (kind === undefined) {
      if (index === kinds.length + 1) this.pass.editor.replace(node.property, '2');
      return;
    }
    this.pass.editor.replace(node.property, '1');
    this.pass.editor.insert(end, `.${this.#key(kind)}${kind === 'shape' ? '?.shape' : ''}`);
  }

  /** `toHaveBeenCalledWith(name, description, schema, callback)` */
  #expected(call: TSESTree.CallExpression): void {
    const kinds = this.form.kinds;
    const middle = call.arguments.slice(1, -1);
    const [from, to] = [middle[0], middle.at(-1)];
    if (!kinds || !from || !to || middle.length !== kinds.length || this.#done.has(call)) return;
    this.#done.add(call);
    const parts = middle.map((node, i) => `${this.#key(kinds[i])}: ${kinds[i] === 'shape' && !/^expect\./.test(this.#text(node)) ? 'expect.anything()' : this.#text(node)}`);
    this.pass.editor.replace({ range: [from.range[0], to.range[1]] }, `expect.objectContaining({ ${parts.join(', ')} })`);
  }

  /** The arguments of one call of the double. */
  #holdsArguments(node: TSESTree.Node, depth = 0): boolean {
    const inner = innermost(node);
    const text = this.#text(inner);
    if (new RegExp(`\\b${this.name}\\b[^;]*?\\.(?:mock\\.(?:calls(?:\\[|\\.find|\\.at)|lastCall)|args$)`).test(text)) return !/\]\s*\[\d+\]$/.test(text);
    if (inner.type === 'MemberExpression' && memberName(inner) === 'args' && inner.object.type === 'Identifier') return this.#initialiser(inner.object, /\.(?:getCall\(|firstCall|lastCall|secondCall)/);
    return depth < 2 && inner.type === 'Identifier' && this.#initialiser(inner, /\.mock\.(?:calls(?:\[|\.find|\.at)|lastCall)|\.args$/);
  }

  #initialiser(name: TSESTree.Identifier, like: RegExp): boolean {
    const definition = this.pass.file.variableOf(name)?.defs[0]?.node;
    if (definition?.type !== 'VariableDeclarator' || !definition.init) return false;
    const text = this.#text(definition.init);
    return like.test(text) && new RegExp(`\\.${this.name}\\b`).test(text);
  }

  #key(kind: ArgumentKind | undefined): string {
    return kind === 'text' ? 'description' : kind === 'shape' ? (SCHEMA[this.name] ?? 'inputSchema') : 'annotations';
  }

  #text(node: TSESTree.Node): string {
    return this.pass.file.text.slice(...node.range);
  }
}

function renamed(key: string, local: string): string {
  return key === local ? key : `${key}: ${local}`;
}
