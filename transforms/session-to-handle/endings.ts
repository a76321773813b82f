// What is done with a container when a session or the process ends: the idle time of handles does it, or the store closes everything.
import { memberName, outermost, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { innermost } from '../../src/mcp/file-index.js';
import { isFunctionNode, type FunctionNode } from '../../src/mcp/values.js';
import type { ProjectRewriteContext } from '../../src/transform.js';
import type { Mention } from './uses.js';

export interface Ending {
  readonly file: SourceFile;
  readonly node: TSESTree.Node;
  /** It closed what all sessions had open. */
  readonly whole: boolean;
  /** A function that goes with its calls. */
  readonly called?: string;
}

type Occasion = 'session' | 'process';

const CLOSING = /^(?:close|kill|destroy|dispose|end|quit|stop|release|rollback|rollbackTransaction|endSession|disconnect|terminate|abort|shutdown|cleanup|clear|delete|removeAllListeners|unref)$/;
const SESSION_EVENT = /^(?:close|end|finish|disconnect|disconnected|aborted)$/;
const PROCESS_EVENT = /^(?:SIG[A-Z]+|exit|beforeExit|uncaughtException|unhandledRejection|shutdown)$/;
const PASSING = /^(?:map|forEach|filter)$/;
const MAX_DEPTH = 6;

export class Endings {
  readonly #nodes: ReadonlyMap<TSESTree.Node, Mention>;

  constructor(
    private readonly context: ProjectRewriteContext,
    mentions: readonly Mention[],
  ) {
    this.#nodes = new Map(mentions.map(m => [m.node, m]));
  }

  /** The statements that go with a mention; undefined when it is done for another reason, or more is done. */
  of({ file, node }: Mention): readonly Ending[] | undefined {
    const fn = functionAround(node);
    const occasion = fn && this.#occasion(file, fn, 0);
    if (!fn || occasion === undefined) return undefined;
    const found = this.#statements(file, fn, node);
    const whole = occasion === 'process';
    const calls = found && !whole && isWhole(fn, found) ? this.#callsOf(file, fn) : undefined;
    return calls ?? found?.map(statement => ({ file, node: statement, whole }));
  }

  /** A function of which nothing is left, with the statements that call it. */
  #callsOf(file: SourceFile, fn: FunctionNode): readonly Ending[] | undefined {
    if (fn.type !== 'FunctionDeclaration' || !fn.id) return undefined;
    const { name } = fn.id;
    const uses = this.context.mcp.infer.references.ofFunction(file, fn).filter(u => u.node.range[0] !== fn.range[0]);
    const calls = uses.map(u => statementOfCall(u.node));
    if (calls.some(c => c === undefined)) return undefined;
    const declaration = fn.parent.type === 'ExportNamedDeclaration' ? fn.parent : fn;
    return [{ file, node: declaration, whole: false }, ...uses.flatMap((u, i) => (calls[i] ? [{ file: u.file, node: calls[i], whole: false, called: name }] : []))];
  }

  /** All of a function that does nothing else; otherwise the largest statement around a place. */
  #statements(file: SourceFile, fn: FunctionNode, node: TSESTree.Node): readonly TSESTree.Node[] | undefined {
    if (fn.body.type !== 'BlockStatement') return this.#endsBy(file, fn.body) ? [fn.body] : undefined;
    if (fn.body.body.every(s => this.#ends(file, s) || this.#isGuard(file, s))) {
      const sweeper = sweeperAround(fn);
      return sweeper ? [sweeper] : fn.body.body;
    }
    const found = this.#largest(file, fn, node);
    if (found?.type !== 'VariableDeclaration') return found && [found];
    // What has a name goes only with all that is done under that name.
    const rest = found.declarations.flatMap(d => (d.id.type === 'Identifier' ? (file.variableOf(d.id)?.references ?? []) : [])).flatMap(r => (r.init === true ? [] : [this.#largest(file, fn, r.identifier)]));
    const isNamed = found.declarations.every(d => d.id.type === 'Identifier');
    return isNamed && rest.every(s => s !== undefined) ? [found, ...new Set(rest)] : undefined;
  }

  #largest(file: SourceFile, fn: FunctionNode, node: TSESTree.Node): TSESTree.Node | undefined {
    let found: TSESTree.Node | undefined;
    for (let n: TSESTree.Node | undefined = node; n && n !== fn.body; n = n.parent) if (/Statement$|^VariableDeclaration$/.test(n.type) && this.#ends(file, n)) found = n;
    return found;
  }

  /** When a function runs: only when sessions end, or only when the process does. */
  #occasion(file: SourceFile, fn: FunctionNode, depth: number): Occasion | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const own = occasionOf(this.context, file, fn);
    if (own !== undefined) return own;
    const around = functionAround(fn);
    // `list.forEach(x => x.close())`, `Promise.all(list.map(...))`: with the function around it.
    if (isPassed(fn) && around) return this.#occasion(file, around, depth + 1);
    const uses = this.context.mcp.infer.references.ofFunction(file, fn).filter(u => u.node !== fn);
    if (uses.length === 0) return undefined;
    const occasions = uses.map(({ file: g, node }): Occasion | undefined => {
      const outer = outermost(node);
      const given = givenTo(this.context, g, outer);
      if (given !== undefined) return given;
      const caller = functionAround(outer);
      return caller && outer.parent?.type === 'CallExpression' && outer.parent.callee === outer ? this.#occasion(g, caller, depth + 1) : undefined;
    });
    const [first, ...others] = occasions;
    return others.every(o => o === first) ? first : undefined;
  }

  #ends(file: SourceFile, statement: TSESTree.Node): boolean {
    switch (statement.type) {
      case 'EmptyStatement':
        return true;
      case 'BlockStatement':
        return statement.body.every(s => this.#ends(file, s));
      case 'ExpressionStatement':
        return this.#endsBy(file, statement.expression);
      case 'VariableDeclaration':
        return statement.declarations.every(d => d.init !== null && this.#isOurs(file, d.init, 0));
      case 'IfStatement':
        return !statement.alternate && isPlain(statement.test) && this.#ends(file, statement.consequent);
      case 'ForOfStatement':
        return this.#isOurs(file, statement.right, 0) && this.#ends(file, statement.body);
      case 'TryStatement':
        return this.#ends(file, statement.block) && (statement.handler?.body.body ?? []).every(s => s.type === 'ExpressionStatement' && isTold(s.expression)) && (!statement.finalizer || this.#ends(file, statement.finalizer));
      default:
        return false;
    }
  }

  /** `if (!tab) return;` */
  #isGuard(file: SourceFile, statement: TSESTree.Statement): boolean {
    if (statement.type !== 'IfStatement' || statement.alternate || statement.test.type !== 'UnaryExpression') return false;
    const { consequent } = statement;
    const only = consequent.type === 'BlockStatement' && consequent.body.length === 1 ? consequent.body[0] : consequent;
    return only?.type === 'ReturnStatement' && only.argument === null && isPlain(statement.test.argument) && file.text.length > 0;
  }

  #endsBy(file: SourceFile, expression: TSESTree.Node): boolean {
    const inner = innermost(expression);
    switch (inner.type) {
      case 'AwaitExpression':
        return this.#endsBy(file, inner.argument);
      case 'UnaryExpression':
        return inner.operator === 'void' ? this.#endsBy(file, inner.argument) : inner.operator === 'delete' && this.#isOurs(file, inner.argument, 0);
      case 'LogicalExpression':
        return isPlain(inner.left) && this.#endsBy(file, inner.right);
      case 'AssignmentExpression':
        return inner.operator === '=' && this.#nodes.has(innermost(inner.left)) && /^(?:undefined|null)$/.test(file.text.slice(...inner.right.range));
      case 'CallExpression':
        return isTold(inner) || this.#endsByCall(file, inner);
      default:
        return false;
    }
  }

  #endsByCall(file: SourceFile, call: TSESTree.CallExpression): boolean {
    if (this.#nodes.get(call)?.ends === true) return true;
    const callee = innermost(call.callee);
    const [first] = call.arguments;
    if (callee.type === 'Identifier') return /^clear(?:Timeout|Interval)$/.test(callee.name) && first !== undefined && this.#isOurs(file, first, 0);
    if (callee.type !== 'MemberExpression' || callee.object.type === 'Super') return false;
    const name = memberName(callee) ?? '';
    if (callee.object.type === 'Identifier' && callee.object.name === 'Promise') return first !== undefined && (this.#endsBy(file, first) || (first.type === 'ArrayExpression' && first.elements.every(e => e !== null && this.#endsBy(file, e))));
    // `.catch(() => {})` behind a call that closes.
    if (/^(?:catch|then|finally)$/.test(name)) return this.#endsBy(file, callee.object) && call.arguments.every(a => isFunctionNode(a) && isQuiet(a));
    if (!this.#isOurs(file, callee.object, 0)) return false;
    if (PASSING.test(name) && first && isFunctionNode(first)) return first.body.type === 'BlockStatement' ? this.#ends(file, first.body) : this.#endsBy(file, first.body);
    return CLOSING.test(name);
  }

  /** The container, an entry of it, a part of one, or a name for one. */
  #isOurs(file: SourceFile, node: TSESTree.Node, depth: number): boolean {
    if (depth > MAX_DEPTH) return false;
    const inner = innermost(node);
    if (this.#nodes.has(inner)) return true;
    const again = (n: TSESTree.Node): boolean => this.#isOurs(file, n, depth + 1);
    switch (inner.type) {
      case 'AwaitExpression':
        return again(inner.argument);
      case 'MemberExpression':
        return inner.object.type !== 'Super' && again(inner.object);
      case 'ArrayExpression': {
        const [only, ...others] = inner.elements;
        return only?.type === 'SpreadElement' && others.length === 0 && again(only.argument);
      }
      case 'CallExpression': {
        const callee = innermost(inner.callee);
        const [first] = inner.arguments;
        // `Object.values(tabs)`, `Array.from(tabs)`
        if (callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && /^(?:Object|Array)$/.test(callee.object.name)) return first !== undefined && again(first);
        return callee.type === 'MemberExpression' && callee.object.type !== 'Super' && /^(?:get|values|entries|keys|filter|map)$/.test(memberName(callee) ?? '') && again(callee.object);
      }
      case 'Identifier': {
        const definition = file.variableOf(inner)?.defs[0];
        if (definition?.node.type === 'VariableDeclarator') {
          const loop = definition.node.parent.parent;
          const source = definition.node.init ?? (loop.type === 'ForOfStatement' ? loop.right : undefined);
          return source !== undefined && again(source);
        }
        const fn = definition?.node;
        const call = isFunctionNode(fn) ? outermost(fn).parent : undefined;
        const callee = call?.type === 'CallExpression' ? innermost(call.callee) : undefined;
        return callee?.type === 'MemberExpression' && callee.object.type !== 'Super' && PASSING.test(memberName(callee) ?? '') && again(callee.object);
      }
      default:
        return false;
    }
  }
}

function isWhole(fn: FunctionNode, statements: readonly TSESTree.Node[]): boolean {
  return fn.body.type === 'BlockStatement' && fn.body.body.length === statements.length && fn.body.body.every(s => statements.includes(s));
}

/** `await closeTab(id);`, `void closeTab(id);` */
function statementOfCall(node: TSESTree.Node): TSESTree.Node | undefined {
  const call = outermost(node).parent;
  if (call?.type !== 'CallExpression' || call.callee !== outermost(node)) return undefined;
  let outer = outermost(call).parent;
  while (outer?.type === 'AwaitExpression' || (outer?.type === 'UnaryExpression' && outer.operator === 'void')) outer = outer.parent;
  return outer?.type === 'ExpressionStatement' ? outer : undefined;
}

function functionAround(node: TSESTree.Node): FunctionNode | undefined {
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) if (isFunctionNode(n)) return n;
  return undefined;
}

function isPassed(fn: FunctionNode): boolean {
  const call = outermost(fn).parent;
  const callee = call?.type === 'CallExpression' ? innermost(call.callee) : undefined;
  return callee?.type === 'MemberExpression' && PASSING.test(memberName(callee) ?? '');
}

/** Where the function itself stands. */
function occasionOf(context: ProjectRewriteContext, file: SourceFile, fn: FunctionNode): Occasion | undefined {
  return givenTo(context, file, outermost(fn));
}

/** `transport.onclose = f`, `onsessionclosed: f`, `process.on('SIGTERM', f)`, `setInterval(f, ...)`, `app.delete('/mcp', f)`. */
function givenTo({ mcp }: ProjectRewriteContext, file: SourceFile, value: TSESTree.Node): Occasion | undefined {
  const { parent } = value;
  if (parent?.type === 'AssignmentExpression' && parent.right === value && parent.left.type === 'MemberExpression') return /^on_?(?:session_?)?closed?$/i.test(memberName(parent.left) ?? '') ? 'session' : undefined;
  if (parent?.type === 'Property' && parent.value === value) return parent.key.type === 'Identifier' && /^on_?session_?closed?$|^onclose$/i.test(parent.key.name) ? 'session' : undefined;
  if (parent?.type !== 'CallExpression' || parent.callee === value) return undefined;
  const callee = innermost(parent.callee);
  const [first] = parent.arguments;
  // What sweeps looks at idle times: handles have their own.
  if (callee.type === 'Identifier') return callee.name === 'setInterval' && first === value ? 'session' : undefined;
  if (callee.type !== 'MemberExpression' || callee.object.type === 'Super' || !first) return undefined;
  const name = memberName(callee) ?? '';
  if (name === 'delete' && first !== value) return 'session';
  if (!/^(?:on|once|addListener|addEventListener)$/.test(name)) return undefined;
  const event = mcp.text(file, first) ?? '';
  if (callee.object.type === 'Identifier' && callee.object.name === 'process') return PROCESS_EVENT.test(event) ? 'process' : undefined;
  return SESSION_EVENT.test(event) ? 'session' : undefined;
}

/** `setInterval(() => { ... }, 60_000);` as a statement. */
function sweeperAround(fn: FunctionNode): TSESTree.Node | undefined {
  let call = outermost(fn).parent;
  if (call?.type !== 'CallExpression' || call.callee.type !== 'Identifier' || call.callee.name !== 'setInterval') return undefined;
  if (call.parent.type === 'MemberExpression' && call.parent.parent.type === 'CallExpression') call = call.parent.parent;
  return call.parent.type === 'ExpressionStatement' ? call.parent : undefined;
}

/** Looks, and changes nothing. */
function isPlain(node: TSESTree.Node): boolean {
  const inner = innermost(node);
  switch (inner.type) {
    case 'Identifier':
    case 'Literal':
      return true;
    case 'MemberExpression':
      return inner.object.type !== 'Super' && isPlain(inner.object);
    case 'UnaryExpression':
      return inner.operator !== 'delete' && isPlain(inner.argument);
    case 'BinaryExpression':
      return inner.left.type !== 'PrivateIdentifier' && isPlain(inner.left) && isPlain(inner.right);
    case 'LogicalExpression':
      return isPlain(inner.left) && isPlain(inner.right);
    case 'CallExpression': {
      const callee = innermost(inner.callee);
      return callee.type === 'MemberExpression' && /^(?:get|has|now|isConnected|isClosed)$/.test(memberName(callee) ?? '') && inner.arguments.every(isPlain);
    }
    default:
      return false;
  }
}

/** `console.log(...)`, `logger.info(...)`. */
function isTold(node: TSESTree.Node): boolean {
  const inner = innermost(node);
  if (inner.type !== 'CallExpression') return false;
  const callee = innermost(inner.callee);
  return callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && /^(?:console|log|logger)$/.test(callee.object.name);
}

/** Does nothing, or tells. */
function isQuiet({ body }: FunctionNode): boolean {
  if (body.type !== 'BlockStatement') return isTold(body) || body.type === 'Identifier' || body.type === 'Literal';
  return body.body.every(s => s.type === 'ExpressionStatement' && isTold(s.expression));
}
