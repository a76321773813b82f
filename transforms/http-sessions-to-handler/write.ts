import type { TSESTree } from '../../src/define-transform.js';
import { indentAt, reindented, withComments } from '../../src/edits/indent.js';
import { contains } from '../../src/mcp/nodes.js';
import type { FileDraft } from '../../src/hosting/draft.js';
import { keepHandle } from '../../src/hosting/handle.js';
import { isObstacle, obstacle, type Obstacle } from '../../src/hosting/obstacle.js';
import { HANDLE, type Endpoint, type SessionBlock } from '../../src/hosting/http/block.js';
import { leftoversOf, writeLeftovers } from '../../src/hosting/http/leftovers.js';
import type { Route } from '../../src/hosting/http/routes.js';

const SERVER = '@modelcontextprotocol/server';
const NODE = '@modelcontextprotocol/node';
const EXPRESS = '@modelcontextprotocol/express';

interface Names {
  /** `createMcpHandler(...)`, when it has to be closed or is called directly. */
  readonly handler: string;
  readonly node: string;
}

/** Puts one handler in the place of the sessions. */
export function writeBlock(draft: FileDraft, block: SessionBlock): Obstacle | undefined {
  const { file } = draft;
  const routes = [...block.endpoints.flatMap(e => [e.main, ...e.others]), ...block.sse];
  const isGone = (node: TSESTree.Node): boolean => draft.isGone(node) || routes.some(r => contains(r.handler.fn, node)) || insideDeadFunction(draft, node, routes);
  const leftovers = leftoversOf(block.names, file, isGone);
  if (isObstacle(leftovers)) return leftovers;
  const closers = (block.origin?.closers ?? []).filter(c => c.file === file && !routes.some(r => contains(r.handler.fn, c.node))).map(c => c.node);
  const [first] = block.endpoints;
  const place = first ? placeOf(first) : undefined;
  if (!first || !place) return obstacle('There is no place for the handler.');
  if (block.endpoints.some(e => placeOf(e)?.parent !== place.parent)) return obstacle(`${file.path} serves several addresses from different functions.`);
  const needsClose = leftovers.close.length > 0 || closers.length > 0;
  if (block.perRequest && needsClose) return obstacle(`${file.path} makes its server from the request, and closes all sessions at the end.`, 'session-lifecycle');
  const inClass = place.parent?.type === 'ClassBody';
  if (inClass && (needsClose || !block.perRequest && isWeb(first))) return obstacle(`${file.path} keeps its sessions in a class that closes them. Give the class one handler, and close that.`);
  const prefix = inClass ? 'this.' : '';
  const names: Names = { handler: draft.freeName(...HANDLE.names), node: prefix + draft.freeName('mcpNodeHandler', 'nodeHandler') };
  for (const endpoint of block.endpoints) {
    const problem = writeEndpoint(draft, block, endpoint, names);
    if (problem) return problem;
  }
  for (const route of block.sse) removeRoute(draft, route);
  declareHandler(draft, block, first, place, names, needsClose, closers, leftovers.close);
  writeLeftovers(draft, leftovers, names.handler);
  return undefined;
}

/** A function that only a route that goes uses. */
function insideDeadFunction(draft: FileDraft, node: TSESTree.Node, routes: readonly Route[]): boolean {
  for (let n: TSESTree.Node | undefined = node; n; n = n.parent) {
    const name = n.type === 'FunctionDeclaration' ? n.id : n.type === 'VariableDeclarator' && n.id.type === 'Identifier' && /Function/.test(n.init?.type ?? '') ? n.id : undefined;
    const variable = name ? draft.file.variableOf(name) : undefined;
    const uses = variable?.references.filter(r => r.init !== true) ?? [];
    if (uses.length > 0 && uses.every(u => routes.some(r => contains(r.handler.fn, u.identifier) || (r.statement !== undefined && r !== routes[0] && contains(r.statement, u.identifier))))) return true;
  }
  return false;
}

