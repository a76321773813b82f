import type { Variable } from '@typescript-eslint/scope-manager';
import { memberName, outermost, walkTree, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { innermost } from '../../src/mcp/file-index.js';
import { isClassNode, isFunctionNode, type FunctionNode } from '../../src/mcp/values.js';
import type { ProjectRewriteContext } from '../../src/transform.js';
import type { Container, Unit } from './design.js';
import { Endings, type Ending } from './endings.js';
import type { Handler } from '../../src/state/handlers.js';
import { Obstacle } from './obstacle.js';
import type { Tools } from './tools.js';
import { mentionsOf, type Mention } from './uses.js';

export interface Helper {
  readonly file: SourceFile;
  readonly fn: FunctionNode;
  readonly name: string;
  readonly calls: { readonly file: SourceFile; readonly call: TSESTree.CallExpression }[];
}

export interface UnitUse {
  readonly unit: Unit;
  /** Mentions in the tool's own code. */
  readonly mentions: Mention[];
  /** Calls of functions that use the state. */
  readonly calls: { readonly helper: Helper; readonly call: TSESTree.CallExpression }[];
}

/** What has to change for one container, found by following each mention to the tools that it runs for. */
export interface Trace {
  readonly container: Container;
  readonly mentions: readonly Mention[];
  readonly units: ReadonlyMap<TSESTree.Node, UnitUse>;
  readonly helpers: ReadonlyMap<FunctionNode, Helper>;
  /** What removed and closed entries when sessions or the process ended. */
  readonly endings: readonly Ending[];
}

const SYNC_CALLBACKS = /^(?:map|forEach|filter|find|findLast|findIndex|findLastIndex|some|every|reduce|reduceRight|sort|toSorted|flatMap|from|replace|replaceAll|stringify|parse|fromEntries)$/;

export class Tracer {
  readonly #units = new Map<TSESTree.Node, UnitUse>();
  readonly #helpers = new Map<FunctionNode, Helper>();
  readonly #endings: Ending[] = [];
  readonly #name: string;

  constructor(
    private readonly context: ProjectRewriteContext,
    private readonly tools: Tools,
    private readonly container: Container,
  ) {
    this.#name = container.cell.name;
  }

  trace(): Trace {
    const mentions = mentionsOf(this.context, this.container);
    const kept: Mention[] = [];
    let whole: Obstacle | undefined;
    const endings = new Endings(this.context, mentions);
    for (const mention of mentions) {
      const ended = this.#isServed(mention) ? undefined : (endings.of(mention) ?? removalOf(mention));
      if (ended) this.#endings.push(...ended.filter(e => !this.#endings.some(known => known.node === e.node)));
      else {
        if (mention.obstacle && mention.whole === true) whole ??= mention.obstacle;
        else if (mention.obstacle) throw mention.obstacle;
        if (mention.whole === true) continue;
        kept.push(mention);
        this.#home(mention.file, mention.node, use => use.mentions.push(mention));
      }
    }
    // That all of it is used somewhere says less than what a key is made of.
    if (whole) throw whole;
    if (this.#units.size === 0) throw this.#obstacle('state-escapes', this.container.file, this.container.cell.at, `No tool of this server uses ${this.#name} in a way that can be followed`);
    return { container: this.container, mentions: kept, units: this.#units, helpers: this.#helpers, endings: this.#endings };
  }

  /** Whether it is done for a call. */
  #isServed({ node }: Mention): boolean {
    const { reach } = this.context.state();
    if ([...reach.leadingTo(node)].some(h => h.kind !== 'http' && h.kind !== 'hook')) return true;
    for (let n: TSESTree.Node | undefined = node; n; n = n.parent) if (isFunctionNode(n) && this.tools.registered.has(n)) return true;
    return false;
  }

  /** Goes outwards from a place to the code of the tools that run it. */
  #home(file: SourceFile, node: TSESTree.Node, note: (use: UnitUse) => void): void {
    for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) {
      if (isClassNode(n) && !isFunctionNode(n)) break;
      if (!isFunctionNode(n)) continue;
      if (this.#isUnit(file, n, node, note)) return;
      const { reach } = this.context.state();
      if (reach.isHandler(n)) throw this.#ofOtherHandler(file, n, node);
      if (!reach.isLocal(n)) {
        this.#helper(file, n);
        return;
      }
      this.#checkInline(file, n);
    }
    throw this.#obstacle('state-escapes', file, node, `${this.#name} is also used outside of tools`);
  }

  #isUnit(file: SourceFile, fn: FunctionNode, node: TSESTree.Node, note: (use: UnitUse) => void): boolean {
    if (this.tools.isDispatcher(fn)) {
      const branch = this.tools.branchAround(node);
      if (!branch) throw this.#obstacle('state-escapes', file, node, `${this.#name} is used in the handler of tools/call outside of the branch of a tool whose schema is in sight`);
      note(this.#unit(branch.branch, branch));
      return true;
    }
    const [site, ...others] = this.tools.registered.get(fn) ?? [];
    if (!site) return false;
    if (others.length > 0) throw this.#obstacle('state-escapes', file, fn, `One function serves ${site.name} and ${others[0]?.name ?? ''}, and uses ${this.#name}`);
    if (this.context.mcp.infer.references.ofFunction(file, fn).some(p => isCalled(p.node))) throw this.#obstacle('state-nested', file, fn, `The handler of ${site.name} is also called by other code, and uses ${this.#name}`);
    note(this.#unit(fn, site));
    return true;
  }

  #unit(key: TSESTree.Node, unit: Unit): UnitUse {
    const known = this.#units.get(key);
    if (known) return known;
    const made: UnitUse = { unit, mentions: [], calls: [] };
    checkLists(unit, this.#name);
    this.#units.set(key, made);
    return made;
  }

  #ofOtherHandler(file: SourceFile, fn: FunctionNode, node: TSESTree.Node): Obstacle {
    const handler = this.context.state().handlers.find(h => h.fn === fn);
    if (handler && /\/list$/.test(handler.name)) return this.#obstacle('dynamic-registration', file, node, `What ${handler.name} answers depends on ${this.#name}`);
    if (handler?.kind === 'resource' || handler?.kind === 'prompt' || /^(?:resources|prompts)\//.test(handler?.name ?? ''))
      return this.#obstacle('state-key', file, node, `The ${handler?.kind === 'request' ? 'handler of' : (handler?.kind ?? '')} ${handler?.name ?? ''} reads ${this.#name}: make the handle a part of its address or an argument, which a person has to decide`);
    return this.#obstacle('state-escapes', file, node, `${this.#name} is also used by ${userOf(handler)}`);
  }

  /** A function between tools and state gets the state as its first parameter. */
  #helper(file: SourceFile, fn: FunctionNode): void {
    if (this.#helpers.has(fn)) return;
    const name = nameOf(fn);
    if (name === undefined || name === 'constructor') throw this.#obstacle('state-escapes', file, fn, `${this.#name} is used by ${name === undefined ? 'a function without a name' : 'a constructor'}, which no tool calls`);
    if (fn.generator) throw this.#obstacle('state-escapes', file, fn, `${name} is a generator and uses ${this.#name}`);
    checkOverrides(this.context, file, fn, name, this.#name);
    const helper: Helper = { file, fn, name, calls: [] };
    this.#helpers.set(fn, helper);
    const uses = this.context.mcp.infer.references.ofFunction(file, fn).filter(p => p.node !== fn && (p.node as { readonly parent?: TSESTree.Node }).parent?.type !== 'ExportSpecifier');
    const elsewhere = this.context.project.importersOf(file.path).find(path => path !== file.path && !uses.some(u => u.file.path === path) && !this.context.project.mentionsMcp(path) && this.context.project.hasWord(path, name));
    if (elsewhere !== undefined) throw this.#obstacle('state-escapes', file, fn, `${name} uses ${this.#name}, and ${elsewhere} may call it`);
    if (uses.length === 0) throw this.#obstacle('state-escapes', file, fn, `${name} uses ${this.#name}, and nothing in sight calls it`);
    for (const use of uses) {
      const outer = outermost(use.node);
      const call = outer.parent;
      if (call?.type !== 'CallExpression' || call.callee !== outer) throw this.#obstacle('state-escapes', use.file, use.node, `${name} uses ${this.#name} and is passed on as a value`);
      if (fn.async && !isAwaited(call)) throw this.#obstacle('state-escapes', use.file, call, `${name} uses ${this.#name} and is not waited for`);
      helper.calls.push({ file: use.file, call });
      this.#home(use.file, call, unit => unit.calls.push({ helper, call }));
    }
  }

  /** A function inside the code of a tool: it must not run later than the call. */
  #checkInline(file: SourceFile, fn: FunctionNode): void {
    const later = (): Obstacle => this.#obstacle('state-escapes', file, fn, `${this.#name} is used by a function that may run after the call`);
    const outer = outermost(fn);
    const parent = outer.parent;
    if (fn.generator) throw later();
    if (fn.type === 'FunctionDeclaration') {
      this.#checkLocal(file, fn.id ?? undefined, fn, later);
      return;
    }
    if (parent?.type === 'VariableDeclarator') {
      this.#checkLocal(file, parent.id.type === 'Identifier' ? parent.id : undefined, fn, later);
      return;
    }
    if (parent?.type === 'NewExpression' && parent.callee.type === 'Identifier' && parent.callee.name === 'Promise') {
      if (!isAwaited(parent)) throw later();
      return;
    }
    if (parent?.type !== 'CallExpression') throw later();
    if (parent.callee === outer) {
      if (fn.async && !isAwaited(parent)) throw later();
      return;
    }
    if (!this.#isCallbackInTime(file, parent, fn)) throw later();
  }

  #isCallbackInTime(file: SourceFile, call: TSESTree.CallExpression, fn: FunctionNode): boolean {
    const callee = innermost(call.callee);
    const name = callee.type === 'MemberExpression' ? memberName(callee) : undefined;
    if (name !== undefined && /^(?:then|catch|finally)$/.test(name)) return isAwaited(chainEnd(call));
    if (name !== undefined && SYNC_CALLBACKS.test(name)) return !fn.async || isAwaited(call);
    // A function of the project that is waited for is done with its callback.
    return this.context.mcp.values(file, callee).some(k => k.value.kind === 'function') && isAwaited(call);
  }

  #checkLocal(file: SourceFile, id: TSESTree.Identifier | undefined, fn: FunctionNode, later: () => Obstacle): void {
    const variable: Variable | undefined = id ? file.variableOf(id) : undefined;
    if (!variable) throw later();
    for (const { identifier, init } of variable.references) {
      if (init === true) continue;
      const outer = outermost(identifier);
      const call = outer.parent;
      if (call?.type !== 'CallExpression') throw later();
      if (call.callee === outer ? fn.async && !isAwaited(call) : !this.#isCallbackInTime(file, call, fn)) throw later();
    }
  }

  #obstacle(marker: Obstacle['marker'], file: SourceFile, node: TSESTree.Node, reason: string): Obstacle {
    return new Obstacle(marker, file, node, `${reason}.`);
  }
}

/** `carts.delete(id)`, wherever no call is served. */
function removalOf({ file, removal }: Mention): readonly Ending[] | undefined {
  return removal && [{ file, node: removal, whole: false }];
}

/** What else runs for a client. */
function userOf(handler: Handler | undefined): string {
  if (!handler) return 'other code, which no tool calls';
  switch (handler.kind) {
    case 'http':
      return 'the HTTP layer, which has no arguments of a tool';
    case 'hook':
      return `${handler.name}, which runs for a connection and not for a call`;
    case 'tool':
      return `the tool ${handler.name}, which is registered in a way that cannot be followed`;
    default:
      return handler.name === 'tools/call' ? 'a handler of tools/call in which the tools cannot be told apart' : `the handler of ${handler.name}, which has no arguments of a tool`;
  }
}

/** Tools must be the same for every request. */
function checkLists(unit: Unit, name: string): void {
  const body = unit.kind === 'registered' ? [unit.fn.body] : unit.statements;
  for (const part of body) {
    walkTree(part, node => {
      if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return;
      if (/^(?:registerTool|registerPrompt|registerResource|enable|disable|sendToolListChanged)$/.test(memberName(node.callee) ?? '')) throw new Obstacle('dynamic-registration', unit.fnFile, node, `${unit.name} uses ${name} and changes what the server offers.`);
    });
  }
}

/** A method that an interface asks for, or that a base class has, cannot get another parameter. */
function checkOverrides({ mcp }: ProjectRewriteContext, file: SourceFile, fn: FunctionNode, name: string, container: string): void {
  const member = fn.parent;
  if (member.type !== 'MethodDefinition' && member.type !== 'PropertyDefinition') return;
  const cls = member.parent.parent;
  const refuse = (): Obstacle => new Obstacle('state-escapes', file, fn, `${name} uses ${container}, and its parameters are given by an interface or a base class.`);
  if (member.type === 'MethodDefinition' && member.kind !== 'method') throw refuse();
  if (!isClassNode(cls)) return;
  if ('override' in member && member.override) throw refuse();
  if (cls.superClass && mcp.infer.member(mcp.values(file, cls.superClass), name, undefined).length > 0) throw refuse();
  for (const { expression } of cls.implements) if (mcp.infer.member(mcp.infer.annotations.heritage(file, expression), name, undefined).length > 0) throw refuse();
}

function isCalled(node: TSESTree.Node): boolean {
  const outer = outermost(node);
  return outer.parent?.type === 'CallExpression' && outer.parent.callee === outer;
}

/** Waited for where it stands, or returned to somebody who waits. */
export function isAwaited(node: TSESTree.Node): boolean {
  for (let n: TSESTree.Node = node; n.parent; n = n.parent) {
    const { parent } = n as { readonly parent: TSESTree.Node };
    switch (parent.type) {
      case 'AwaitExpression':
      case 'ReturnStatement':
        return true;
      case 'ArrowFunctionExpression':
        return parent.body === n;
      case 'ChainExpression':
      case 'TSAsExpression':
      case 'TSNonNullExpression':
      case 'LogicalExpression':
      case 'ConditionalExpression':
      case 'ArrayExpression':
      case 'SpreadElement':
        continue;
      case 'MemberExpression':
        if (/^(?:then|catch|finally)$/.test(memberName(parent) ?? '')) continue;
        return false;
      case 'CallExpression': {
        const callee = innermost(parent.callee);
        if (parent.callee === n || (callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && callee.object.name === 'Promise')) continue;
        return false;
      }
      default:
        return false;
    }
  }
  return false;
}

/** The whole of `a.then(f).catch(g)`. */
function chainEnd(call: TSESTree.CallExpression): TSESTree.Node {
  let end: TSESTree.CallExpression = call;
  for (;;) {
    const member: TSESTree.Node = end.parent;
    if (member.type !== 'MemberExpression' || member.object !== end || member.parent.type !== 'CallExpression' || member.parent.callee !== member) return end;
    end = member.parent;
  }
}

function nameOf(fn: FunctionNode): string | undefined {
  if (fn.type === 'FunctionDeclaration') return fn.id?.name;
  const outer = outermost(fn);
  const parent = outer.parent;
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name;
  if (parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition') return parent.key.type === 'Identifier' ? parent.key.name : parent.key.type === 'PrivateIdentifier' ? `#${parent.key.name}` : undefined;
  return undefined;
}

