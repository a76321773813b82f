// Tests and scripts of the repository that call the tools: they get the new argument, or a comment that they need it.
import { enclosingFunction, innermost, outermost, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { propertyValue } from '../../src/mcp/exports.js';
import { contains } from '../../src/mcp/nodes.js';
import { isFunctionNode, type FunctionNode } from '../../src/mcp/values.js';
import { indentAt } from '../../src/edits/indent.js';
import type { Marker, ProjectRewriteContext } from '../../src/transform.js';
import { isTypeScript } from './containers.js';
import type { Store } from './design.js';
import type { Files } from './files.js';
import { freeName, isNamedIn } from './names.js';
import { first } from './schemas.js';
import { hasOtherType, OF_RESULTS, toolCalls, type ToolCall, type Way } from './tool-calls.js';

interface Changed {
  readonly store: Store;
  /** Tools that take the handle. */
  readonly users: readonly string[];
}

type Direct = ToolCall & { readonly way: Way };

/** Passes the handle on where that is mechanical; elsewhere a comment at the call says what it needs. */
export function passHandles(context: ProjectRewriteContext, files: Files, changed: readonly Changed[]): readonly Marker[] {
  const wanted = new Set(changed.flatMap(c => [...c.users, c.store.creator]));
  const calls = toolCalls(context).filter(c => wanted.has(c.tool));
  const passing = new Passing(files, calls);
  const markers = changed.flatMap(({ store, users }) => {
    const needy = calls.filter(c => users.includes(c.tool) && !isGiven(c, store));
    return needy.flatMap(call => (passing.pass(call, store, needy) ? [] : [markerAt(call, store)]));
  });
  passing.write();
  return markers;
}

function markerAt({ file, node }: ToolCall, { creator, argument }: Store): Marker {
  return { id: 'handle-argument', file: file.path, offset: node.range[0], detail: `call ${creator} first, and pass the ${argument} that it returns` };
}

/** The argument is there already. */
function isGiven({ given }: ToolCall, { argument }: Store): boolean {
  const inner = given ? innermost(given) : undefined;
  return inner?.type === 'ObjectExpression' && propertyValue(inner, argument) !== undefined;
}

class Passing {
  /** Names of handles, by what gave them. */
  readonly #names = new Map<object, Map<Store, string>>();
  readonly #taken = new Map<SourceFile, Set<string>>();
  readonly #added = new Map<ToolCall, string[]>();

  constructor(
    private readonly files: Files,
    private readonly calls: readonly ToolCall[],
  ) {}

  pass(call: ToolCall, store: Store, needy: readonly ToolCall[]): boolean {
    const inner = call.given ? innermost(call.given) : undefined;
    if (!isDirect(call) || (inner ? inner.type !== 'ObjectExpression' : call.way.open === undefined)) return false;
    const name = store.existing ? this.#fromCreator(call, store) : this.#fromNew(call, store, needy);
    if (name === undefined) return false;
    this.#added.set(call, [...(this.#added.get(call) ?? []), name === store.argument ? name : `${store.argument}: ${name}`]);
    return true;
  }

  write(): void {
    for (const [call, added] of this.#added) {
      const text = added.join(', ');
      const inner = call.given ? innermost(call.given) : undefined;
      if (inner?.type === 'ObjectExpression') this.files.add(call.file, inner.properties.length > 0 ? first(call.file, inner, text) : { range: inner.range, text: `{ ${text} }` });
      else if (call.way?.open) this.files.insert(call.file, call.way.open.at, call.way.open.text(`{ ${text} }`));
    }
  }

  /** The call of the creating tool that has run before, in a block around this one. */
  #fromCreator(call: Direct, store: Store): string | undefined {
    const before = this.calls.filter(c => c.tool === store.creator && c.file === call.file && c.node.range[1] < call.node.range[0] && c.way?.client === call.way.client);
    const last = before.reduce<ToolCall | undefined>((a, b) => (a && a.node.range[0] > b.node.range[0] ? a : b), undefined);
    const statement = last && awaitedIn(last);
    if (!last || !isDirect(last) || !statement || !isAround(statement, call.node)) return undefined;
    if (before.length > 1 && testAround(last.node) === testAround(call.node) && enclosingFunction(statement) !== enclosingFunction(call.node)) return undefined;
    if (!sameClient(last.way, call.way)) return undefined;
    return this.#named(last, store, call.file, name => this.#afterCreation(last, statement, store, name));
  }

  /** `const { board_id } = (await client.callTool({ name: 'open' })).structuredContent;` */
  #afterCreation({ file, node }: ToolCall, statement: TSESTree.Statement, store: Store, name: string): boolean {
    const { eol, semicolon } = this.files.editor(file).style;
    const pattern = name === store.argument ? name : `${store.argument}: ${name}`;
    const type = isTypeScript(file) ? ` as { ${store.argument}: string }` : '';
    if (statement.type === 'ExpressionStatement' && innermost(statement.expression) === node) {
      this.files.insert(file, statement.expression.range[0], `const { ${pattern} } = (`);
      this.files.insert(file, statement.expression.range[1], `).structuredContent${type}`);
      return true;
    }
    const result = resultName(file, statement, node);
    if (result === undefined) return false;
    this.files.insert(file, statement.range[1], `${eol}${indentAt(file, statement.range[0])}const { ${pattern} } = ${result}.structuredContent${type}${semicolon}`);
    return true;
  }

  /** A tool that is new is called before the first of those that take what it gives. */
  #fromNew(call: Direct, store: Store, needy: readonly ToolCall[]): string | undefined {
    const test = testAround(call.node);
    if (test === undefined || !isOwn(call, test, needy)) return undefined;
    const block = blockFor(call, test);
    const place = block?.body.find(s => needy.some(c => c.way && sameClient(c.way, call.way) && c.file === call.file && contains(s, c.node)));
    if (!block || !place || !contains(block, call.node) || place.range[0] > call.node.range[0]) return undefined;
    return this.#named(place, store, call.file, name => {
      const { eol, quote, semicolon } = this.files.editor(call.file).style;
      const pattern = name === store.argument ? name : `${store.argument}: ${name}`;
      const type = isTypeScript(call.file) ? ` as { ${store.argument}: string }` : '';
      this.files.insert(call.file, place.range[0], `const { ${pattern} } = (await ${call.way.call(store.creator, quote)}).structuredContent${type}${semicolon}${eol}${indentAt(call.file, place.range[0])}`);
      return true;
    });
  }

  #named(by: object, store: Store, file: SourceFile, write: (name: string) => boolean): string | undefined {
    const known = this.#names.get(by) ?? new Map<Store, string>();
    this.#names.set(by, known);
    const name = known.get(store);
    if (name !== undefined) return name;
    const taken = this.#taken.get(file) ?? new Set<string>();
    this.#taken.set(file, taken);
    const made = freeName([store.argument], n => taken.has(n) || isNamedIn([file])(n));
    if (!write(made)) return undefined;
    taken.add(made);
    known.set(store, made);
    return made;
  }
}

