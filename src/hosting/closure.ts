import type { Reference, Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import { enclosingFunction, memberName, outermost } from '../mcp/file-index.js';
import { contains } from '../mcp/nodes.js';
import { isFunctionNode } from '../mcp/values.js';
import { walkTree } from '../parse/walk.js';
import type { Range, SourceFile } from '../parse/source.js';
import { endingOf, type Ending } from './ending.js';
import { obstacle, type Obstacle } from './obstacle.js';
import { dotted } from './purity.js';

export type Block = TSESTree.Program | TSESTree.BlockStatement;

/** Everything that belongs to one server: what has to be done again for each new one. */
export interface Closure {
  readonly block: Block;
  readonly declaration: TSESTree.VariableDeclaration;
  readonly declarator: TSESTree.VariableDeclarator;
  /** In the order in which they ran, the declaration first. */
  readonly moved: readonly TSESTree.Statement[];
  /** Statements of the place that connects: they need what is known only there. */
  readonly late: readonly TSESTree.Statement[];
  /** `server.close()` in code that stays. */
  readonly closers: readonly TSESTree.CallExpression[];
  /** `server.connect(...)` in code that stays, other than where it was asked from. */
  readonly connects: readonly TSESTree.CallExpression[];
  /** Arguments of functions that connect what they are given. */
  readonly given: readonly TSESTree.Identifier[];
  /** `export { server }` and `export const server`. */
  readonly exports: readonly TSESTree.Node[];
  readonly isAsync: boolean;
  /** Code outside of any request that tells the client something: it has to reach whichever server serves. */
  readonly senders: readonly Sender[];
  /** `server.onclose = () => process.exit()`: these stay, and wait for the end of the input. */
  readonly endings: readonly Ending[];
}

/** `server.sendToolListChanged()` in a timer. */
export interface Sender {
  /** From the server to the first name behind it. */
  readonly range: Range;
  readonly statement: TSESTree.Statement;
}

export interface ClosureOptions {
  /** The calls of connect that are rewritten by whoever asks. */
  readonly own: readonly TSESTree.Node[];
  /** There is one server at a time, so what speaks to the client outside of requests can be given the one that serves. */
  readonly oneAtATime: boolean;
  /** The server is given to a function that connects it. */
  readonly isGiven?: (node: TSESTree.Node) => boolean;
}

/** A reason, with the marker of its own or the usual one. */
type Problem = string | Obstacle;

const SENDS = /^(?:send(?:Tool|Resource|Prompt)ListChanged|sendResourceUpdated|sendLoggingMessage|notification)$/;

const PROCESS_WIDE = /^(?:on|once|off|addListener|prependListener|listen|get|post|put|delete|patch|all|use|route|addEventListener|watch|subscribe)$/;
const TIMERS = /^(?:setInterval|setTimeout|setImmediate|queueMicrotask|watch|watchFile)$/;

/** The statements that make and fill the server of this variable, or why they cannot be told apart from the rest. */
export function closureOf(file: SourceFile, variable: Variable, declarator: TSESTree.VariableDeclarator, options: ClosureOptions): Closure | Obstacle {
  const kept = new Set<TSESTree.Statement>();
  for (;;) {
    const before = kept.size;
    const closure = new ClosureReader(file, variable, declarator, options, kept).read();
    if (kept.size === before) return closure;
  }
}

class ClosureReader {
  readonly #moved = new Set<TSESTree.Statement>();
  readonly #late = new Set<TSESTree.Statement>();
  readonly #tracked = new Set<Variable>();
  readonly #closers: TSESTree.CallExpression[] = [];
  readonly #connects: TSESTree.CallExpression[] = [];
  readonly #given: TSESTree.Identifier[] = [];
  readonly #exports: TSESTree.Node[] = [];
  readonly #senders: Sender[] = [];
  readonly #endings = new Map<TSESTree.Statement, Ending>();
  readonly own: readonly TSESTree.Node[];
  #containers: readonly Block[] = [];

  constructor(
    readonly file: SourceFile,
    readonly variable: Variable,
    readonly declarator: TSESTree.VariableDeclarator,
    readonly options: ClosureOptions,
    /** Functions that stay, since code outside of requests calls them. What is added here makes the reading begin anew. */
    readonly kept: Set<TSESTree.Statement>,
  ) {
    this.own = options.own;
  }

  read(): Closure | Obstacle {
    const problem = this.#readAll();
    if (typeof problem === 'string') return obstacle(problem);
    return problem;
  }

  #readAll(): Closure | Problem {
    const declaration = this.declarator.parent;
    const block = declaration.parent.type === 'ExportNamedDeclaration' ? declaration.parent.parent : declaration.parent;
    if (block.type !== 'Program' && block.type !== 'BlockStatement') return `${this.variable.name} is declared inside another statement.`;
    if (declaration.declarations.length > 1) return `${this.variable.name} is declared together with other variables. Declare it alone.`;
    this.#containers = containersBetween(block, this.own);
    const top: TSESTree.Statement = declaration.parent.type === 'ExportNamedDeclaration' ? declaration.parent : declaration;
    this.#moved.add(top);
    if (top !== declaration) this.#exports.push(top);
    const problem = this.#follow(this.variable);
    if (problem !== undefined) return problem;
    const inBlock = [...this.#moved].filter(s => s.parent === block).sort(byPlace);
    const promoted = [...this.#moved].filter(s => s.parent !== block).sort(byPlace);
    const moved = [...inBlock, ...promoted];
    return {
      block,
      declaration,
      declarator: this.declarator,
      moved,
      late: [...this.#late].sort(byPlace),
      closers: this.#closers,
      connects: this.#connects,
      given: this.#given,
      exports: this.#exports,
      isAsync: moved.some(awaits),
      senders: this.#senders,
      endings: [...this.#endings.values()],
    };
  }

  #follow(variable: Variable): Problem | undefined {
    if (this.#tracked.has(variable)) return undefined;
    this.#tracked.add(variable);
    for (const reference of variable.references) {
      const problem = this.#place(variable, reference);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #place(variable: Variable, reference: Reference): Problem | undefined {
    const { identifier } = reference;
    if (reference.init === true || identifier.type !== 'Identifier' || this.#isCovered(identifier)) return undefined;
    const isServer = variable === this.variable;
    if (isServer && reference.isWrite()) return `${variable.name} is assigned again, so there is more than one server behind the name.`;
    const statement = this.#statementOf(identifier);
    if (!statement) return `${variable.name} is used where it cannot be followed.`;
    if (isServer && isExport(statement)) {
      this.#exports.push(identifier);
      return undefined;
    }
    if (this.#isEnding(statement, identifier)) return undefined;
    if (isServer && !this.#isOwn(identifier) && this.options.isGiven?.(identifier) === true) {
      this.#given.push(identifier);
      return undefined;
    }
    if (this.kept.has(statement) || this.#endings.has(statement) || this.own.some(o => contains(statement, o)) || isProcessWide(statement, this.#tracked, this.file) || this.#onlyHosts(statement)) return this.#stay(variable, statement, identifier);
    if (isServer && sendsAtOnce(statement, identifier)) return obstacle(`Line ${lineOf(this.file, identifier)} tells the client something as soon as the server is connected. There is no such moment any more: say it in an answer, or leave it out.`, 'session-lifecycle');
    if (!isServer && !isInFunction(identifier, statement) && this.#keep(variable)) return undefined;
    return this.#move(variable, statement, identifier);
  }

  #isOwn(identifier: TSESTree.Identifier): boolean {
    return this.own.some(o => (o.type === 'CallExpression' || o.type === 'NewExpression') && o.arguments.some(a => a === identifier));
  }

  /** Code that stays where it is may only connect and close the server. */
  #stay(variable: Variable, statement: TSESTree.Statement, identifier: TSESTree.Identifier): Problem | undefined {
    if (this.#isSender(variable, statement, identifier) || this.#keep(variable)) return undefined;
    const call = variable === this.variable ? callOn(identifier, /^(?:connect|close)$/) : undefined;
    if (!call && this.#isOwn(identifier)) return undefined;
    if (!call) return `${variable.name} is used at line ${lineOf(this.file, identifier)} in code that runs outside of a request, so it cannot become one server per client.`;
    if (this.own.includes(call.node)) return undefined;
    (call.name === 'close' ? this.#closers : this.#connects).push(call.node);
    return undefined;
  }

  #isEnding(statement: TSESTree.Statement, identifier: TSESTree.Identifier): boolean {
    if (!this.options.oneAtATime) return false;
    const ending = endingOf(this.file, statement);
    if (ending?.ends !== true || !contains(ending.target, identifier)) return false;
    this.#endings.set(statement, ending);
    return true;
  }

  #isSender(variable: Variable, statement: TSESTree.Statement, identifier: TSESTree.Identifier): boolean {
    const member = identifier.parent;
    if (!this.options.oneAtATime || variable !== this.variable || !callOn(identifier, SENDS) || !isInFunction(identifier, statement) || member.type !== 'MemberExpression') return false;
    this.#senders.push({ range: [identifier.range[0], member.property.range[0]], statement });
    return true;
  }

  /** A function that only tells the client something can stay, and tell it to the server that serves. */
  #keep(variable: Variable): boolean {
    const definition = variable.defs[0]?.node;
    const statement = definition?.type === 'VariableDeclarator' ? definition.parent : definition;
    if (!this.options.oneAtATime || !statement || !isStatement(statement, this.#containers[0]) || !isFunctionStatement(statement) || !this.#onlySends(statement)) return false;
    this.kept.add(statement);
    return true;
  }

  #onlySends(statement: TSESTree.Statement): boolean {
    return [...this.#tracked].every(v => v.references.every(r => r.init === true || !contains(statement, r.identifier) || (v === this.variable ? callOn(r.identifier, SENDS) !== undefined : v.defs.some(d => contains(statement, d.name)) || this.#keep(v))));
  }

  #move(variable: Variable, statement: TSESTree.Statement, identifier: TSESTree.Identifier): Problem | undefined {
    const where = `line ${lineOf(this.file, statement)}`;
    if (statement.type === 'ClassDeclaration') return `The class at ${where} uses ${variable.name} from outside. Give the server to it as a parameter.`;
    if (statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration') return `What is exported at ${where} uses ${variable.name}, so other files hold on to one server.`;
    if (statement.type === 'ReturnStatement') return `${variable.name} is returned at ${where}, so callers hold on to one server.`;
    if (leavesFunction(statement)) return `The statement at ${where} uses ${variable.name} and may leave the function.`;
    if (readsHandshake(identifier)) return obstacle(`Line ${lineOf(this.file, identifier)} reads what the client said in the handshake, before there is a request. Read it in the handlers.`, 'oninitialized');
    if (statement.type === 'VariableDeclaration' && statement.parent !== this.#containers[0] && !isFunctionStatement(statement)) return `${variable.name} is read at ${where} in the function that connects, and what follows depends on it.`;
    if (this.#needsPlace(statement)) {
      if (declaredIn(this.file, statement).length > 0) return `What is declared at ${where} depends on the place that connects ${variable.name}.`;
      this.#late.add(statement);
      return undefined;
    }
    this.#moved.add(statement);
    for (const declared of declaredIn(this.file, statement)) {
      if (declared.references.some(r => r.isWrite() && r.init !== true)) return `${declared.name} uses ${variable.name} and is assigned later, so it cannot be made anew with each server.`;
      const problem = this.#follow(declared);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #isCovered(node: TSESTree.Node): boolean {
    return [...this.#moved, ...this.#late].some(s => contains(s, node));
  }

  /** The statement of the nearest list that is looked at. */
  #statementOf(node: TSESTree.Node): TSESTree.Statement | undefined {
    let inner: TSESTree.Node = node;
    for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) {
      const around = n;
      if (this.#containers.some(c => c === around) && isStatement(inner, around)) return inner;
      inner = n;
    }
    return undefined;
  }

  /** Stands in the function that connects, and uses names of that function. */
  #needsPlace(statement: TSESTree.Statement): boolean {
    const [outer] = this.#containers;
    if (statement.parent === outer) return false;
    return this.file.scopes.scopes.some(scope =>
      scope.variables.some(v => {
        const definition = v.defs[0]?.node;
        return definition !== undefined && outer !== undefined && isLocalTo(definition, outer, statement) && v.references.some(r => contains(statement, r.identifier));
      }),
    );
  }

  /** Nothing but connecting and closing: that is about the process, not about the server. */
  #onlyHosts(statement: TSESTree.Statement): boolean {
    const uses = [...this.#tracked].flatMap(v => v.references.filter(r => r.init !== true && contains(statement, r.identifier)).map(r => ({ variable: v, identifier: r.identifier })));
    return uses.length > 0 && uses.every(u => u.variable === this.variable && u.identifier.type === 'Identifier' && callOn(u.identifier, /^(?:connect|close)$/) !== undefined);
  }
}

/** A local of a block around the statement, inside the outer block. */
function isLocalTo(definition: TSESTree.Node, outer: Block, statement: TSESTree.Statement): boolean {
  if (!contains(outer, definition) || contains(statement, definition)) return false;
  let block: TSESTree.Node | undefined = definition.parent;
  while (block && block.type !== 'BlockStatement' && block.type !== 'Program' && !isFunctionNode(block) && block.type !== 'ForOfStatement' && block.type !== 'CatchClause') block = block.parent;
  return block !== undefined && block !== outer && contains(block, statement);
}

/** The lists of statements on the way from the declaration to the places that connect. */
function containersBetween(block: Block, own: readonly TSESTree.Node[]): readonly Block[] {
  const found: Block[] = [block];
  for (const node of own) {
    for (let n: TSESTree.Node | undefined = node; n && n !== block; n = n.parent) if (n.type === 'BlockStatement' && contains(block, n) && !found.includes(n)) found.push(n);
  }
  return found;
}

/** `server.connect(...)`, `server.server.close()`. */
export function callOn(identifier: TSESTree.Node, names: RegExp): { readonly name: string; readonly node: TSESTree.CallExpression } | undefined {
  let object = outermostExpression(identifier);
  let member = object.parent;
  if (member?.type === 'MemberExpression' && member.object === object && memberName(member) === 'server') {
    object = outermostExpression(member);
    member = object.parent;
  }
  if (member?.type !== 'MemberExpression' || member.object !== object) return undefined;
  const name = memberName(member);
  const callee = outermostExpression(member);
  const call = callee.parent;
  return name !== undefined && names.test(name) && call?.type === 'CallExpression' && call.callee === callee ? { name, node: call } : undefined;
}

/** Through `!` and casts, not through `await`. */
function outermostExpression(node: TSESTree.Node): TSESTree.Node {
  let current = node;
  while (current.parent && /^TS(?:NonNull|As|Satisfies)Expression$/.test(current.parent.type)) current = current.parent;
  return current;
}

function isStatement(node: TSESTree.Node, block: TSESTree.Node | undefined): node is TSESTree.Statement {
  return block !== undefined && (block.type === 'Program' || block.type === 'BlockStatement') && block.body.some(s => s === node);
}

/** In a function inside of the statement: it runs later. */
function isInFunction(node: TSESTree.Node, statement: TSESTree.Node): boolean {
  for (let n = node.parent; n && n !== statement.parent; n = n.parent) if (isFunctionNode(n)) return true;
  return false;
}

/** Before there is a client: what it sends goes nowhere. */
function sendsAtOnce(statement: TSESTree.Statement, identifier: TSESTree.Identifier): boolean {
  return callOn(identifier, /^(?:sendLoggingMessage|notification)$/) !== undefined && !isInFunction(identifier, statement);
}

/** `process.on(...)`, routes, timers: what a process has once, however many servers it makes. */
function isProcessWide(statement: TSESTree.Statement, tracked: ReadonlySet<Variable>, file: SourceFile): boolean {
  if (statement.type !== 'ExpressionStatement') return false;
  let call: TSESTree.Node = statement.expression;
  if (call.type === 'AwaitExpression') call = call.argument;
  const root = rootOf(call);
  const variable = root?.type === 'Identifier' ? file.variableOf(root) : undefined;
  if (variable && tracked.has(variable)) return false;
  for (; call.type === 'CallExpression'; call = call.callee.type === 'MemberExpression' ? call.callee.object : call.callee) {
    if (TIMERS.test(dotted(call.callee))) return true;
    if (call.callee.type === 'MemberExpression' && PROCESS_WIDE.test(memberName(call.callee) ?? '') && call.arguments.some(a => containsFunction(a) || a.type === 'Identifier')) return true;
  }
  return false;
}

export function rootOf(node: TSESTree.Node): TSESTree.Node | undefined {
  let root: TSESTree.Node = node;
  while (root.type === 'MemberExpression' || root.type === 'CallExpression') root = root.type === 'MemberExpression' ? root.object : root.callee;
  return root;
}

function isFunctionStatement(statement: TSESTree.Statement): boolean {
  if (statement.type === 'FunctionDeclaration') return true;
  return statement.type === 'VariableDeclaration' && statement.declarations.every(d => d.init && isFunctionNode(d.init));
}

function containsFunction(node: TSESTree.Node): boolean {
  let found = false;
  walkTree(node, n => {
    if (isFunctionNode(n)) found = true;
    return !found;
  });
  return found;
}

function isExport(statement: TSESTree.Statement): boolean {
  return (statement.type === 'ExportNamedDeclaration' && !statement.declaration) || (statement.type === 'ExportDefaultDeclaration' && statement.declaration.type === 'Identifier');
}

function declaredIn(file: SourceFile, statement: TSESTree.Statement): readonly Variable[] {
  if (statement.type !== 'FunctionDeclaration' && statement.type !== 'VariableDeclaration') return [];
  return file.scopes.scopes.flatMap(scope => scope.variables.filter(v => v.defs.some(d => d.node === statement || (d.node.type === 'VariableDeclarator' && d.node.parent === statement))));
}

/** A return, break or continue that belongs to code around the statement. */
function leavesFunction(statement: TSESTree.Statement): boolean {
  let found = false;
  walkTree(statement, n => {
    if (isFunctionNode(n)) return false;
    if (n.type === 'ReturnStatement') found = true;
    return !found;
  });
  return found;
}

/** Waits itself, not in a function inside. */
export function awaits(node: TSESTree.Node): boolean {
  let found = false;
  walkTree(node, n => {
    if (isFunctionNode(n)) return false;
    if (n.type === 'AwaitExpression' || (n.type === 'ForOfStatement' && n.await)) found = true;
    return !found;
  });
  return found;
}

function byPlace(a: TSESTree.Node, b: TSESTree.Node): number {
  return a.range[0] - b.range[0];
}

export function lineOf({ text }: SourceFile, node: TSESTree.Node): number {
  return text.slice(0, node.range[0]).split('\n').length;
}

/** The statement that a call is, when it is nothing but a statement. */
export function statementOfCall(call: TSESTree.CallExpression): TSESTree.ExpressionStatement | undefined {
  let node = outermost(call);
  if (node.parent?.type === 'UnaryExpression' && node.parent.operator === 'void') node = node.parent;
  return node.parent?.type === 'ExpressionStatement' ? node.parent : undefined;
}

/** `await server.close();` among other statements. */
export function closingStatement(closer: TSESTree.CallExpression): TSESTree.Statement | undefined {
  const statement = statementOfCall(closer) ?? (closer.parent.type === 'AwaitExpression' && closer.parent.parent.type === 'ExpressionStatement' ? closer.parent.parent : undefined);
  return statement?.parent.type === 'BlockStatement' && statement.parent.body.length > 1 ? statement : undefined;
}

/** `server.server.getClientVersion()` at once, not in a handler. */
function readsHandshake(identifier: TSESTree.Identifier): boolean {
  if (!callOn(identifier, /^getClient(?:Version|Capabilities)$/)) return false;
  const around = enclosingFunction(identifier);
  return around === undefined || around.type === 'FunctionDeclaration';
}
