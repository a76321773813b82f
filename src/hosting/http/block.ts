import type { Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import type { Choices } from '../../choices.js';
import type { Finding } from '../../finding.js';
import { keyName, propertyValue } from '../../mcp/exports.js';
import { enclosingFunction, indexOf, innermost, memberName } from '../../mcp/file-index.js';
import type { Edit } from '../../edits/edit.js';
import { hasBlankAbove, reindented, withComments } from '../../edits/indent.js';
import { lineOf } from '../closure.js';
import { factoryOfConnector, needsSession } from '../connector.js';
import type { Draft } from '../draft.js';
import type { Factory } from '../factory.js';
import { factoryOfCall } from '../factory.js';
import { isFresh } from '../fresh.js';
import { isObstacle, obstacle, type HandleType, type Obstacle, type Origin } from '../obstacle.js';
import { originOf } from '../origin.js';
import { lazySingleton, makeAnew } from '../singleton.js';
import type { McpModel } from '../../mcp/model.js';
import { contains } from '../../mcp/nodes.js';
import { isFunctionNode, type FunctionNode } from '../../mcp/values.js';
import type { SourceFile } from '../../parse/source.js';
import { bodyOf, connectorCalls, localsUsed, type Body, type ConnectorFound, type ServerOfSession } from './body.js';
import { statusPageOf, type StatusPage } from './get-answer.js';
import { loneSse } from './lone-sse.js';
import { managersOf, storesOf, type SessionManager } from './managers.js';
import { SessionNames } from './names.js';
import { isSameName, openersOf, sseFunctionsOf, type Opener, type SseFunction } from './openers.js';
import { makeReadable, type Holder } from './opening.js';
import { isLogCall, REPLIES, REQUESTS } from './plumbing.js';
import { protectionOf, type Protection } from './protection.js';
import { functionAround, routesOf, servingCalls, type Route } from './routes.js';
import { sseBranches, type SseBranches } from './sse-branches.js';
import { isRefusal, isSameText, mayMatter, onlyRefuses, preparesStream } from './statements.js';

export interface BlockContext {
  readonly mcp: McpModel;
  readonly draft: Draft;
  readonly file: SourceFile;
  readonly findings: readonly Finding[];
  readonly keepSse: boolean;
  /** How clients of older revisions are served. */
  readonly legacy: Choices['legacy'];
}

/** One endpoint: the routes of one path that serve its sessions. */
export interface Endpoint {
  readonly main: Route;
  readonly others: readonly Route[];
  /** Where messages of HTTP+SSE went, when it was served alone. */
  readonly messages?: Route;
  /** The same in one function that gets all requests. */
  readonly branches?: SseBranches;
  readonly body: Body;
  /** Another function opened the sessions. */
  readonly opener?: Opener;
  /** The call that answers a message. */
  readonly serving: TSESTree.CallExpression;
  readonly json: boolean;
  /** What the transport got was the context of a host, with the request in it. */
  readonly takesContext?: boolean;
  /** A page for those who have no session. */
  readonly status?: StatusPage;
  /** What was told of errors of the transport. */
  readonly onerror?: ErrorListener;
  /** Host names that are allowed, when the transport was told to check them. */
  readonly protection?: Protection;
}

/** Everything in a file that hosts sessions over HTTP. */
export interface SessionBlock {
  readonly names: SessionNames;
  readonly endpoints: readonly Endpoint[];
  readonly sse: readonly Route[];
  /** Functions of HTTP+SSE that are no routes. */
  readonly apart?: readonly SseFunction[];
  readonly factory: Factory;
  readonly origin?: Origin;
  /** The factory uses what the handler finds out about the request. */
  readonly perRequest: boolean;
  readonly legacy: Choices['legacy'];
  /** Classes of the project that only kept these sessions. */
  readonly managers?: readonly SessionManager[];
  /** Transports that were made once, for everybody. */
  readonly lone: readonly TSESTree.VariableDeclarator[];
  /** Connections of the one server that there was. */
  readonly connects: readonly TSESTree.CallExpression[];
  /** What the factory is made of: the names in it stay in use. */
  readonly used: readonly TSESTree.Node[];
}

/** Who is told of errors: a function, or what was done where they were caught. */
export interface ErrorListener {
  readonly node: TSESTree.Expression;
  /** `error => `, in front of a log line. */
  readonly head: string;
  /** It says something that only the request knows. */
  readonly ofRequest?: boolean;
}

export const HANDLE: HandleType = { names: ['mcpHandler', 'sessionlessHandler'], type: { name: 'McpHttpHandler', module: '@modelcontextprotocol/server' } };

export function blockOf(context: BlockContext): SessionBlock | Obstacle {
  const { mcp, file } = context;
  const names = new SessionNames(mcp, file, context.findings);
  const managers = [...managersOf(mcp, file), ...storesOf(context.draft.project, file)];
  for (const { local } of managers) names.addKept(local);
  names.followGiven();
  const routes = routesOf(mcp, file);
  for (const { handler } of routes) if (handler.maker) names.follow(handler.maker);
  const lone = loneTransports(mcp, file);
  for (const { id } of lone) if (id.type === 'Identifier') names.add(id);
  const routed = routes.filter(r => servingCalls(mcp, file, r.handler.fn, /^handleRequest$/).length > 0);
  const serving = [...routed, ...functionsWithRequests(mcp, file, routed)];
  const openers = openersOf(mcp, file, serving);
  const streaming = serving.filter(r => !openers.some(o => o.route === r));
  const sse = context.keepSse ? [] : routes.filter(r => !streaming.includes(r) && isSse(mcp, file, r));
  const unreached = servingCalls(mcp, file, file.program, /^handleRequest$/).find(c => !serving.some(r => contains(r.handler.fn, c)));
  if (unreached) return obstacle(`${file.path}:${lineOf(file, unreached)} answers a request in code that did not get it as a parameter. Call createMcpHandler(...) where the requests come in.`);
  const branches = streaming.length === 0 && sse.length === 0 && !context.keepSse ? sseBranches(mcp, file, names) : undefined;
  if (branches) return isObstacle(branches) ? branches : blockOfBranches(context, names, branches);
  if (streaming.length === 0 && sse.length === 0) return obstacle(`No route of ${file.path} hands requests to the transport. Call createMcpHandler(...) where the requests come in.`);
  const apart = context.keepSse ? [] : sseFunctionsOf(mcp, file, [...serving, ...sse]);
  const unserved = context.keepSse ? undefined : sseCalls(mcp, file).find(c => ![...serving, ...sse].some(r => contains(r.handler.fn, c)) && !apart.some(a => contains(a.fn, c)) && (c.type === 'NewExpression' || names.mentions(enclosingFunction(c) ?? file.program)));
  if (unserved) return obstacle(`${file.path}:${lineOf(file, unserved)} takes messages of HTTP+SSE in code that is no route of the file. Take HTTP+SSE out, or keep it with --legacy sse.`);
  const endpoints: Endpoint[] = [];
  const paths = [...new Set(streaming.map(r => r.path))];
  for (const path of paths) {
    const endpoint = endpointOf(context, names, [...routes, ...streaming.filter(r => !r.call)].filter(r => r.path === path), streaming, openers);
    if (isObstacle(endpoint)) return endpoint;
    endpoints.push(endpoint);
  }
  if (endpoints.length === 0) return blockOfSse(context, names, sse);
  for (const route of sse) {
    const body = bodyOf(mcp, file, names, route.handler.fn);
    if (isObstacle(body)) return body;
    const kept = body.keep.find(s => mayMatter(file, s) && !preparesStream(file, s, route));
    if (kept) return obstacle(`Line ${lineOf(file, kept)} of ${file.path} does something of its own on the HTTP+SSE route.`, 'sse-url');
  }
  for (const { fn } of apart) {
    const body = bodyOf(mcp, file, names, fn);
    if (isObstacle(body)) return body;
    const kept = body.keep.find(s => mayMatter(file, s) && !preparesStream(file, s, { handler: { fn } }));
    if (kept) return obstacle(`Line ${lineOf(file, kept)} of ${file.path} does something of its own where HTTP+SSE is served.`, 'sse-url');
  }
  const made = serverOf(context, names, endpoints, [...sse.map(r => r.handler.fn), ...apart.map(a => a.fn), ...openers.map(o => o.fn)]);
  return isObstacle(made) ? made : { names, endpoints, sse, apart, legacy: context.legacy, lone, managers, ...made };
}

function blockOfSse(context: BlockContext, names: SessionNames, sse: readonly Route[]): SessionBlock | Obstacle {
  const lone = loneSse(context.mcp, context.file, names, sse);
  if (isObstacle(lone)) return lone;
  const protection = protectionOfSse(context, lone.main);
  if (protection && isObstacle(protection)) return protection;
  const endpoint: Endpoint = { ...lone, others: [], json: false, ...(protection && { protection }) };
  const made = serverOf(context, names, [endpoint], []);
  if (isObstacle(made)) return made;
  if (made.perRequest) return obstacle(`The server of a session is made from the request that opened it, in ${context.file.path}.`, 'session-lifecycle');
  return { names, endpoints: [endpoint], sse: [lone.messages], legacy: context.legacy, lone: [], ...made };
}

function blockOfBranches(context: BlockContext, names: SessionNames, branches: SseBranches): SessionBlock | Obstacle {
  const protection = protectionOfSse(context, branches.main);
  if (protection) return isObstacle(protection) ? protection : obstacle(`${context.file.path} lets the transport check hosts. Use the checks of the adapter for its host.`);
  const endpoint: Endpoint = { ...branches, branches, others: [], json: false };
  const made = serverOf(context, names, [endpoint], []);
  if (isObstacle(made)) return made;
  if (made.perRequest) return obstacle(`The server of a session is made from the request that opened it, in ${context.file.path}.`, 'session-lifecycle');
  return { names, endpoints: [endpoint], sse: [], legacy: context.legacy, lone: [], ...made };
}

/** `const transport = new ...`, which is made and connected at the start and answers everybody. */
function loneTransports(mcp: McpModel, file: SourceFile): readonly TSESTree.VariableDeclarator[] {
  const found = new Set<TSESTree.VariableDeclarator>();
  for (const call of servingCalls(mcp, file, file.program, /^handleRequest$/)) {
    const receiver = call.callee.type === 'MemberExpression' ? innermost(call.callee.object) : undefined;
    const declared = receiver?.type === 'Identifier' ? file.variableOf(receiver)?.defs[0]?.node : undefined;
    if (declared?.type !== 'VariableDeclarator' || declared.init?.type !== 'NewExpression' || enclosingFunction(declared) === enclosingFunction(call)) continue;
    if (/StreamableHTTPServerTransport$/.test(mcp.constructed(file, declared.init)?.type ?? '')) found.add(declared);
  }
  return [...found];
}

/** Functions that get the request from code that is not a route of this file. */
function functionsWithRequests(mcp: McpModel, file: SourceFile, routed: readonly Route[]): readonly Route[] {
  const found: Route[] = [];
  for (const call of servingCalls(mcp, file, file.program, /^handleRequest$/)) {
    if (routed.some(r => contains(r.handler.fn, call)) || found.some(r => contains(r.handler.fn, call))) continue;
    const handler = functionAround(call);
    if (handler) found.push({ method: 'all', path: `(${handler.name ?? ''}@${handler.fn.range[0]})`, handler });
  }
  return found;
}

/** Where messages of HTTP+SSE are taken, and where their streams are opened. */
function sseCalls(mcp: McpModel, file: SourceFile): readonly TSESTree.Node[] {
  const opened = indexOf(file).news.filter(n => /SSEServerTransport$/.test(mcp.constructed(file, n)?.type ?? ''));
  // A helper of a handler goes with it.
  return [...servingCalls(mcp, file, file.program, /^handlePostMessage$/), ...opened.filter(n => isAnswered(n))];
}

/** In a function that is given the request itself. */
function isAnswered(node: TSESTree.Node): boolean {
  const fn = enclosingFunction(node);
  return isFunctionNode(fn) && fn.params.some(p => p.type === 'Identifier' && REQUESTS.includes(p.name)) && fn.params.some(p => p.type === 'Identifier' && REPLIES.includes(p.name));
}

function isSse(mcp: McpModel, file: SourceFile, route: Route): boolean {
  const { fn } = route.handler;
  if (servingCalls(mcp, file, fn, /^handlePostMessage$/).length > 0) return true;
  return indexOf(file).news.some(n => contains(fn, n) && /SSEServerTransport$/.test(mcp.constructed(file, n)?.type ?? ''));
}

function endpointOf(context: BlockContext, names: SessionNames, routes: readonly Route[], streaming: readonly Route[], openers: readonly Opener[]): Endpoint | Obstacle {
  const { mcp, file } = context;
  const main = routes.find(r => streaming.includes(r) && /^(?:post|all|use)$/.test(r.method));
  if (!main) return obstacle(`${file.path} has no route that takes messages at ${routes[0]?.path ?? 'this path'}.`);
  if (main.method === 'use' && routes.length > 1) return obstacle(`${file.path} serves the transport under a prefix.`);
  const twin = routes.find(r => r !== main && r.method === 'post' && r.handler.fn !== main.handler.fn);
  if (twin) return obstacle(`${file.path} has two handlers that take messages at ${main.path}.`);
  const calls = servingCalls(mcp, file, main.handler.fn, /^handleRequest$/);
  const serving = calls.find(c => c.arguments.length > 2) ?? calls[0];
  if (!serving) return obstacle('Nothing answers messages.');
  const opener = openers.find(o => o.caller === main.handler.fn);
  const opened = opener && openedBy(context, names, opener);
  if (opened && isObstacle(opened)) return opened;
  const served = bodyOf(mcp, file, names, main.handler.fn);
  if (isObstacle(served)) return served;
  const body = opened && !served.server ? { ...served, ...opened } : served;
  const others = routes.filter(r => r !== main && r.call && (/^(?:get|delete|put|all)$/.test(r.method) || r.handler.fn === main.handler.fn));
  let status: StatusPage | undefined;
  for (const route of others) {
    if (route.handler.fn !== main.handler.fn) names.follow(route.handler.fn);
    const page = route.handler.fn === main.handler.fn ? undefined : statusPageOf(names, file, route);
    status ??= page;
    if (page) continue;
    if (route.handler.fn === main.handler.fn || (!streaming.includes(route) && onlyRefuses(file, route))) continue;
    const other = bodyOf(mcp, file, names, route.handler.fn, route.method === 'delete');
    if (isObstacle(other)) return other;
    const kept = other.keep.find(s => mayMatter(file, s) && !preparesStream(file, s, route) && !(isRefusal(file, s) && !streaming.includes(route)) && !body.keep.some(k => isSameText(file, k, s)));
    if (kept) return obstacle(`Line ${lineOf(file, kept)} of ${file.path} does something of its own for ${route.method.toUpperCase()} requests. Move it to another route.`, 'session-lifecycle');
  }
  const options = transportOptions(mcp, file, main, opener, loneTransports(mcp, file));
  if (isObstacle(options)) return options;
  const onerror = errorListener(names, file, main) ?? caughtLog(file, main, served) ?? (opener && body.caught ? caughtLog(file, opener.route, body) : undefined);
  return { main, others, body, ...(opener && { opener }), serving, takesContext: takesContext(mcp, file, serving), ...options, ...(onerror && { onerror }), ...(status && { status }) };
}

/** What a function that opens sessions does for that, where it does nothing else. */
function openedBy({ mcp, file }: BlockContext, names: SessionNames, { fn }: Opener): Pick<Body, 'server' | 'caught'> | Obstacle {
  const body = bodyOf(mcp, file, names, fn);
  if (isObstacle(body)) return body;
  const kept = body.keep.find(s => mayMatter(file, s)) ?? body.answers[0];
  if (kept) return obstacle(`Line ${lineOf(file, kept)} of ${file.path} does something of its own when a session is opened.`, 'session-lifecycle');
  return { ...(body.server && { server: body.server }), ...(body.caught && { caught: body.caught }) };
}

/** `transport.handleRequest(c)` of Hono's own transport. */
function takesContext(mcp: McpModel, file: SourceFile, { callee }: TSESTree.CallExpression): boolean {
  const types = callee.type === 'MemberExpression' ? mcp.types(file, callee.object) : [];
  return types.some(t => /#StreamableHTTPTransport$/.test(t.type));
}

/** `transport.onerror = error => ...`, when it needs nothing of the session. */
function errorListener(names: SessionNames, file: SourceFile, { handler: { fn } }: Route): ErrorListener | undefined {
  for (const member of indexOf(file).members.get('onerror') ?? []) {
    const { parent } = member;
    if (parent.type !== 'AssignmentExpression' || parent.left !== member || !contains(fn, member) || !names.isRootedIn(member.object)) continue;
    if (!names.mentions(parent.right) && localsUsed(file, fn, parent.right).length === 0) return { node: parent.right, head: '' };
  }
  return undefined;
}

/** `catch (error) { log.error('Could not serve', error); res.status(500)... }`: the line that tells of the error, where it needs nothing else. */
function caughtLog(file: SourceFile, { handler: { fn } }: Route, { tried, caught, keep }: Body): ErrorListener | undefined {
  const handler = tried ? undefined : caught?.handler;
  if (!handler) return undefined;
  const { param } = handler;
  if (param && param.type !== 'Identifier') return undefined;
  const [first] = handler.body.body;
  const call = first?.type === 'ExpressionStatement' ? first.expression : undefined;
  if (call?.type !== 'CallExpression' || !isLogCall(call)) return undefined;
  const locals = localsUsed(file, fn, call).filter(name => name !== param?.name);
  if (locals.some(name => !keep.some(k => k.type === 'VariableDeclaration' && file.scopes.scopes.some(scope => scope.variables.some(v => v.name === name && v.defs.some(d => contains(k, d.name))))))) return undefined;
  return { node: call, head: param ? `${param.name} => ` : '() => ', ...(locals.length > 0 && { ofRequest: true }) };
}

interface Options {
  readonly json: boolean;
  readonly protection?: Protection;
}

function transportOptions(mcp: McpModel, file: SourceFile, route: Route, opener: Opener | undefined, lone: readonly TSESTree.VariableDeclarator[]): Options | Obstacle {
  let json = false;
  let protection: Protection | undefined;
  for (const made of indexOf(file).news) {
    const isOpened = opener !== undefined && contains(opener.fn, made);
    if (!(contains(route.handler.fn, made) || isOpened || lone.some(l => l.init === made)) || !/StreamableHTTPServerTransport$/.test(mcp.constructed(file, made)?.type ?? '')) continue;
    const [options] = made.arguments;
    if (!options) continue;
    if (options.type !== 'ObjectExpression') return obstacle(`The options of the transport at ${file.path}:${lineOf(file, made)} are not written out there.`);
    const answer = propertyValue(options, 'enableJsonResponse');
    if (answer && answer.type !== 'Literal') return obstacle(`Whether responses are JSON is decided at run time at ${file.path}:${lineOf(file, answer)}. Give it to responseMode.`);
    if (answer?.type === 'Literal' && answer.value === true) json = true;
    const found = protectionOf(mcp, file, isOpened ? opener.fn : route.handler.fn, options);
    if (found && isObstacle(found)) return found;
    protection = found ?? protection;
  }
  if (protection && !isGuardable(file, route)) return obstacle(`${file.path} lets the transport check hosts. Use the checks of the adapter for its host.`);
  return { json, ...(protection && { protection }) };
}

/** `new SSEServerTransport('/messages', res, { enableDnsRebindingProtection, allowedHosts })`. */
function protectionOfSse({ mcp, file }: BlockContext, { handler: { fn } }: Route): Protection | Obstacle | undefined {
  const made = indexOf(file).news.find(n => contains(fn, n) && /SSEServerTransport$/.test(mcp.constructed(file, n)?.type ?? ''));
  const options = made?.arguments[2];
  if (!options) return undefined;
  if (options.type !== 'ObjectExpression') return obstacle(`The options of the transport at ${file.path}:${lineOf(file, options)} are not written out there.`);
  const found = protectionOf(mcp, file, fn, options);
  return found && !isObstacle(found) && !/\bexpress\b/.test(file.text) ? obstacle(`${file.path} lets the transport check hosts. Use the checks of the adapter for its host.`) : found;
}

/** Checks can stand in front of the route, or in a function that gets request and response of Node. */
function isGuardable(file: SourceFile, { call, handler: { fn } }: Route): boolean {
  if (call) return /\bexpress\b/.test(file.text);
  const [request, reply] = fn.params;
  return fn.body.type === 'BlockStatement' && request?.type === 'Identifier' && reply?.type === 'Identifier' && !file.text.slice(...fn.body.range).includes(`${request.name}.raw`);
}

type Made = Pick<SessionBlock, 'factory' | 'perRequest' | 'origin' | 'used' | 'connects'>;

/** How the server of a session was made: in the handler, or somewhere else for all of them. */
function serverOf(context: BlockContext, names: SessionNames, endpoints: readonly Endpoint[], more: readonly FunctionNode[]): Made | Obstacle {
  const { mcp, file, draft } = context;
  const handlers = [...[...endpoints.map(e => e.main), ...endpoints.flatMap(e => e.others)].map(r => r.handler.fn), ...more];
  const helped = helperConnects(context, handlers);
  const connects = [...connectsOf(mcp, file).filter(c => handlers.some(h => contains(h, c)) || c.arguments.some(a => isLoneName(context, a))), ...helped.flatMap(h => h.calls)];
  const first = endpoints.find(e => e.body.server) ?? endpoints.find(e => connects.some(c => contains(e.main.handler.fn, c))) ?? endpoints[0];
  const repaired = repairSingletons(context, handlers, connects);
  if (repaired) return repaired;
  if (first?.body.server) return madeInHandler(context, first, names);
  const byConnector = connects.length === 0 && first ? madeByConnector(context, first, handlers) : undefined;
  if (byConnector) return byConnector;
  const own = connects.filter(c => first && contains(first.main.handler.fn, c));
  const [connect] = own.length > 0 ? own : connects.filter(c => c.arguments.some(a => names.isName(a)));
  if (!connect || connect.callee.type !== 'MemberExpression') return obstacle(`${file.path} connects the server of a session outside of the handler. Give the function that makes it to createMcpHandler.`);
  const receiver = innermost(connect.callee.object);
  if (receiver.type === 'CallExpression' && (isFresh(mcp, file, receiver, 0, 'called-for-each') || lazySingleton(mcp, file, receiver))) {
    if (first && localsUsed(file, first.main.handler.fn, receiver).length > 0) return perRequest(context, first, receiver);
    return { factory: factoryOfCall(mcp, file, connect.callee.object), perRequest: false, used: [connect.callee.object], connects: [] };
  }
  if (receiver.type === 'CallExpression' && receiver.arguments.some(a => names.mentions(a))) return obstacle(`Line ${lineOf(file, receiver)} of ${file.path} asks for the server by the id of the session. Decide what of it belongs to the caller.`, 'session-lifecycle');
  if (helped.some(h => h.variable !== variableAt(file, receiver))) return obstacle(`${file.path} connects different servers to its transports.`);
  const origin = originOf({ mcp, draft, handle: HANDLE, oneAtATime: false }, file, connect.callee.object, connects);
  return isObstacle(origin) ? origin : { factory: origin.factory, origin, perRequest: false, used: [], connects };
}

/** `connect(backend, transport)`, a function of the project that makes the server: the part of it that does. */
function madeByConnector(context: BlockContext, endpoint: Endpoint, handlers: readonly FunctionNode[]): Made | Obstacle | undefined {
  const { mcp, file } = context;
  const { fn } = endpoint.main.handler;
  const calls = handlers.flatMap(h => connectorCalls(mcp, file, h));
  const chosen = calls.find(c => contains(fn, c.call)) ?? calls[0];
  if (!chosen) return undefined;
  const { call, connector } = chosen;
  if (isObstacle(connector)) return connector;
  const waits = needsSession(mcp, connector);
  if (waits) return waits;
  const given = (c: ConnectorFound): readonly TSESTree.CallExpressionArgument[] => c.call.arguments.filter(a => a !== c.transport);
  const textOf = (c: ConnectorFound): string => given(c).map(a => file.text.slice(...a.range)).join(', ');
  const other = calls.find(c => textOf(c) !== textOf(chosen));
  if (other) return obstacle(`${file.path} connects different servers at lines ${lineOf(file, call)} and ${lineOf(file, other.call)}.`);
  const args = given(chosen);
  const locals = args.flatMap(a => localsUsed(file, fn, a));
  const kept = locals.length > 0 ? keptWithSession(file, endpoint, args) : undefined;
  if (kept) return kept;
  const factory = factoryOfConnector(context, { connector, call, args: args.map(a => file.text.slice(...a.range)), isOwn: n => context.legacy !== 'sessions' && handlers.some(h => contains(h, n)) });
  return { factory, perRequest: locals.length > 0, used: [...args, ...(call.callee.type === 'MemberExpression' ? [call.callee.object] : [])], connects: [] };
}

interface HelperConnect {
  /** The server that handlers give to the helper. */
  readonly variable: Variable;
  readonly calls: readonly TSESTree.CallExpression[];
}

/** `const transport = await connected(server, res)`: a function that only handlers call, and that connects what it is given. */
function helperConnects({ mcp, file }: BlockContext, handlers: readonly TSESTree.Node[]): readonly HelperConnect[] {
  return connectsOf(mcp, file).flatMap(connect => {
    const receiver = connect.callee.type === 'MemberExpression' ? innermost(connect.callee.object) : undefined;
    const definition = receiver?.type === 'Identifier' ? file.variableOf(receiver)?.defs[0] : undefined;
    if (definition?.type !== 'Parameter' || !isFunctionNode(definition.node) || handlers.some(h => contains(h, connect))) return [];
    const fn = definition.node;
    const index = fn.params.findIndex(p => p === definition.name);
    const uses = mcp.infer.references.ofFunction(file, fn).filter(p => p.node !== fn);
    const calls = uses.flatMap(({ node }) => (node.parent.type === 'CallExpression' && node.parent.callee === node ? [node.parent] : []));
    if (index < 0 || calls.length !== uses.length || !uses.every(u => u.file === file && handlers.some(h => contains(h, u.node)))) return [];
    return calls.flatMap(call => {
      const variable = variableAt(file, call.arguments[index]);
      return variable ? [{ variable, calls: [call, connect] }] : [];
    });
  });
}

function variableAt(file: SourceFile, node: TSESTree.Node | undefined): Variable | undefined {
  const inner = node && innermost(node);
  return inner?.type === 'Identifier' ? file.variableOf(inner) : undefined;
}

function isLoneName({ mcp, file }: BlockContext, node: TSESTree.Node): boolean {
  const declared = node.type === 'Identifier' ? file.variableOf(node)?.defs[0]?.node : undefined;
  return loneTransports(mcp, file).some(l => l === declared);
}

/** A function that gave all sessions the same server gives each request its own. */
function repairSingletons({ mcp, file, draft }: BlockContext, handlers: readonly TSESTree.Node[], connects: readonly TSESTree.CallExpression[]): Obstacle | undefined {
  const done = new Set<TSESTree.Node>();
  for (const connect of connects) {
    if (connect.callee.type !== 'MemberExpression') continue;
    const receiver = innermost(connect.callee.object);
    const declared = receiver.type === 'Identifier' ? file.variableOf(receiver)?.defs[0]?.node : undefined;
    const init = declared?.type === 'VariableDeclarator' ? declared.init : receiver;
    const single = init && !isFresh(mcp, file, init, 0, 'called-for-each') ? lazySingleton(mcp, file, init) : undefined;
    if (!single || done.has(single.fn)) continue;
    done.add(single.fn);
    const problem = makeAnew(mcp, draft, single, (f, n) => f === file && handlers.some(h => contains(h, n)));
    if (problem) return problem;
  }
  return undefined;
}

function connectsOf(mcp: McpModel, file: SourceFile): readonly TSESTree.CallExpression[] {
  return indexOf(file).calls.filter(c => {
    const callee = innermost(c.callee);
    return callee.type === 'MemberExpression' && memberName(callee) === 'connect' && mcp.member(file, callee) !== undefined;
  });
}

function perRequest({ mcp, file }: BlockContext, endpoint: Endpoint, init: TSESTree.Expression): Made | Obstacle {
  return keptWithSession(file, endpoint, [init]) ?? { factory: factoryOfCall(mcp, file, init), perRequest: true, used: [init], connects: [] };
}

/** A value that would not be there without the session. */
function keptWithSession(file: SourceFile, endpoint: Endpoint, nodes: readonly TSESTree.Node[], except: readonly TSESTree.Node[] = []): Obstacle | undefined {
  const own = endpoint.body.server ? nameOf(endpoint.body.server.declarator) : '';
  const kept = endpoint.body.keep;
  const missing = file.scopes.scopes.flatMap(s => s.variables).find(v => {
    const definition = v.defs[0];
    return definition !== undefined && contains(endpoint.body.block, definition.name) && definition.type !== 'Parameter' && !nodes.some(n => contains(n, definition.name)) && v.name !== own && v.references.some(r => nodes.some(n => contains(n, r.identifier)) && !except.some(e => contains(e, r.identifier))) && !kept.some(s => contains(s, definition.name));
  });
  return missing && obstacle(`The server of a session is made with ${missing.name}, which ${file.path} keeps with the session.`, 'session-lifecycle');
}

function madeInHandler(context: BlockContext, endpoint: Endpoint, names: SessionNames): Made | Obstacle {
  const { mcp, file, draft } = context;
  const server = endpoint.body.server;
  const init = server?.made;
  if (!server || !init) return obstacle('The server of a session is not understood.');
  const { opener } = endpoint;
  const fn = opener && contains(opener.fn, init) ? opener.fn : endpoint.main.handler.fn;
  const nodes = [init, ...server.setup];
  const { defaulted = [] } = server;
  if (nodes.some(n => names.mentions(n, defaulted))) return obstacle(`The server of a session is made with the session at ${file.path}:${lineOf(file, init)}.`, 'session-lifecycle');
  const locals = nodes.flatMap(n => localsUsed(file, fn, n, defaulted)).filter(n => n !== nameOf(server.declarator));
  const unknown = opener && locals.find(name => !isSameName(opener, name));
  if (unknown !== undefined) return obstacle(`The server of a session is made with ${unknown}, which only the function at ${file.path}:${lineOf(file, fn)} knows.`, 'session-lifecycle');
  const isPattern = server.declarator.id.type !== 'Identifier';
  if (server.setup.length === 0 && !isPattern) {
    const made = locals.length > 0 ? perRequest(context, endpoint, init) : { factory: factoryOfCall(mcp, file, init), perRequest: false, used: [init], connects: [] };
    if (!server.holder || isObstacle(made)) return made;
    makeReadable(draft, server.holder);
    return { ...made, factory: takenFrom(made.factory, server.holder) };
  }
  if (locals.length > 0 && isPattern) return obstacle(`What sets up the server at ${file.path}:${lineOf(file, init)} depends on the request.`);
  if (isPattern) return patternFactory(context, server.declarator);
  for (const read of defaulted) names.defaulted.add(read);
  return keptWithSession(file, endpoint, nodes, defaulted) ?? { factory: setupFactory(draft, file, server), perRequest: locals.length > 0, used: nodes, connects: [] };
}

/** The server in an object that was made for it. */
function takenFrom({ call, isAsync }: Factory, { access }: Holder): Factory {
  const expression = `${isAsync ? 'async ' : ''}() => ${isAsync ? `(await ${call})` : /^new\b/.test(call) && !call.endsWith(')') ? `(${call})` : call}${access}`;
  return { expression, call: isAsync ? `${call}.then(made => made${access})` : expression.slice('() => '.length), isAsync };
}

function nameOf({ id }: TSESTree.VariableDeclarator): string {
  return id.type === 'Identifier' ? id.name : '';
}

/** `const { server, cleanup } = createServer()`. */
function patternFactory({ mcp, file, draft }: BlockContext, { id, init }: TSESTree.VariableDeclarator): Made | Obstacle {
  if (id.type !== 'ObjectPattern' || !init) return obstacle('The server of a session is taken out of something that is not understood.');
  const { eol, indent, semicolon } = draft.of(file).editor.style;
  const made = factoryOfCall(mcp, file, init);
  const awaited = made.isAsync ? `await ${made.call}` : made.call;
  const [first, second, third] = id.properties;
  const server = id.properties.find(p => p.type === 'Property' && p.value.type === 'Identifier' && mcp.types(file, p.value).some(t => /#(?:Mcp)?Server$/.test(t.type)));
  if (server?.type !== 'Property' || server.value.type !== 'Identifier' || !first || third) return obstacle('What is made together with the server of a session is not understood.', 'session-lifecycle');
  const async = made.isAsync ? 'async ' : '';
  if (!second) return { factory: { expression: `${async}() => ${made.isAsync ? `(${awaited})` : made.call}.${keyName(server.key) ?? 'server'}`, call: '', isAsync: made.isAsync }, perRequest: false, used: [init], connects: [] };
  const other = first === server ? second : first;
  if (other.type !== 'Property' || other.value.type !== 'Identifier') return obstacle('What is made together with the server of a session is not understood.', 'session-lifecycle');
  const isHigh = mcp.types(file, server.value).some(t => t.type.endsWith('#McpServer'));
  const lines = [`const ${file.text.slice(...id.range)} = ${awaited}`, `${server.value.name}${isHigh ? '.server' : ''}.onclose = () => ${other.value.name}()`, `return ${server.value.name}`];
  return { factory: { expression: `${async}() => {${eol}${lines.map(l => indent + l + semicolon + eol).join('')}}`, call: '', isAsync: made.isAsync }, perRequest: false, used: [init], connects: [] };
}

/** The statements that make a server, as a function. */
function setupFactory(draft: Draft, file: SourceFile, { declarator, made, at, setup, defaulted }: ServerOfSession): Factory {
  const { editor } = draft.of(file);
  const { eol, indent, semicolon } = editor.style;
  const isAsync = [made, ...setup].some(s => /\bawait\b/.test(editor.text(s)));
  const declared = at === declarator.parent ? reindented(file, at.range, indent) : `const ${nameOf(declarator)} = ${reindented(file, made.range, indent)}${semicolon}`;
  const lines = [declared, ...setup.map(s => reindented(file, withComments(file, s), indent, editsOfDefaults(file, defaulted)))].map((s, i) => `${i > 0 && isApart(file, setup[i - 1]) ? eol : ''}${indent}${s}${eol}`);
  return { expression: `${isAsync ? 'async ' : ''}() => {${eol}${lines.join('')}${indent}return ${nameOf(declarator)}${semicolon}${eol}}`, call: '', isAsync };
}

function isApart(file: SourceFile, statement: TSESTree.Statement | undefined): boolean {
  return statement !== undefined && hasBlankAbove(file, withComments(file, statement)[0]);
}

/** `transport.sessionId ?? 'none'` says `'none'`. */
export function editsOfDefaults(file: SourceFile, defaulted: ServerOfSession['defaulted'] = []): readonly Edit[] {
  return defaulted.map(({ range, right, parent }) => {
    if (parent.type !== 'TemplateLiteral' || right.type !== 'Literal' || typeof right.value !== 'string' || /[`$\\]/.test(right.value)) return { range, text: file.text.slice(...right.range) };
    return { range: [file.text.lastIndexOf('${', range[0]), file.text.indexOf('}', range[1]) + 1], text: right.value };
  });
}