/** The statement before which the handler is declared, or the member of a class. */
function placeOf({ main, others }: Endpoint): TSESTree.Node | undefined {
  let node: TSESTree.Node = main.handler.name === undefined && main.statement ? main.statement : main.handler.fn;
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

function isWeb(endpoint: Endpoint): boolean {
  return endpoint.serving.arguments.length === 1;
}

function declareHandler(draft: FileDraft, block: SessionBlock, endpoint: Endpoint, place: TSESTree.Node, names: Names, needsClose: boolean, closers: readonly TSESTree.CallExpression[], closing: readonly TSESTree.Statement[]): void {
  draft.addImport('createMcpHandler', SERVER);
  const web = isWeb(endpoint);
  if (!web) draft.addImport('toNodeHandler', NODE);
  if (block.perRequest) return;
  const { eol, semicolon } = draft.editor.style;
  const [start] = withComments(draft.file, place);
  const base = indentAt(draft.file, start);
  const made = createCall(draft, block, endpoint, base);
  if (place.parent?.type === 'ClassBody') {
    const isTypeScript = /\.[cm]?tsx?$/.test(draft.file.path);
    draft.editor.insert(start, `${isTypeScript ? 'private readonly ' : ''}${names.node.replace('this.', '')} = toNodeHandler(${made})${semicolon}${eol}${eol}${base}`);
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

/** The function that closes cannot see the one that serves. */
function moduleVariable(draft: FileDraft, name: string, nodes: readonly TSESTree.Node[]): string {
  const { eol, semicolon } = draft.editor.style;
  const first = draft.file.program.body.find(s => nodes.some(n => contains(s, n)));
  const isTypeScript = /\.[cm]?tsx?$/.test(draft.file.path);
  if (isTypeScript) draft.addImport(HANDLE.type.name, HANDLE.type.module, true);
  if (first) draft.editor.insert(withComments(draft.file, first)[0], `let ${name}${isTypeScript ? `: ${HANDLE.type.name}` : ''}${semicolon}${eol}${eol}`);
  return `${name} = `;
}

function createCall(draft: FileDraft, { factory }: SessionBlock, { json }: Endpoint, base: string): string {
  const { quote } = draft.editor.style;
  const expression = factory.expression.includes('\n') && !factory.expression.includes(`\n${base}`) ? factory.expression.replace(/\n(?=.)/g, `\n${base}`) : factory.expression;
  return `createMcpHandler(${expression}${json ? `, { responseMode: ${quote}json${quote} }` : ''})`;
}

function writeEndpoint(draft: FileDraft, block: SessionBlock, endpoint: Endpoint, names: Names): Obstacle | undefined {
  const { main, others, body, serving } = endpoint;
  const { file, editor } = draft;
  const { fn } = main.handler;
  if (fn.body.type !== 'BlockStatement') return obstacle('The handler is an expression.');
  const args = serving.arguments.map(a => editor.text(a));
  const base = indentAt(file, body.block.range[1] - 1);
  const call = isWeb(endpoint) ? `${names.handler}.fetch(${webRequest(args[0] ?? '')})` : `${block.perRequest ? `toNodeHandler(${createCall(draft, block, endpoint, base + editor.style.indent)})` : names.node}(${args.join(', ')})`;
  const kept: TSESTree.Node[] = [...body.keep, ...serving.arguments, ...block.used];
  writeHandler(draft, endpoint, call, base, kept);
  for (const route of [main, ...others.filter(o => o.method === 'post')]) {
    if (route.method === 'post' && route.call?.callee.type === 'MemberExpression') editor.replace(route.call.callee.property, 'all');
  }
  if (endpoint.hosts || endpoint.origins) guard(draft, endpoint);
  for (const route of others) if (route.method !== 'post') removeRoute(draft, route);
  return undefined;
}

function webRequest(argument: string): string {
  return /^\w+$/.test(argument) ? `${argument}.req.raw` : argument;
}

function writeHandler(draft: FileDraft, { main, body }: Endpoint, call: string, base: string, kept: readonly TSESTree.Node[]): void {
  const { file, editor } = draft;
  const { eol, indent, semicolon } = editor.style;
  const { fn, name } = main.handler;
  const inner = base + indent;
  const raw = /\.raw\b/.test(call) && !/\.fetch\(/.test(call);
  const params = fn.params.map(p => editor.text(p)).join(', ');
  const web = /\.fetch\(/.test(call) && !call.startsWith('toNodeHandler');
  if (body.keep.length === 0 && name === undefined && main.call && body.block === fn.body && fn.type === 'ArrowFunctionExpression' && !raw) {
    const open = file.text[fn.range[0] + (fn.async ? 5 : 0)]?.trim() === '(' || file.text.slice(fn.range[0], fn.body.range[0]).includes('(') ? `(${params})` : params;
    draft.replace(fn, `${open} => ${web ? '' : 'void '}${call}`, [...fn.params, ...kept]);
    return;
  }
  const keep = body.keep.map(s => `${inner}${reindented(file, withComments(file, s), inner)}${eol}`);
  const hijack = raw && fn.params[1]?.type === 'Identifier' && !/hijack/.test(keep.join('')) ? [`${inner}${fn.params[1].name}.hijack()${semicolon}${eol}`] : [];
  const last = web ? `return ${call}` : fn.async ? `await ${call}` : `void ${call}`;
  draft.replace(body.block, `{${eol}${keep.join('')}${hijack.join('')}${inner}${last}${semicolon}${eol}${base}}`, kept);
}

function guard(draft: FileDraft, endpoint: Endpoint): void {
  const quote = draft.editor.style.quote;
  const list = (names: readonly string[]): string => `[${names.map(n => quote + n + quote).join(', ')}]`;
  const checks = [...(endpoint.hosts ? [`hostHeaderValidation(${list(endpoint.hosts)})`] : []), ...(endpoint.origins ? [`originValidation(${list(endpoint.origins)})`] : [])];
  if (endpoint.hosts) draft.addImport('hostHeaderValidation', EXPRESS);
  if (endpoint.origins) draft.addImport('originValidation', EXPRESS);
  if (endpoint.main.argument) draft.editor.insert(endpoint.main.argument.range[0], checks.map(c => `${c}, `).join(''));
}

/** The route, and an `if` of which nothing else is left. */
function removeRoute(draft: FileDraft, route: Route): void {
  if (route.statement) draft.removeStatement(route.statement);
}

