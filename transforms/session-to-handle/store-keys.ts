// Data that tools keep in a store outside under the session id: the state behind a handle holds the key in its place.
import { enclosingFunction, innermost, memberName, outermost, walkTree, type Finding, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import type { McpModel } from '../../src/mcp/model.js';
import { returnExpressions } from '../../src/mcp/nodes.js';
import { isFunctionNode } from '../../src/mcp/values.js';
import type { ClassifiedCell } from '../../src/state/model.js';
import type { Reach } from '../../src/state/reach.js';
import { storeCalls, type StoreUse } from '../../src/state/stores.js';
import type { ProjectRewriteContext } from '../../src/transform.js';
import { isTypeScript } from './containers.js';
import type { Container, KeyPlace } from './design.js';
import type { Ending } from './endings.js';
import { propertyName } from './names.js';
import { Obstacle } from './obstacle.js';
import { sessionKeyForm } from './session-key.js';

const MAX_DEPTH = 10;
const NO_NAME = /^(?:sessions?|state|states|mcp|data|keys?|ids?|user|app|sid|get|make|build|for|of|to|json|parse|string|stringify)$/i;

export interface StoreKeys {
  readonly container: Container;
  /** `if (!extra.sessionId) throw ...`: there is always a key. */
  readonly checks: readonly Ending[];
}

/** All places where the session id comes into the keys of a store, when it goes nowhere else. */
export function storeKeys(context: ProjectRewriteContext, finding: Finding): StoreKeys {
  const { mcp, state } = context;
  const all = storeCalls(mcp, state().reach);
  const own = all.filter(c => c.file.path === finding.file && `store:${c.store}` === finding.subject);
  const [head] = own;
  if (!head) throw new Error('A finding of a store has a call.');
  const sources = new Sources(mcp);
  for (const { file, node } of own) for (const argument of node.arguments) sources.follow(file, argument, 0);
  const flows = new Flows(mcp, state().reach, new Set(all.map(c => c.node)));
  for (const { file, node } of sources.places.values()) flows.follow(file, node, 0);
  for (const { file, node } of sources.places.values()) flows.followOthers(file, node);
  const outside = all.find(c => !flows.reached.has(c.node) && own.some(o => mayMeet(mcp, o, c)));
  if (outside) throw new Obstacle('state-key', outside.file, outside.node, `What is kept here under the id of the session in ${outside.store} may be the same data.`);
  const name = nameFor(mcp, own);
  const [first = head] = sources.places.values();
  const home = first.file;
  // Stands for what is elsewhere: nothing in this process keeps it.
  const cell: ClassifiedCell = { id: head.node, kind: 'variable', name, file: home, at: first.node, owner: undefined, closure: undefined, values: [], accesses: [], class: 'session' };
  const group = { class: 'session' as const, name, file: home, at: first.node, cells: [cell], writers: [], readers: [] };
  const container: Container = { cell, group, form: 'key', file: home, variable: undefined, cls: undefined, property: `${propertyName(name, true)}Key`, type: isTypeScript(home) ? 'string' : undefined, initial: 'crypto.randomUUID()', closings: undefined, declarations: [], places: [...sources.places.values()] };
  return { container, checks: flows.checks };
}

/** Two calls of one store can have the same key, unless constant texts around the session id tell them apart. */
function mayMeet(mcp: McpModel, a: StoreUse, b: StoreUse): boolean {
  if (a.store !== b.store) return false;
  const [one, other] = [a, b].map(({ file, node }) => node.arguments.map(argument => sessionKeyForm(mcp, file, argument)).find(form => form !== undefined));
  return one === undefined || other === undefined || one === other;
}

function isSession(mcp: McpModel, file: SourceFile, node: TSESTree.Node): boolean {
  return mcp.values(file, node).some(k => k.value.kind === 'session-id');
}

/** From the keys back to where the session id was taken from the call. */
class Sources {
  readonly places = new Map<TSESTree.Node, KeyPlace>();
  readonly #seen = new Set<TSESTree.Node>();

  constructor(private readonly mcp: McpModel) {}

  follow(file: SourceFile, node: TSESTree.Node, depth: number): void {
    const inner = innermost(node);
    if (this.#seen.has(inner)) return;
    this.#seen.add(inner);
    if (depth > MAX_DEPTH) throw unclear(file, inner);
    if (inner.type === 'Identifier') this.#ofName(file, inner, depth);
    else if (inner.type === 'MemberExpression') this.#ofMember(file, inner);
    else this.#within(file, inner, depth);
  }

  #ofMember(file: SourceFile, member: TSESTree.MemberExpression): void {
    if (!isSession(this.mcp, file, member)) return;
    const object = innermost(member.object);
    const definition = object.type === 'Identifier' ? file.variableOf(object)?.defs[0] : undefined;
    if (memberName(member) !== 'sessionId' || definition?.type !== 'Parameter') throw unclear(file, member);
    const { parent } = outermost(member);
    // What stood in for a session without an id is not needed.
    const whole = parent?.type === 'LogicalExpression' && parent.left === outermost(member) && parent.operator !== '&&' ? parent : outermost(member);
    this.places.set(member, { file, node: member, whole });
  }

  #ofName(file: SourceFile, name: TSESTree.Identifier, depth: number): void {
    if (!isSession(this.mcp, file, name)) return;
    const definition = file.variableOf(name)?.defs[0];
    const { node } = definition ?? {};
    if (node?.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init && node.parent.kind === 'const') {
      this.follow(file, node.init, depth + 1);
      return;
    }
    const index = isFunctionNode(node) && definition?.type === 'Parameter' ? node.params.findIndex(p => p === definition.name) : -1;
    if (!isFunctionNode(node) || index === -1) throw unclear(file, name);
    for (const use of this.mcp.infer.references.ofFunction(file, node)) {
      const call = outermost(use.node).parent;
      const argument = call?.type === 'CallExpression' && call.callee === outermost(use.node) ? call.arguments[index] : undefined;
      if (argument) this.follow(use.file, argument, depth + 1);
    }
  }

  /** Texts, objects, lists, and what functions of the project make of it. */
  #within(file: SourceFile, node: TSESTree.Node, depth: number): void {
    walkTree(node, n => {
      if (isFunctionNode(n)) return false;
      if (n.type === 'CallExpression') for (const { value } of this.mcp.values(file, n.callee)) if (value.kind === 'function') for (const expression of returnExpressions(value.node)) this.follow(value.file, expression, depth + 1);
      if (n !== node && (n.type === 'Identifier' || n.type === 'MemberExpression') && isSession(this.mcp, file, n)) {
        this.follow(file, n, depth + 1);
        return false;
      }
      return undefined;
    });
  }
}

