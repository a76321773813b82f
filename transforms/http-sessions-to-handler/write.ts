import type { TSESTree } from '../../src/define-transform.js';
import { hasBlankAbove, indentAt, reindented, withComments } from '../../src/edits/indent.js';
import { enclosingClass, enclosingFunction, innermost } from '../../src/mcp/file-index.js';
import { specifierFor } from '../../src/emit/imports.js';
import { zoneOf } from '../../src/files/kinds.js';
import { contains } from '../../src/mcp/nodes.js';
import { isFunctionNode, type ClassNode } from '../../src/mcp/values.js';
import type { Draft, FileDraft } from '../../src/hosting/draft.js';
import { dropInTests, testsWith } from '../../src/hosting/consumers.js';
import { keepHandle } from '../../src/hosting/handle.js';
import { isObstacle, obstacle, type Obstacle } from '../../src/hosting/obstacle.js';
import { lineOf } from '../../src/hosting/closure.js';
import type { SseBranches } from '../../src/hosting/http/sse-branches.js';
import { HANDLE, type Endpoint, type SessionBlock } from '../../src/hosting/http/block.js';
import type { SessionTest } from '../../src/hosting/http/handed-out.js';
import { leftoversOf, toldSettings, writeLeftovers } from '../../src/hosting/http/leftovers.js';
import { wrapsOf, type Body } from '../../src/hosting/http/body.js';
import { removeElsewhere } from '../../src/hosting/http/exported.js';
import { logsOfSessions } from '../../src/hosting/http/managers.js';
import { answerToGet, writeStatusPage, type StatusPage } from '../../src/hosting/http/get-answer.js';
import { checkFor, guardsFor, type Protection } from '../../src/hosting/http/protection.js';
import type { SseFunction } from '../../src/hosting/http/openers.js';
import type { Route } from '../../src/hosting/http/routes.js';

const SERVER = '@modelcontextprotocol/server';
const NODE = '@modelcontextprotocol/node';
const EXPRESS = '@modelcontextprotocol/express';

export interface Names {
  /** `createMcpHandler(...)`, when it has to be closed or is called directly. */
  readonly handler: string;
  readonly node: string;
}

/** Puts one handler in the place of the sessions. */
export function writeBlock(draft: FileDraft, block: SessionBlock, all: Draft): Obstacle | undefined {
  const { file } = draft;
  const routes = [...block.endpoints.flatMap(e => [e.main, ...e.others]), ...block.sse];
  const branches = block.endpoints.flatMap(e => (e.branches ? [e.branches.opens, e.branches.takes] : []));
  const isGone = (node: TSESTree.Node): boolean => draft.isGone(node) || branches.some(b => contains(b, node)) || (branches.length === 0 && routes.some(r => contains(r.handler.fn, node))) || insideDeadFunction(draft, node, routes);
  for (const { fn, places } of block.apart ?? []) removeApart(draft, fn, places);
  for (const endpoint of block.endpoints) for (const route of endpoint.others) if (goesWhole(endpoint, route)) removeMaker(draft, block, route);
  const leftovers = leftoversOf(block.names, file, isGone);
  if (isObstacle(leftovers)) return leftovers;
  const closers = (block.origin?.closers ?? []).filter(c => c.file === file && !routes.some(r => contains(r.handler.fn, c.node))).map(c => c.node);
  const [first] = block.endpoints;
  const place = first ? placeOf(first) : undefined;
  if (!first || !place) return obstacle('There is no place for the handler.');
  if (block.endpoints.some(e => placeOf(e)?.parent !== place.parent)) return obstacle(`${file.path} serves several addresses from different functions.`);
  if (block.perRequest && closers.length > 0) return obstacle(`${file.path} makes its server from the request, and closes one at the end.`, 'session-lifecycle');
  // A handler that is made with each request ends with it.
  const needsClose = !block.perRequest && (leftovers.close.length > 0 || closers.length > 0);
  const cls = enclosingClass(place);
  const needsField = needsClose && cls !== undefined && [...leftovers.close, ...closers].every(c => enclosingClass(c) === cls);
  const names = handlerNames(draft, place, needsField);
  for (const endpoint of block.endpoints) {
    const problem = writeEndpoint(draft, block, endpoint, names);
    if (problem) return problem;
  }
  for (const route of block.sse) removeRoute(draft, route);
  for (const declarator of block.lone) draft.removeStatement(declarator.parent);
  declareHandler(draft, block, first, place, names, needsClose, closers, leftovers.close);
  writeLeftovers(draft, block.perRequest ? { ...leftovers, remove: [...leftovers.remove, ...leftovers.close], close: [] } : leftovers, needsField && place.parent?.type !== 'ClassBody' ? `${names.handler}?` : names.handler);
  removeElsewhere(all, file, leftovers.sweepers);
  for (const { fn, parameter } of leftovers.carried) if (fn.type === 'FunctionDeclaration' && fn.id) for (const test of dropInTests(block.names.mcp, all, file, fn.id.name, fn.params.indexOf(parameter))) block.names.lookedInto.add(test);
  for (const test of leftovers.tests) writeOwnSessions(all.of(test.file), block, test);
  if (block.managers && block.managers.length > 0) for (const log of logsOfSessions(file, [...leftovers.remove, ...leftovers.close])) draft.removeStatement(log);
  removeTold(draft, isGone);
  return undefined;
}

