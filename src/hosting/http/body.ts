import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import { lineOf } from '../closure.js';
import { indexOf, memberName } from '../../mcp/file-index.js';
import { connectorOf, type Connector } from '../connector.js';
import { calledFunctions, isFresh } from '../fresh.js';
import { obstacle, type Obstacle } from '../obstacle.js';
import { lazySingleton } from '../singleton.js';
import { contains, statementAround } from '../../mcp/nodes.js';
import type { McpModel } from '../../mcp/model.js';
import { roleOf } from '../../mcp/roles.js';
import { isFunctionNode, type FunctionNode } from '../../mcp/values.js';
import type { SourceFile } from '../../parse/source.js';
import { some, type SessionNames } from './names.js';
import { feeding, holderOfSession, type Holder } from './opening.js';
import { Plumbing } from './plumbing.js';
import { parameterNames, servingCalls } from './routes.js';

/** What a handler of sessions consists of. */
export interface Body {
  /** What is rewritten: the body of the handler, or the branch of it that serves the address. */
  readonly block: TSESTree.Node;
  /** Values of the session that are read outside of it. */
  readonly aside?: readonly TSESTree.Statement[];
  /** Statements that stay, in front of the call that serves. */
  readonly keep: readonly TSESTree.Statement[];
  /** Answers of its own to GET, for people: they stay, for requests that do not ask for a stream. */
  readonly answers: readonly TSESTree.IfStatement[];
  /** Of those, what was asked when a session began. */
  readonly fed?: readonly TSESTree.Statement[];
  /** What went wrong in them was answered there. */
  readonly tried?: TSESTree.TryStatement;
  /** What was tried is served by the handler of the SDK now: errors that were caught here are told to it. */
  readonly caught?: TSESTree.TryStatement;
  /** The request of the web, of which request and response of Node were made for the transport. */
  readonly fetched?: TSESTree.Node;
  /** What the handler runs in. */
  readonly context?: ContextCall;
  /** The first statement that is about sessions. */
  readonly core?: TSESTree.Statement;
  /** `const server = getServer()` of a new session, and what sets it up. */
  readonly server?: ServerOfSession;
}

export interface ServerOfSession {
  readonly declarator: TSESTree.VariableDeclarator;
  /** What makes it, where it is declared or assigned, in this statement. */
  readonly made: TSESTree.Expression;
  readonly at: TSESTree.Node;
  readonly setup: readonly TSESTree.Statement[];
  /** In the statements: reads of the id of the session, of which what they say without one is left. */
  readonly defaulted?: readonly TSESTree.LogicalExpression[];
  /** What is declared is not the server itself but an object that holds it. */
  readonly holder?: Holder;
}