function unclear(file: SourceFile, node: TSESTree.Node): Obstacle {
  return new Obstacle('state-key', file, node, 'Where the session id in the key comes from cannot be followed.');
}

/** From where it is taken to where it goes: into keys, and nowhere else. */
class Flows {
  readonly checks: Ending[] = [];
  /** Calls of stores that get what is followed. */
  readonly reached = new Set<TSESTree.CallExpression>();
  readonly #seen = new Set<TSESTree.Node>();

  constructor(
    private readonly mcp: McpModel,
    private readonly reach: Reach,
    private readonly calls: ReadonlySet<TSESTree.CallExpression>,
  ) {}

  follow(file: SourceFile, node: TSESTree.Node, depth: number): void {
    const outer = outermost(node);
    if (this.#seen.has(outer)) return;
    this.#seen.add(outer);
    const { parent } = outer;
    const other = (): Obstacle => new Obstacle('state-key', file, node, 'The session id is also used for something else than keys of the store.');
    if (!parent || depth > MAX_DEPTH) throw other();
    switch (parent.type) {
      case 'TemplateLiteral':
      case 'LogicalExpression':
      case 'ConditionalExpression':
      case 'ArrayExpression':
      case 'ObjectExpression':
      case 'NewExpression':
        this.follow(file, parent, depth);
        return;
      case 'BinaryExpression':
        if (parent.operator !== '+') throw other();
        this.follow(file, parent, depth);
        return;
      case 'Property':
        if (parent.parent.type !== 'ObjectExpression' || parent.value !== outer) throw other();
        this.follow(file, parent.parent, depth);
        return;
      case 'VariableDeclarator':
        if (parent.id.type !== 'Identifier') throw other();
        this.#references(file, parent.id, depth);
        return;
      case 'CallExpression':
        this.#passed(file, parent, outer, depth, other);
        return;
      case 'UnaryExpression':
        if (parent.operator !== '!' || !this.#isCheck(file, parent)) throw other();
        return;
      case 'ReturnStatement':
      case 'ArrowFunctionExpression':
        this.#returned(file, outer, depth, other);
        return;
      default:
        throw other();
    }
  }

  /** What else the code around does with the id of the session. */
  followOthers(file: SourceFile, place: TSESTree.Node): void {
    let around = enclosingFunction(place);
    for (let fn = around; fn && !this.reach.isHandler(around ?? fn); fn = enclosingFunction(fn)) around = fn;
    walkTree(around?.body ?? place, node => {
      if (node.type !== 'MemberExpression' && (node.type !== 'Identifier' || /^(?:MemberExpression|Property|VariableDeclarator)$/.test(node.parent.type))) return undefined;
      if (!isSession(this.mcp, file, node)) return undefined;
      this.follow(file, node, 0);
      return false;
    });
  }

  #references(file: SourceFile, id: TSESTree.Identifier, depth: number): void {
    for (const { identifier, init } of file.variableOf(id)?.references ?? []) if (init !== true) this.follow(file, identifier, depth + 1);
  }

  #passed(file: SourceFile, call: TSESTree.CallExpression, argument: TSESTree.Node, depth: number, other: () => Obstacle): void {
    if (this.calls.has(call)) {
      this.reached.add(call);
      return;
    }
    const callee = innermost(call.callee);
    if (callee.type === 'Identifier' && callee.name === 'String') {
      this.follow(file, call, depth);
      return;
    }
    if (/^(?:console|log|logger)\b/.test(file.text.slice(...callee.range))) return;
    const index = call.arguments.findIndex(a => a === argument);
    const functions = this.mcp.values(file, callee).flatMap(({ value }) => (value.kind === 'function' ? [value] : []));
    if (functions.length === 0) throw other();
    for (const { file: f, node } of functions) {
      const parameter = node.params[index];
      if (parameter?.type !== 'Identifier') throw other();
      this.#references(f, parameter, depth);
    }
  }