/** Nobody else used the session of this client: it is made in the test, or anew before each, or only this one calls these tools. */
function isOwn({ file, way: { declared } }: Direct, test: FunctionNode | TSESTree.Program, needy: readonly ToolCall[]): boolean {
  const variable = declared?.file.variableOf(declared.name);
  const definition = variable?.defs[0]?.node;
  if (definition && declared?.file === file && contains(test, definition)) return true;
  if (variable && isMadeAnew(variable.references.flatMap(r => (r.isWrite() ? [r.identifier] : [])))) return true;
  return needy.every(c => c.file === file && testAround(c.node) === test);
}

function isDirect(call: ToolCall): call is Direct {
  return call.way !== undefined;
}

function sameClient(a: Way, b: Way): boolean {
  if (a.client !== b.client) return false;
  const variable = (w: Way): unknown => w.declared?.file.variableOf(w.declared.name);
  return variable(a) === variable(b);
}

/** The statement that waits for a call, and does nothing else with it than give it a name. */
function awaitedIn({ node }: ToolCall): TSESTree.Statement | undefined {
  const whole = outermost(node);
  if (!isWaitedFor(whole, node)) return undefined;
  const { parent: holder } = whole;
  if (holder?.type === 'ExpressionStatement') return holder;
  if (holder?.type === 'VariableDeclarator' && holder.parent.declarations.length === 1) return holder.parent;
  return holder?.type === 'AssignmentExpression' && holder.operator === '=' && holder.parent.type === 'ExpressionStatement' ? holder.parent : undefined;
}

function isWaitedFor(whole: TSESTree.Node, call: TSESTree.Node): boolean {
  let n = call;
  while (n !== whole && n.type !== 'AwaitExpression' && n.parent) n = n.parent;
  return n.type === 'AwaitExpression';
}

/** The variable in which a statement keeps the result. */
function resultName(file: SourceFile, statement: TSESTree.Statement, call: TSESTree.CallExpression): string | undefined {
  if (hasOtherType(file, call)) return undefined;
  const target = statement.type === 'VariableDeclaration' ? statement.declarations[0].id : statement.type === 'ExpressionStatement' && statement.expression.type === 'AssignmentExpression' ? statement.expression.left : undefined;
  if (target?.type !== 'Identifier') return undefined;
  const definition = file.variableOf(target)?.defs[0];
  const id = definition?.node.type === 'VariableDeclarator' ? definition.node.id : undefined;
  const typeAnnotation = id?.type === 'Identifier' ? id.typeAnnotation : undefined;
  return typeAnnotation && !OF_RESULTS.test(file.text.slice(...typeAnnotation.range)) ? undefined : target.name;
}

/** In a block around a node, and before it. */
function isAround(statement: TSESTree.Statement, node: TSESTree.Node): boolean {
  const { parent } = statement;
  return (parent.type === 'BlockStatement' || parent.type === 'Program') && contains(parent, node) && statement.range[1] <= node.range[0];
}

/** The outermost function around that can wait: the test, or the script. */
function testAround(node: TSESTree.Node): FunctionNode | TSESTree.Program | undefined {
  let found: FunctionNode | undefined;
  let outer: TSESTree.Node = node;
  for (; outer.parent; outer = outer.parent) if (isFunctionNode(outer) && outer.async) found = outer;
  return found ?? (outer.sourceType === 'module' && enclosingFunction(node) === undefined ? outer : undefined);
}

/** The statements among which the client is there. */
function blockFor({ file, way }: Direct, test: FunctionNode | TSESTree.Program): TSESTree.BlockStatement | TSESTree.Program | undefined {
  const whole = test.type === 'Program' ? test : test.body.type === 'BlockStatement' ? test.body : undefined;
  const definition = way.declared?.file === file ? file.variableOf(way.declared.name)?.defs[0]?.node : undefined;
  if (!whole || !definition || !contains(whole, definition)) return whole;
  for (let n: TSESTree.Node | undefined = definition.parent; n && n !== whole; n = n.parent) if (n.type === 'BlockStatement') return n;
  return whole;
}

/** `beforeEach(async () => { client = ... })` */
function isMadeAnew(written: readonly TSESTree.Node[]): boolean {
  return (
    written.length > 0 &&
    written.every(node => {
      for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) {
        if (!isFunctionNode(n)) continue;
        const call = n.parent;
        if (call.type === 'CallExpression' && call.callee.type === 'Identifier' && call.callee.name === 'beforeEach') return true;
      }
      return false;
    })
  );
}