/** `const { app } = build(); const sessions: Sessions = {};` */
function writeOwnSessions(draft: FileDraft, { names }: SessionBlock, { file, taken, statement, own }: SessionTest): void {
  const { editor } = draft;
  const [declarator] = statement.declarations;
  const pattern = declarator.id;
  if (pattern.type !== 'ObjectPattern' || !declarator.init) return;
  if (pattern.properties.length > 1) editor.removeElements([taken], pattern);
  else editor.replace({ range: [statement.range[0], declarator.init.range[0]] }, '');
  if (!own) return;
  const { eol, semicolon } = editor.style;
  editor.insert(statement.range[1], eol + indentAt(file, statement.range[0]) + own.text + semicolon);
  if (own.type) draft.addImport(own.type.name, specifierFor(file.path, own.type.path, [file]), true);
  names.lookedInto.add({ file, node: statement });
}

/** HTTP+SSE in a function of its own: what asked for its address goes, and with it the function. */
function removeApart(draft: FileDraft, fn: TSESTree.Node, places: SseFunction['places']): void {
  for (const { node, rest } of places) {
    if (node.type === 'SwitchCase') removeCase(draft, node);
    else if (!rest) draft.removeStatement(node);
    else if (rest.type === 'BlockStatement') writeInstead(draft, node, rest.body);
    else writeInstead(draft, node, [rest]);
  }
  draft.gone(fn);
  draft.removeStatement(fn.parent?.type === 'ExportNamedDeclaration' ? fn.parent : fn);
}

function removeCase(draft: FileDraft, node: TSESTree.SwitchCase): void {
  const { file, editor } = draft;
  const { cases } = node.parent;
  const after = cases[cases.indexOf(node) + 1];
  const [start] = withComments(file, node);
  const end = after ? withComments(file, after)[0] : withComments(file, node)[1];
  editor.replace({ range: after ? [start, end] : [file.text.slice(0, start).trimEnd().length, end] }, '');
  draft.gone({ range: [start, end] });
}

/** `if (isSse) ... else ...`, of which the second is left. */
function writeInstead(draft: FileDraft, node: TSESTree.Node, rest: readonly TSESTree.Statement[]): void {
  const { file, editor } = draft;
  const base = indentAt(file, node.range[0]);
  draft.replace(node, rest.map(s => reindented(file, withComments(file, s), base)).join(editor.style.eol + base), rest);
}

/** Log lines say no more what a setting was that nothing asks. */
function removeTold(draft: FileDraft, isGone: (node: TSESTree.Node) => boolean): void {
  const told = toldSettings(draft.file, n => draft.isGone(n) || isGone(n));
  for (const property of told) draft.gone(property);
  for (const object of new Set(told.map(p => p.parent))) draft.editor.removeProperties(told.filter(p => p.parent === object));
}

/** In a class they are fields. */
export function handlerNames(draft: FileDraft, place: TSESTree.Node, needsField = false): Names {
  const prefix = place.parent?.type === 'ClassBody' ? 'this.' : '';
  return { handler: (needsField ? 'this.' : prefix) + draft.freeName(...HANDLE.names), node: prefix + draft.freeName('mcpNodeHandler', 'nodeHandler') };
}