  /** `return \`cart:${id}\``: what calls it goes on with it. */
  #returned(file: SourceFile, node: TSESTree.Node, depth: number, other: () => Obstacle): void {
    const fn = enclosingFunction(node);
    const uses = fn ? this.mcp.infer.references.ofFunction(file, fn) : [];
    if (uses.length === 0) throw other();
    for (const use of uses) {
      const call = outermost(use.node).parent;
      if (call?.type !== 'CallExpression' || call.callee !== outermost(use.node)) throw other();
      this.follow(use.file, call, depth + 1);
    }
  }

  #isCheck(file: SourceFile, test: TSESTree.UnaryExpression): boolean {
    const statement = test.parent;
    if (statement.type !== 'IfStatement' || statement.test !== test || statement.alternate) return false;
    const { consequent } = statement;
    const last = consequent.type === 'BlockStatement' ? consequent.body.at(-1) : consequent;
    if (last?.type !== 'ReturnStatement' && last?.type !== 'ThrowStatement') return false;
    this.checks.push({ file, node: statement, whole: false });
    return true;
  }
}

/** What is kept: the constant part of a key, or the table. */
function nameFor(mcp: McpModel, calls: ReturnType<typeof storeCalls>): string {
  for (const { file, node } of calls) {
    for (const argument of node.arguments) {
      const texts: string[] = [];
      walkTree(argument, n => {
        if (n.type === 'TemplateElement') texts.push(n.value.raw);
        if (n.type === 'Literal' && typeof n.value === 'string') texts.push(n.value);
        if (n.type === 'Identifier' && n.parent.type !== 'MemberExpression') texts.push(mcp.text(file, n) ?? '');
        if (n.type === 'CallExpression' && n.callee.type === 'Identifier') texts.push(n.callee.name);
      });
      for (const said of texts) {
        const table = /\b(?:into|from|update|join)\s+["'`]?(\w+)/i.exec(said)?.[1];
        const words = (table ?? (/\s/.test(said) ? '' : said)).replace(/([a-z])([A-Z])/g, '$1 $2').split(/[^A-Za-z]+/).filter(w => w.length > 2 && !NO_NAME.test(w));
        const [word] = words;
        if (word !== undefined) return word.charAt(0).toLowerCase() + word.slice(1);
      }
    }
  }
  return 'record';
}