const REGISTERS = /^(?:(?:register)?(?:[tT]ool|[pP]rompt|[rR]esource)|setRequestHandler)$/;
const ANSWERS = /\.(?:handleRequest|handlePostMessage)\s*\(/;
const TRANSPORT = /#(?:Node)?StreamableHTTPServerTransport$|#WebStandardStreamableHTTPServerTransport$|#SSEServerTransport$/;
const CORE = /\.(?:handleRequest|handlePostMessage|connect)\s*\(|ServerTransport\s*\(/;

/** Tells what of a handler is about sessions and what is not. */
export function bodyOf(mcp: McpModel, file: SourceFile, names: SessionNames, fn: FunctionNode, ends = false): Body | Obstacle {
  if (fn.body.type !== 'BlockStatement') return { block: fn.body, keep: [], answers: [] };
  names.follow(fn);
  const [request = '', reply = ''] = parameterNames(fn);
  const plumbing = new Plumbing(names, file, [reply, 'response', 'res', 'reply'].filter(Boolean), [request, 'request', 'req'].filter(Boolean), ends);
  const server = serverOfSession(mcp, file, fn, names) ?? holderOfSession(mcp, file, fn, names);
  if (server && 'reason' in server) return server;
  for (const call of servingCalls(mcp, file, fn, /^handleRequest$/)) for (const wrap of wrapsOf(call)) plumbing.wraps.add(wrap);
  const contexts = servingCalls(mcp, file, fn, /^handleRequest$/).flatMap(c => contextOf(mcp, file, names, c) ?? []);
  for (const { call } of contexts) plumbing.wraps.add(call);
  const bridge = bridgeIn(file, fn);
  for (const call of bridge?.calls ?? []) plumbing.wraps.add(call);
  if (server) for (const n of [server.declarator, server.at]) plumbing.servers.add(n);
  for (const s of server?.setup ?? []) plumbing.servers.add(s);
  for (const { call } of connectorCalls(mcp, file, fn)) plumbing.wraps.add(call);
  const aside: TSESTree.Statement[] = [];
  const block = branchOf(file, names, fn.body, aside);
  const outer = flat(block.body, file);
  const fed = server ? feeding(file, names, server, outer) : [];
  for (const s of fed) plumbing.moved.add(s);
  const statements = flattened(block.body, plumbing, file);
  if ('reason' in statements) return statements;
  const keep: TSESTree.Statement[] = [];
  const answers: TSESTree.IfStatement[] = [];
  const last = statements.findLastIndex(s => ANSWERS.test(file.text.slice(...s.range)));
  let core: TSESTree.Statement | undefined;
  const cores = new Set<TSESTree.Statement>();
  for (const [i, statement] of statements.entries()) {
    const isCore = !setsCors(statement) && (CORE.test(file.text.slice(...statement.range)) || names.mentions(statement) || isAbout(file, statement, server) || (bridge !== undefined && contains(statement, bridge.declaration)));
    if (!isCore && (!core || setsCors(statement) || (i < last && setsOwnHeader(statement)) || isOfOthers(file, statement))) {
      keep.push(statement);
      continue;
    }
    core ??= statement;
    if (isCore) cores.add(statement);
    keep.push(...fed.filter(f => contains(statement, f)));
    if (fed.includes(statement)) continue;
    if (isAnswerToGet(file, statement) && !names.mentions(statement)) {
      answers.push(statement);
      continue;
    }
    const foreign = plumbing.foreign(statement);
    // It runs with every request, whether a session begins or goes on.
    if (foreign && !isCore && i < last) keep.push(statement);
    else if (foreign) return obstacle(`Line ${lineOf(file, foreign)} of ${file.path} does more than keep sessions: ${shortened(file, foreign)}. Decide when it should run.`, 'session-lifecycle');
  }
  const needed = [...contexts.flatMap(c => c.call.arguments.slice(0, -1)), ...answers, ...connected(file, fn), ...(server ? [server.made, ...server.setup] : []), ...servingCalls(mcp, file, fn, /^handleRequest$/).flatMap(c => [...c.arguments, ...wrapsOf(c).flatMap(w => w.arguments.filter(a => !contains(a, c)))])];
  // What those that stay are made of stays as well.
  for (let more = statements; more.length > 0; ) {
    more = statements.filter(s => s.type === 'VariableDeclaration' && !keep.includes(s) && !cores.has(s) && [...keep, ...contexts.flatMap(c => c.call.arguments.slice(0, -1).filter(a => !c.ids.includes(a)))].some(k => usesDeclared(file, s, k)));
    keep.push(...more);
    keep.sort((a, b) => a.range[0] - b.range[0]);
  }
  for (const s of keep.filter(k => isReadForSessions(file, k, [...needed, ...keep.filter(o => o !== k)]) && !plumbing.foreign(k))) keep.splice(keep.indexOf(s), 1);
  const loose = keep.find(s => usesWhatGoes(file, s, block, keep));
  if (loose) return obstacle(`Line ${lineOf(file, loose)} of ${file.path} uses what is made for the session. Decide when it should run.`, 'session-lifecycle');
  const nested = fed.filter(f => !outer.includes(f));
  const tried = nested.some(f => some(f, n => n.type === 'AwaitExpression' || n.type === 'CallExpression')) ? tryAround(nested, block) : undefined;
  const caught = block.body.find((s): s is TSESTree.TryStatement => s.type === 'TryStatement' && CORE.test(file.text.slice(...s.block.range)));
  return { block, keep, answers, ...(aside.length > 0 && { aside }), ...(nested.length > 0 && { fed: nested }), ...(tried && { tried }), ...(caught && { caught }), ...(contexts[0] && { context: contexts[0] }), ...(bridge && { fetched: bridge.request }), ...(core && { core }), ...(server && { server }) };
}

function usesDeclared(file: SourceFile, declaration: TSESTree.Statement, user: TSESTree.Node): boolean {
  return file.scopes.scopes.some(scope => scope.variables.some(v => v.defs.some(d => contains(declaration, d.name)) && v.references.some(r => contains(user, r.identifier))));
}

/** It uses a name that is declared in the block, in a statement that does not stay. */
function usesWhatGoes(file: SourceFile, statement: TSESTree.Statement, block: TSESTree.Node, keep: readonly TSESTree.Statement[]): boolean {
  return file.scopes.scopes.some(scope =>
    scope.variables.some(v => {
      const name = v.defs[0]?.name;
      return name !== undefined && contains(block, name) && !keep.some(k => contains(k, name)) && v.references.some(r => contains(statement, r.identifier));
    }),
  );
}

/** `if (req.method === 'GET') res.json(...)`, which is no refusal. */
function isAnswerToGet(file: SourceFile, statement: TSESTree.Statement): statement is TSESTree.IfStatement {
  if (statement.type !== 'IfStatement' || statement.alternate || statement.consequent.type !== 'BlockStatement' || CORE.test(file.text.slice(...statement.range))) return false;
  return /^[\w.]+\.method\s*===?\s*(['"])GET\1$/.test(file.text.slice(...statement.test.range)) && /\.(?:json|send|end)\s*\(/.test(file.text.slice(...statement.consequent.range)) && !/\b(?:4\d\d|5\d\d)\b/.test(file.text.slice(...statement.consequent.range));
}

/** `res.setHeader('Access-Control-Expose-Headers', 'mcp-session-id')`: what browsers may see is said for every request. */
function setsCors(statement: TSESTree.Statement): boolean {
  const call = statement.type === 'ExpressionStatement' ? statement.expression : undefined;
  if (call?.type !== 'CallExpression' || call.callee.type !== 'MemberExpression' || !/^(?:setHeader|set|header|append|appendHeader)$/.test(memberName(call.callee) ?? '')) return false;
  const [name] = call.arguments;
  return name?.type === 'Literal' && typeof name.value === 'string' && /^access-control-/i.test(name.value);
}

/** `res.setHeader('x-served-by', name)`, other than what a transport says of its answers. */
function setsOwnHeader(statement: TSESTree.Statement): boolean {
  const call = statement.type === 'ExpressionStatement' ? statement.expression : undefined;
  if (call?.type !== 'CallExpression' || call.callee.type !== 'MemberExpression' || !/^(?:setHeader|set|header)$/.test(memberName(call.callee) ?? '') || call.arguments.length !== 2) return false;
  const [name] = call.arguments;
  return name?.type === 'Literal' && typeof name.value === 'string' && !/^(?:mcp-|content-|cache-control$|connection$|x-accel-buffering$|allow$|transfer-encoding$|keep-alive$)/i.test(name.value);
}

/** `if (req.method === 'OPTIONS') ...`, `if (req.url === '/health') ...`: other requests, which are answered there. */
function isOfOthers(file: SourceFile, statement: TSESTree.Statement): boolean {
  return statement.type === 'IfStatement' && !statement.alternate && /(['"])OPTIONS\1|\.(?:url|path|pathname|originalUrl)\b/.test(file.text.slice(...statement.test.range));
}

function isAbout(file: SourceFile, statement: TSESTree.Statement, server: ServerOfSession | undefined): boolean {
  if (!server) return false;
  if (contains(statement, server.declarator) || contains(statement, server.at)) return true;
  const { id } = server.declarator;
  return id.type === 'Identifier' && (file.variableOf(id)?.references.some(r => contains(statement, r.identifier)) ?? false);
}

/** `if (url.pathname === '/mcp') { ... }`, `await inContext(values, async () => { ... })`, or a function in it that does all of it: the part that is about sessions. */
function branchOf(file: SourceFile, names: SessionNames, block: TSESTree.BlockStatement, aside: TSESTree.Statement[]): TSESTree.BlockStatement {
  const core = block.body.filter(s => CORE.test(file.text.slice(...s.range)) || names.mentions(s));
  const reads = core.filter(s => readsOnly(names, s));
  const [only, another] = core.filter(s => !reads.includes(s));
  if (!only || another) return block;
  const inside = wrappedBlock(names, only) ?? functionInside(file, only) ?? branchInside(file, names, only);
  if (!inside) return block;
  aside.push(...reads);
  return branchOf(file, names, inside, aside);
}

/** `const sessionId = c.req.header('mcp-session-id')`. */
function readsOnly(names: SessionNames, statement: TSESTree.Statement): boolean {
  return statement.type === 'VariableDeclaration' && statement.declarations.every(({ id, init }) => id.type === 'Identifier' && names.isName(id) && init !== null && !some(init, n => n.type === 'AwaitExpression' || n.type === 'NewExpression' || isFunctionNode(n)));
}

/** `const serve = async () => { ... }`, which the rest of the block calls. */
function functionInside(file: SourceFile, statement: TSESTree.Statement): TSESTree.BlockStatement | undefined {
  const declarator = statement.type === 'VariableDeclaration' && statement.declarations.length === 1 ? statement.declarations[0] : undefined;
  const fn = statement.type === 'FunctionDeclaration' ? statement : declarator?.init && isFunctionNode(declarator.init) ? declarator.init : undefined;
  const name = statement.type === 'FunctionDeclaration' ? statement.id : declarator?.id;
  if (!fn || fn.params.length > 0 || fn.body.type !== 'BlockStatement' || name?.type !== 'Identifier') return undefined;
  return file.variableOf(name)?.references.some(r => r.init !== true) ? fn.body : undefined;
}

function branchInside(file: SourceFile, names: SessionNames, statement: TSESTree.Statement): TSESTree.BlockStatement | undefined {
  if (statement.type !== 'IfStatement' || names.mentions(statement.test) || /\bmethod\b|isInitializeRequest/.test(file.text.slice(...statement.test.range))) return undefined;
  const [branch, other] = [statement.consequent, statement.alternate].filter(b => b !== null && (CORE.test(file.text.slice(...b.range)) || names.mentions(b)));
  return branch?.type === 'BlockStatement' && !other ? branch : undefined;
}

/** `return withCors(await transport.handleRequest(request))`: the calls around the answer. */
export function wrapsOf(serving: TSESTree.CallExpression): readonly TSESTree.CallExpression[] {
  return serving.arguments.length === 1 ? (callsAround(serving) ?? []) : [];
}

/** `await inContext(token, transport.sessionId, () => transport.handleRequest(req, res))`: it runs in a context, which stays around it. */
export interface ContextCall {
  readonly call: TSESTree.CallExpression;
  /** Arguments that said the id of the session: they say nothing now. */
  readonly ids: readonly TSESTree.Node[];
}

export function contextOf(mcp: McpModel, file: SourceFile, names: SessionNames, serving: TSESTree.CallExpression): ContextCall | undefined {
  const body = serving.parent.type === 'AwaitExpression' ? serving.parent : serving;
  const callback = body.parent;
  const call = callback.type === 'ArrowFunctionExpression' && callback.body === body && callback.params.length === 0 ? callback.parent : undefined;
  if (call?.type !== 'CallExpression' || call.arguments.at(-1) !== callback || names.mentions(call.callee)) return undefined;
  const statement = call.parent.type === 'AwaitExpression' ? call.parent.parent : call.parent;
  const ids = call.arguments.slice(0, -1).filter(a => names.mentions(a));
  if (!/^(?:ExpressionStatement|ReturnStatement)$/.test(statement.type) || !ids.every(id => names.isId(id) && mayBeMissing(mcp, file, call, call.arguments.indexOf(id)))) return undefined;
  return { call, ids };
}

interface Bridge {
  readonly declaration: TSESTree.VariableDeclaration;
  readonly request: TSESTree.Node;
  readonly calls: readonly TSESTree.CallExpression[];
}

/** `const { req, res } = toReqRes(c.req.raw)`, `return toFetchResponse(res)`: Node's request and response, made for the transport. */
function bridgeIn(file: SourceFile, fn: FunctionNode): Bridge | undefined {
  const named = (exported: string): readonly TSESTree.CallExpression[] => indexOf(file).calls.filter(c => contains(fn, c) && c.callee.type === 'Identifier' && importedAs(file, c.callee) === exported);
  const [made, another] = named('toReqRes');
  const [request] = made?.arguments ?? [];
  const declarator = made?.parent;
  if (!made || another || !request || declarator?.type !== 'VariableDeclarator' || declarator.parent.declarations.length > 1) return undefined;
  return { declaration: declarator.parent, request, calls: [made, ...named('toFetchResponse')] };
}

/** What a name is called in the package that makes requests of Node. */
function importedAs(file: SourceFile, name: TSESTree.Identifier): string | undefined {
  const definition = file.variableOf(name)?.defs[0];
  if (definition?.type !== 'ImportBinding' || definition.node.type !== 'ImportSpecifier' || definition.parent.type !== 'ImportDeclaration' || definition.parent.source.value !== 'fetch-to-node') return undefined;
  return definition.node.imported.type === 'Identifier' ? definition.node.imported.name : undefined;
}

/** The function that is called takes nothing in the place of this argument. */
function mayBeMissing(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression, index: number): boolean {
  const functions = calledFunctions(mcp, file, call);
  return functions.length > 0 && functions.every(({ file: home, node }) => {
    const parameter = node.params[index];
    if (parameter?.type === 'AssignmentPattern') return true;
    return parameter?.type === 'Identifier' && (parameter.optional || !parameter.typeAnnotation || /\bundefined\b/.test(home.text.slice(...parameter.typeAnnotation.range)));
  });
}

/** Up to the statement that returns; undefined where it is not only handed on. */
function callsAround(node: TSESTree.Node): readonly TSESTree.CallExpression[] | undefined {
  const { parent } = node;
  if (parent?.type === 'ReturnStatement') return [];
  if (parent?.type === 'AwaitExpression') return callsAround(parent);
  if (parent?.type !== 'CallExpression' || parent.callee === node) return undefined;
  const outer = callsAround(parent);
  return outer && [parent, ...outer];
}

/** The function that a call runs around all of it. */
function wrappedBlock(names: SessionNames, statement: TSESTree.Statement): TSESTree.BlockStatement | undefined {
  const value = statement.type === 'ExpressionStatement' ? statement.expression : statement.type === 'ReturnStatement' ? statement.argument : undefined;
  const call = value?.type === 'AwaitExpression' ? value.argument : value;
  if (call?.type !== 'CallExpression' || names.mentions(call.callee)) return undefined;
  const callback = call.arguments.at(-1);
  if (callback?.type !== 'ArrowFunctionExpression' || callback.params.length > 0 || callback.body.type !== 'BlockStatement') return undefined;
  return call.arguments.slice(0, -1).some(a => names.mentions(a)) ? undefined : callback.body;
}

/** `serverFor(tenant)` in `serverFor(tenant).connect(transport)`. */
function connected(file: SourceFile, fn: FunctionNode): readonly TSESTree.Node[] {
  return indexOf(file).calls.flatMap(({ callee }) => (callee.type === 'MemberExpression' && memberName(callee) === 'connect' && contains(fn, callee) ? [callee.object] : []));
}

/** `const token = c.get('token')`, which only code about sessions used. */
function isReadForSessions(file: SourceFile, statement: TSESTree.Statement, needed: readonly TSESTree.Node[]): boolean {
  if (statement.type !== 'VariableDeclaration') return false;
  return statement.declarations.every(({ id }) => {
    const uses = id.type === 'Identifier' ? (file.variableOf(id)?.references.filter(r => r.init !== true) ?? []) : [];
    return uses.length > 0 && !uses.some(u => needed.some(n => contains(n, u.identifier)));
  });
}

export interface ConnectorFound {
  readonly call: TSESTree.CallExpression;
  readonly connector: Connector | Obstacle;
  readonly transport: TSESTree.Node;
}

/** `await connect(backend, transport)`: a function that makes the server of the transport. */
export function connectorCalls(mcp: McpModel, file: SourceFile, within: TSESTree.Node): readonly ConnectorFound[] {
  return indexOf(file).calls.flatMap(call => {
    if (!contains(within, call)) return [];
    const transport = call.arguments.find(a => a.type === 'Identifier' && mcp.types(file, a).some(t => TRANSPORT.test(t.type)));
    const connector = transport && connectorOf(mcp, file, call, transport);
    return connector ? [{ call, connector, transport }] : [];
  });
}

function tryAround([first]: readonly TSESTree.Statement[], block: TSESTree.Node): TSESTree.TryStatement | undefined {
  for (let n = first?.parent; n && n !== block; n = n.parent) if (n.type === 'TryStatement' && n.handler && first && contains(n.block, first)) return n;
  return undefined;
}

/** The same statements, without a look at what stands around them. */
function flat(statements: readonly TSESTree.Statement[], file: SourceFile): readonly TSESTree.Statement[] {
  return statements.flatMap(s => (s.type === 'TryStatement' && CORE.test(file.text.slice(...s.block.range)) ? flat(s.block.body, file) : [s]));
}

/** `try { ... } catch { 500 }` around everything is what the SDK does itself. */
function flattened(statements: readonly TSESTree.Statement[], plumbing: Plumbing, file: SourceFile): readonly TSESTree.Statement[] | Obstacle {
  const found: TSESTree.Statement[] = [];
  for (const statement of statements) {
    if (statement.type !== 'TryStatement' || !CORE.test(file.text.slice(...statement.block.range))) {
      found.push(statement);
      continue;
    }
    for (const part of [statement.handler?.body, statement.finalizer]) {
      const foreign = part ? plumbing.foreign(part) : undefined;
      if (foreign) return obstacle(`Line ${lineOf(file, foreign)} of ${file.path} does more than refuse the request: ${shortened(file, foreign)}.`, 'session-lifecycle');
    }
    const inner = flattened(statement.block.body, plumbing, file);
    if ('reason' in inner) return inner;
    found.push(...inner);
  }
  return found;
}

function shortened(file: SourceFile, node: TSESTree.Node): string {
  const text = file.text.slice(...node.range).replace(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The server that the handler makes for a session, with the statements that set it up. */
export function serverOfSession(mcp: McpModel, file: SourceFile, fn: FunctionNode, names: SessionNames): ServerOfSession | Obstacle | undefined {
  const declarators = serverDeclarators(mcp, file, fn);
  const [declarator, another] = declarators;
  if (!declarator) return undefined;
  if (another) return obstacle(`${file.path} makes more than one server in a handler.`);
  const variable = declarator.id.type === 'Identifier' ? file.variableOf(declarator.id) : undefined;
  const making = declarator.init ? { made: declarator.init, at: declarator.parent } : variable && assignedOnce(variable);
  if (!making || (!isFresh(mcp, file, making.made, 0, 'called-for-each') && !lazySingleton(mcp, file, making.made))) return obstacle(`Line ${lineOf(file, declarator)} of ${file.path} takes a server that may be shared.`);
  if (!variable) return { declarator, ...making, setup: [] };
  const setup: TSESTree.Statement[] = [];
  const defaulted: TSESTree.LogicalExpression[] = [];
  for (const { identifier, init } of variable.references) {
    if (init === true) continue;
    const statement = statementAround(identifier);
    const registers = statement?.parent === making.at.parent && REGISTERS.test(memberOf(identifier));
    const reads = registers ? names.defaultedIn(statement) : [];
    if (registers && names.mentions(statement, reads)) return obstacle(`Line ${lineOf(file, statement)} of ${file.path} registers something that asks for the session. There is none any more: give it a handle of its own.`, 'session-lifecycle');
    if (!statement || statement.type !== 'ExpressionStatement' || names.mentions(statement, reads) || CORE.test(file.text.slice(...statement.range)) || /\.close\s*\(/.test(file.text.slice(...statement.range))) continue;
    if (statement !== making.at && statement.parent === making.at.parent && !setup.includes(statement)) {
      setup.push(statement);
      defaulted.push(...reads);
    }
  }
  return { declarator, ...making, setup, ...(defaulted.length > 0 && { defaulted }) };
}

/** `registerTool` in `server.registerTool(...)`. */
function memberOf({ parent }: TSESTree.Node): string {
  return parent?.type === 'MemberExpression' ? (memberName(parent) ?? '') : '';
}

/** `let server; try { server = createServer(); ... }`. */
function assignedOnce(variable: Variable): { readonly made: TSESTree.Expression; readonly at: TSESTree.Statement } | undefined {
  const [written, another] = variable.references.filter(r => r.isWrite());
  const assignment = written?.identifier.parent;
  if (another || assignment?.type !== 'AssignmentExpression' || assignment.operator !== '=' || assignment.parent.type !== 'ExpressionStatement') return undefined;
  return { made: assignment.right, at: assignment.parent };
}

function serverDeclarators(mcp: McpModel, file: SourceFile, fn: FunctionNode): readonly TSESTree.VariableDeclarator[] {
  const found: TSESTree.VariableDeclarator[] = [];
  for (const scope of file.scopes.scopes) {
    for (const variable of scope.variables) {
      const definition = variable.defs[0];
      if (definition?.node.type !== 'VariableDeclarator' || !contains(fn, definition.node) || definition.name.type !== 'Identifier') continue;
      if (definition.node.id.type === 'ArrayPattern' || !mcp.types(file, definition.name).some(t => roleOf(t.type) === 'server')) continue;
      found.push(definition.node);
    }
  }
  return found;
}

/** Names that are declared in the function and used in a node inside it, other than in these places of it. */
export function localsUsed(file: SourceFile, fn: FunctionNode, node: TSESTree.Node, except: readonly TSESTree.Node[] = []): readonly string[] {
  return file.scopes.scopes.flatMap(scope =>
    scope.variables.flatMap(v => {
      const definition = v.defs[0];
      const isLocal = definition !== undefined && contains(fn, definition.name) && !contains(node, definition.name);
      return isLocal && v.references.some(r => contains(node, r.identifier) && !except.some(e => contains(e, r.identifier))) ? [v.name] : [];
    }),
  );
}