/** A function that only a route that goes uses. */
function insideDeadFunction(draft: FileDraft, node: TSESTree.Node, routes: readonly Route[], depth = 0): boolean {
  for (let n: TSESTree.Node | undefined = node; n; n = n.parent) {
    const name = n.type === 'FunctionDeclaration' ? n.id : n.type === 'VariableDeclarator' && n.id.type === 'Identifier' && /Function/.test(n.init?.type ?? '') ? n.id : undefined;
    const variable = name ? draft.file.variableOf(name) : undefined;
    const uses = variable?.references.filter(r => r.init !== true) ?? [];
    if (uses.length > 0 && uses.every(u => draft.isGone(u.identifier) || routes.some(r => contains(r.handler.fn, u.identifier) || (r.statement !== undefined && r !== routes[0] && contains(r.statement, u.identifier))) || (depth < 4 && !contains(n, u.identifier) && insideDeadFunction(draft, u.identifier, routes, depth + 1)))) return true;
  }
  return false;
}

/** The statement before which the handler is declared, or the member of a class. */
export function placeOf({ main, others, status }: Endpoint): TSESTree.Node | undefined {
  const early = status?.route.statement && main.statement && status.route.statement.range[0] < main.statement.range[0] ? status.route.statement : undefined;
  let node: TSESTree.Node = early ?? (main.handler.name === undefined && !main.handler.maker && main.statement ? main.statement : main.handler.fn);
  const shared = others.filter(r => r.handler.fn === main.handler.fn);
  for (; node.parent; node = node.parent) {
    const block = node.parent;
    if (block.type === 'ClassBody') return node;
    if (block.type !== 'BlockStatement' && block.type !== 'Program') continue;
    // In a loop the handler would be made again; and all routes have to see it.
    if (!/^For/.test(block.parent?.type ?? '') && shared.every(r => !r.statement || contains(block, r.statement))) return node;
  }
  return undefined;
}

export function isWeb(endpoint: Endpoint): boolean {
  return endpoint.serving.arguments.length === 1 || endpoint.body.fetched !== undefined;
}

export function declareHandler(draft: FileDraft, block: SessionBlock, endpoint: Endpoint, place: TSESTree.Node, names: Names, needsClose: boolean, closers: readonly TSESTree.CallExpression[], closing: readonly TSESTree.Statement[]): void {
  draft.addImport('createMcpHandler', SERVER);
  const web = isWeb(endpoint);
  if (!web) draft.addImport('toNodeHandler', NODE);
  if (block.perRequest) return;
  const { eol, semicolon } = draft.editor.style;
  const [start] = withComments(draft.file, place);
  const base = indentAt(draft.file, start);
  const made = createCall(draft, block, endpoint, base);
  if (place.parent?.type === 'ClassBody') {
    const modifiers = /\.[cm]?tsx?$/.test(draft.file.path) ? 'private readonly ' : '';
    const field = (name: string): string => modifiers + name.replace('this.', '');
    const fields = web ? [`${field(names.handler)} = ${made}`] : needsClose ? [`${field(names.handler)} = ${made}`, `${field(names.node)} = toNodeHandler(${names.handler})`] : [`${field(names.node)} = toNodeHandler(${made})`];
    draft.editor.insert(start, fields.map(f => f + semicolon + eol).join(base) + eol + base);
    for (const closer of closers) if (closer.callee.type === 'MemberExpression') draft.replace(closer.callee.object, names.handler);
    return;
  }
  const cls = enclosingClass(place);
  if (needsClose && cls && [...closers, ...closing].every(c => enclosingClass(c) === cls) && names.handler.startsWith('this.')) {
    declareField(draft, cls, names.handler.slice('this.'.length));
    for (const closer of closers) if (closer.callee.type === 'MemberExpression') draft.replace(closer, `${names.handler}?.close()`);
    draft.editor.insert(start, [`${names.handler} = ${made}`, `const ${names.node} = toNodeHandler(${names.handler})`].map(l => `${l}${semicolon}${eol}${base}`).join(''));
    return;
  }
  const visible = [...closers, ...closing].every(c => place.parent !== undefined && contains(place.parent, c));
  const assigned = needsClose && visible ? keepHandle(draft, place, closers, { ...HANDLE, names: [names.handler] }).assign || `const ${names.handler} = ` : '';
  const outside = needsClose && !visible ? moduleVariable(draft, names.handler, [place, ...closers, ...closing]) : '';
  const own = assigned || outside;
  const lines = web
    ? [`const ${names.handler} = ${made}`]
    : own
      ? [`${own}${made}`, `const ${names.node} = toNodeHandler(${names.handler})`]
      : [`const ${names.node} = toNodeHandler(${made})`];
  const gap = start < place.range[0] || place.type !== 'ExpressionStatement' ? eol + base : '';
  draft.editor.insert(start, lines.map(l => `${l}${semicolon}${eol}${base}`).join('').replace(/[ \t]*$/, '') + gap.replace(/[ \t]*$/, '') + base);
}

/** One method serves, another one closes. */
function declareField(draft: FileDraft, cls: ClassNode, name: string): void {
  const { eol, semicolon } = draft.editor.style;
  const [first] = cls.body.body;
  if (!first) return;
  const isTypeScript = /\.[cm]?tsx?$/.test(draft.file.path);
  if (isTypeScript) draft.addImport(HANDLE.type.name, HANDLE.type.module, true);
  const [start] = withComments(draft.file, first);
  draft.editor.insert(start, `${isTypeScript ? `private ${name}?: ${HANDLE.type.name}` : name}${semicolon}${eol}${indentAt(draft.file, start)}`);
}

/** The function that closes cannot see the one that serves. */
function moduleVariable(draft: FileDraft, name: string, nodes: readonly TSESTree.Node[]): string {
  const { eol, semicolon } = draft.editor.style;
  const first = draft.file.program.body.find(s => nodes.some(n => contains(s, n)));
  const isTypeScript = /\.[cm]?tsx?$/.test(draft.file.path);
  if (isTypeScript) draft.addImport(HANDLE.type.name, HANDLE.type.module, true);
  if (first) draft.editor.insert(withComments(draft.file, first)[0], `let ${name}${isTypeScript ? `: ${HANDLE.type.name}` : ''}${semicolon}${eol}${eol}`);
  return `${name} = `;
}

function createCall(draft: FileDraft, { factory, legacy, perRequest }: SessionBlock, { json, onerror }: Endpoint, base: string): string {
  const { quote } = draft.editor.style;
  const options = [
    ...(legacy === 'reject' ? [`legacy: ${quote}reject${quote}`] : []),
    ...(json ? [`responseMode: ${quote}json${quote}`] : []),
    ...(onerror && (perRequest || onerror.ofRequest !== true) ? [`onerror: ${onerror.head}${reindented(draft.file, onerror.node.range, base)}`] : []),
  ];
  const expression = /\n\}$/.test(factory.expression) ? factory.expression.replace(/\n(?=.)/g, `\n${base}`) : factory.expression;
  return `createMcpHandler(${expression}${options.length > 0 ? `, { ${options.join(', ')} }` : ''})`;
}

function writeEndpoint(draft: FileDraft, block: SessionBlock, endpoint: Endpoint, names: Names): Obstacle | undefined {
  const { main, others, body, serving } = endpoint;
  const { file, editor } = draft;
  const { fn } = main.handler;
  if (endpoint.branches) return writeBranches(draft, endpoint.branches, names, block.used);
  if (endpoint.messages) return writeLone(draft, endpoint, endpoint.messages, names, block.used);
  const { fetched } = body;
  const args = fetched ? [editor.text(fetched)] : serving.arguments.map(a => editor.text(a));
  const base = indentAt(file, fn.body.type === 'BlockStatement' ? body.block.range[1] - 1 : fn.range[0]);
  const made = block.perRequest ? createCall(draft, block, endpoint, base + editor.style.indent.repeat(body.tried ? 2 : 1)) : undefined;
  const call = isWeb(endpoint) ? `${made ?? names.handler}.fetch(${webRequest(endpoint, args[0] ?? '')})` : `${made === undefined ? names.node : `toNodeHandler(${made})`}(${args.join(', ')})`;
  const kept = [...body.keep, ...body.answers, ...serving.arguments, ...outsideOf(serving), ...besidesIn(body, serving), ...(fetched ? [fetched] : []), ...(endpoint.onerror && (block.perRequest || endpoint.onerror.ofRequest !== true) ? [endpoint.onerror.node] : []), ...(endpoint.protection?.lists ?? []).flatMap(l => l.used), ...block.used];
  for (const id of body.context?.ids ?? []) block.names.unsaid.add(id);
  writeHandler(draft, endpoint, call, base, kept);
  const { status } = endpoint;
  if (status && made !== undefined) return obstacle(`${file.path} makes its server from the request, and answers GET requests that have no session.`);
  if (status) writeStatusPage(draft, status, (isWeb(endpoint) ? `return ${names.handler}.fetch(${statusRequest(endpoint, status)})` : `void ${names.node}(${args.slice(0, 2).join(', ')})`) + editor.style.semicolon, isWeb(endpoint));
  // What is registered first answers: a page behind the handler would never be asked.
  const isLate = status?.route.call && main.call && status.route.call.range[0] > main.call.range[0];
  for (const route of isLate ? [] : [main, ...others.filter(o => o.method === 'post')]) {
    if (route.method === 'post' && route.call?.callee.type === 'MemberExpression') editor.replace(route.call.callee.property, 'all');
  }
  guard(draft, endpoint);
  for (const route of others) if (route.method !== 'post' && route !== status?.route) removeRoute(draft, route);
  return undefined;
}

function goesWhole({ main, status }: Endpoint, route: Route): boolean {
  return route.method !== 'post' && route !== status?.route && route.handler.fn !== main.handler.fn;
}

/** `const handleSession = sessionHandler(sessions)`, which only routes that go had, and the function that made it. */
function removeMaker(draft: FileDraft, { names, names: { mcp } }: SessionBlock, { argument, statement, handler: { fn } }: Route): void {
  const { file } = draft;
  const held = argument?.type === 'Identifier' ? file.variableOf(argument) : undefined;
  const declarator = held?.defs[0]?.node;
  const maker = enclosingFunction(fn);
  const own = maker?.type === 'FunctionDeclaration' && maker.id ? file.variableOf(maker.id) : undefined;
  if (!statement || declarator?.type !== 'VariableDeclarator' || declarator.init?.type !== 'CallExpression' || declarator.parent.declarations.length > 1 || !maker || !own) return;
  const isRoute = (node: TSESTree.Node): boolean => node.parent?.type === 'CallExpression' && node.parent.parent.type === 'ExpressionStatement' && /^(?:get|delete)$/.test(node.parent.callee.type === 'MemberExpression' && node.parent.callee.property.type === 'Identifier' ? node.parent.callee.property.name : '');
  if (!held?.references.every(r => r.init === true || isRoute(r.identifier)) || draft.isGone(declarator)) return;
  const elsewhere = mcp.infer.references.ofVariable(file, own, 'all').filter(p => zoneOf(p.file.path) !== 'test' && !(p.file === file && (contains(declarator, p.node) || contains(maker, p.node))));
  draft.removeStatement(declarator.parent);
  if (testsWith(mcp.project, file, own.name).length > 0) names.tested.add(own.name);
  else if (elsewhere.length === 0) draft.removeStatement(maker.parent.type === 'ExportNamedDeclaration' ? maker.parent : maker);
}

/** The request, as the GET route calls it. */
function statusRequest(endpoint: Endpoint, { route }: StatusPage): string {
  const [own] = route.handler.fn.params;
  return webRequest(endpoint, endpoint.takesContext === true && own?.type === 'Identifier' ? own.name : 'c.req.raw');
}

/** The route where clients of HTTP+SSE connected takes everything. What stood in front of messages stands in front of it. */
function writeLone(draft: FileDraft, endpoint: Endpoint, messages: Route, names: Names, used: readonly TSESTree.Node[]): Obstacle | undefined {
  const { file, editor } = draft;
  const { main, body, serving } = endpoint;
  if (!main.call || !main.argument || main.call.callee.type !== 'MemberExpression') return obstacle('The route of HTTP+SSE is not understood.');
  const args = serving.arguments.map(a => editor.text(a));
  const [request = 'req'] = args;
  const raw = /\.raw$/.test(request);
  // Without a parser there is no body, and the adapter reads it itself.
  if (args.length === 2 && !raw && /\b(?:express|body[pP]arser)\.json\(|\buse\(json\(/.test(file.text)) args.push(`${request}.body`);
  const call = `${names.node}(${args.join(', ')})`;
  const { eol, indent, semicolon } = editor.style;
  const base = indentAt(file, main.call.range[0]);
  const inner = base + indent;
  const { fn } = messages.handler;
  const params = fn.params.map(p => editor.text(p)).join(', ');
  const keep = body.keep.filter(s => !draft.isTakenOut(s)).map(s => `${inner}${reindented(file, withComments(file, s), inner, draft.laid)}${eol}`);
  const reply = fn.params[1];
  if (raw && reply?.type === 'Identifier') keep.push(`${inner}${reply.name}.hijack()${semicolon}${eol}`);
  const isAsync = keep.some(k => /\bawait\b/.test(k));
  const text = keep.length === 0 ? `(${params}) => void ${call}` : `${isAsync ? 'async ' : ''}(${params}) => {${eol}${keep.join('')}${inner}${isAsync ? 'await' : 'void'} ${call}${semicolon}${eol}${base}}`;
  guardList(draft, endpoint);
  const between = [...writtenChecks(draft, endpoint), ...middlewareOf(draft, messages).filter(m => !middlewareOf(draft, main).includes(m))];
  draft.replace(main.argument, between.map(m => `${m}, `).join('') + text, used);
  editor.replace(main.call.callee.property, 'all');
  return undefined;
}

/** The branch where clients of HTTP+SSE connected takes everything, whatever its method. */
function writeBranches(draft: FileDraft, { opens, takes, serving }: SseBranches, names: Names, used: readonly TSESTree.Node[]): Obstacle | undefined {
  const { file, editor } = draft;
  const { eol, indent, semicolon } = editor.style;
  const base = indentAt(file, opens.range[0]);
  const call = `await ${names.node}(${serving.arguments.map(a => editor.text(a)).join(', ')})${semicolon}`;
  draft.replace(opens.consequent, `{${eol}${base}${indent}${call}${eol}${base}${indent}return${semicolon}${eol}${base}}`, used);
  const { test } = opens;
  const sides = test.type === 'LogicalExpression' && test.operator === '&&' ? [test.left, test.right] : [];
  const path = sides.find(s => !isMethodCheck(file.text.slice(...s.range)));
  if (sides.length === 2 && path && sides.some(s => isMethodCheck(file.text.slice(...s.range)))) editor.replace(test, editor.text(path));
  else if (/\bmethod\b/.test(file.text.slice(...test.range))) return obstacle(`Line ${lineOf(file, test)} of ${file.path} decides by more than the address and the method.`, 'sse-url');
  draft.removeStatement(takes);
  return undefined;
}

function isMethodCheck(text: string): boolean {
  return /^[\w.]+\.method\s*===?\s*(['"])GET\1$/.test(text);
}

function middlewareOf({ editor }: FileDraft, { call }: Route): readonly string[] {
  return call?.arguments.slice(1, -1).map(a => editor.text(a)) ?? [];
}

export function webRequest({ takesContext }: Endpoint, argument: string): string {
  return takesContext ? `${argument}.req.raw` : argument;
}

function writeHandler(draft: FileDraft, { main, body, serving, protection }: Endpoint, call: string, base: string, kept: readonly { readonly range: [number, number] }[]): void {
  const { file, editor } = draft;
  const { eol, indent, semicolon } = editor.style;
  const { fn, name } = main.handler;
  const inner = base + indent;
  if (fn.body.type !== 'BlockStatement') {
    const thrown = /^(?:\w+\.\w+\()/.test(call) || fn.async ? call : `void ${call}`;
    draft.replace(fn.body, thrown, kept);
    return;
  }
  const raw = /\.raw\b/.test(call) && !/\.fetch\(/.test(call);
  const params = fn.params.map(p => editor.text(p)).join(', ');
  const web = /\.fetch\(/.test(call) && !call.startsWith('toNodeHandler');
  const answers = body.answers.map(a => answerToGet(draft, a, serving.arguments.map(x => editor.text(x))[0] ?? 'req', inner));
  if (body.keep.length + answers.length === 0 && name === undefined && main.call && body.block === fn.body && fn.type === 'ArrowFunctionExpression' && !raw) {
    const open = file.text[fn.range[0] + (fn.async ? 5 : 0)]?.trim() === '(' || file.text.slice(fn.range[0], fn.body.range[0]).includes('(') ? `(${params})` : params;
    draft.replace(fn, `${fn.async && wrapsOf(serving).length > 0 ? 'async ' : ''}${open} => ${web ? wrapped(draft, serving, call) : isWrapped(main) ? call : `void ${call}`}`, [...fn.params, ...kept]);
    return;
  }
  const { tried } = body;
  const stays = body.keep.filter(s => !draft.isTakenOut(s));
  const outside = tried ? stays.filter(s => !contains(tried, s)) : [];
  const within = tried ? inner + indent : inner;
  const keep = stays.filter(s => !outside.includes(s)).map((s, i) => keptText(draft, s, within, i > 0));
  const hijack = raw && fn.params[1]?.type === 'Identifier' && !/hijack/.test(keep.join('')) ? [`${within}${fn.params[1].name}.hijack()${semicolon}${eol}`] : [];
  const around = enclosingFunction(body.keep[0] ?? body.core ?? serving) ?? fn;
  for (const read of body.aside ?? []) draft.removeStatement(read);
  const served = inContext(draft, body, serving, wrapped(draft, serving, call));
  const last = web ? `return ${served}` : isFunctionNode(around) && around.async ? `await ${served}` : `void ${served}`;
  const guards = ownGuards(draft, main, protection).map(g => within + g + semicolon + eol);
  if (answers.length === 0 && !tried && writeTail(draft, body, stays, [...guards, ...hijack].map(g => g.trim()).concat(last + semicolon), kept)) return;
  const lines = `${keep.join('')}${answers.join('')}${guards.join('')}${hijack.join('')}${within}${last}${semicolon}${eol}`;
  const caught = tried && `${inner}try {${eol}${lines}${inner}}${reindented(file, [tried.block.range[1], tried.range[1]], inner)}${eol}`;
  draft.replace(body.block, `{${eol}${outside.map((s, i) => keptText(draft, s, inner, i > 0)).join('')}${caught ?? lines}${base}}`, [...kept, ...(tried ? [{ range: [tried.block.range[1], tried.range[1]] as [number, number] }] : [])]);
}

/** `asyncHandler(async (req, res) => {...})` waits for what the function gives. */
function isWrapped({ argument, handler: { fn } }: Route): boolean {
  return argument !== undefined && innermost(argument) !== fn && contains(argument, fn);
}

/** What stays in front of what goes at the end is not touched. False where it is not so. */
function writeTail(draft: FileDraft, { block }: Body, stays: readonly TSESTree.Statement[], lines: readonly string[], kept: readonly { readonly range: [number, number] }[]): boolean {
  const { file } = draft;
  const statements = block.type === 'BlockStatement' ? block.body : [];
  const gone = statements.filter(s => !stays.includes(s) && !draft.isTakenOut(s));
  const last = stays.at(-1);
  const first = gone.find(s => last && s.range[0] > last.range[0]);
  const before = gone.filter(s => first && s.range[0] < first.range[0]);
  const said = before.some((s, i) => i > 0 && file.comments.some(c => (before[i - 1]?.range[1] ?? 0) <= c.range[0] && c.range[1] <= withComments(file, s)[0]));
  if (!first || said || !stays.every(s => statements.includes(s))) return false;
  for (const s of before) {
    draft.editor.removeStatement(s);
    draft.gone(s, kept);
  }
  const [start] = withComments(file, first);
  const end = file.text.slice(0, block.range[1] - 1).trimEnd().length;
  draft.replace({ range: [start, end] }, lines.join(draft.editor.style.eol + indentAt(file, start)), kept);
  return true;
}

/** Names around an answer stay in use. */
function outsideOf(serving: TSESTree.CallExpression): readonly { readonly range: [number, number] }[] {
  const outer = wrapsOf(serving).at(-1);
  return outer ? [{ range: [outer.range[0], serving.range[0]] }, { range: [serving.range[1], outer.range[1]] }] : [];
}

/** Names beside the call, in what it runs in. */
function besidesIn({ context }: Body, serving: TSESTree.CallExpression): readonly { readonly range: [number, number] }[] {
  if (!context || !contains(context.call, serving)) return [];
  return [context.call.callee, ...context.call.arguments.filter(a => !context.ids.includes(a) && !contains(a, serving))];
}

/** It runs in what it ran in; the id of the session is not there any more. */
function inContext({ file }: FileDraft, { context }: Body, serving: TSESTree.CallExpression, call: string): string {
  if (!context || !contains(context.call, serving)) return call;
  const edits = [...context.ids.map(id => ({ range: id.range, text: 'undefined' })), { range: serving.range, text: call }];
  return reindented(file, context.call.range, indentAt(file, context.call.range[0]), edits);
}

/** What was done to each answer is still done to it. */
function wrapped({ editor }: FileDraft, serving: TSESTree.CallExpression, call: string): string {
  const outer = wrapsOf(serving).at(-1);
  if (!outer) return call;
  const inner = serving.parent.type === 'AwaitExpression' ? serving.parent : serving;
  return editor.text({ range: [outer.range[0], inner.range[0]] }) + (inner === serving ? call : `await ${call}`) + editor.text({ range: [inner.range[1], outer.range[1]] });
}

/** A statement that stays, with its comments and the empty line above them. */
function keptText({ file, laid, editor: { style: { eol } } }: FileDraft, statement: TSESTree.Statement, indent: string, mayBeApart: boolean): string {
  const range = withComments(file, statement);
  const gap = mayBeApart && hasBlankAbove(file, range[0]) ? eol : '';
  return `${gap}${indent}${reindented(file, range, indent, laid)}${eol}`;
}

/** The checks of the transport, in a function that no route calls. */
function ownGuards(draft: FileDraft, { call, handler: { fn } }: Route, protection: Protection | undefined): readonly string[] {
  const [request, reply] = fn.params;
  if (!protection || call || request?.type !== 'Identifier' || reply?.type !== 'Identifier') return [];
  importChecks(draft, protection, NODE);
  return guardsFor(protection, request.name, reply.name, draft.editor.style.quote);
}

function importChecks(draft: FileDraft, { hosts, origins, lists = [] }: Protection, module: string): void {
  if (hosts ?? lists.some(l => l.what === 'hosts')) draft.addImport('hostHeaderValidation', module);
  if (origins ?? lists.some(l => l.what === 'origins')) draft.addImport('originValidation', module);
}

/** The checks of the transport, in front of the handler of the route. */
function guard(draft: FileDraft, endpoint: Endpoint): void {
  const { argument } = endpoint.main;
  if (argument) draft.editor.insert(argument.range[0], writtenChecks(draft, endpoint).map(c => `${c}, `).join(''));
  guardList(draft, endpoint);
}

/** For names that are written out. */
function writtenChecks(draft: FileDraft, { main, protection }: Endpoint): readonly string[] {
  if (!protection || !main.call) return [];
  const { hosts, origins } = protection;
  const { quote } = draft.editor.style;
  const list = (names: readonly string[]): string => `[${names.map(n => quote + n + quote).join(', ')}]`;
  importChecks(draft, protection, EXPRESS);
  return [...(hosts ? [`hostHeaderValidation(${list(hosts)})`] : []), ...(origins ? [`originValidation(${list(origins)})`] : [])];
}

/** For lists that are known at run time only: in front of the route. */
function guardList(draft: FileDraft, { main, protection }: Endpoint): void {
  const { quote, eol, semicolon } = draft.editor.style;
  const { lists = [] } = protection ?? {};
  if (lists.length === 0 || main.call?.callee.type !== 'MemberExpression' || !main.statement) return;
  const app = draft.editor.text(main.call.callee.object);
  const [start] = withComments(draft.file, main.statement);
  const base = indentAt(draft.file, start);
  const lines = lists.flatMap(list => {
    if (!list.worked) return [checkFor(app, main.path, list, quote)];
    const name = draft.freeName(...(list.what === 'hosts' ? ['allowedHosts', 'hostNames'] : ['allowedOrigins', 'originNames']));
    return [`const ${name} = ${reindented(draft.file, list.worked.range, base)}`, checkFor(app, main.path, { ...list, list: name }, quote)];
  });
  draft.editor.insert(start, lines.map(l => `${l}${semicolon}${eol}${base}`).join('').replace(/[ \t]*$/, '') + eol + base);
}

/** The route, and an `if` of which nothing else is left. */
function removeRoute(draft: FileDraft, route: Route): void {
  if (route.statement) draft.removeStatement(route.statement);
}

