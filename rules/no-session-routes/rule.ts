import type { ClauseId } from '../../src/catalogue/clauses.js';
import { exportsOf } from '../../src/mcp/exports.js';
import { indexOf } from '../../src/mcp/file-index.js';
import { roleOf } from '../../src/mcp/roles.js';
import { isFunctionNode, type FunctionNode } from '../../src/mcp/values.js';
import { defineRule, innermost, memberName, propertyValue, walkTree, type CodeContext, type SourceFile, type TSESTree } from '../../src/rule.js';

type Verb = 'GET' | 'DELETE';

interface Place {
  readonly file: SourceFile;
  readonly fn: FunctionNode;
}

const ROUTES: Readonly<Record<string, Verb>> = { get: 'GET', delete: 'DELETE', del: 'DELETE' };
const TOLD: Readonly<Record<Verb, { readonly clause: ClauseId; readonly subject: string; readonly message: string }>> = {
  GET: { clause: 'http-get-stream', subject: 'route:get', message: 'This opens the stream on which a server once sent what nobody had asked for; a GET to the endpoint is answered with 405 now.' },
  DELETE: { clause: 'session-delete-endpoint', subject: 'route:delete', message: 'This ends a session when the client asks for it; there is none to end, and a DELETE to the endpoint is answered with 405 now.' },
};
/** How many functions deep a transport is looked for. */
const MAX_DEPTH = 2;

export default defineRule({
  id: 'no-session-routes',
  title: 'The endpoint takes POST only',
  clauses: ['http-get-stream', 'session-delete-endpoint'],
  words: ['handleRequest', '/mcp'],
  visit: context => ({
    CallExpression(node) {
      reportRoute(context, node);
      reportRouteObject(context, node);
    },
    BinaryExpression(node) {
      reportBranch(context, node);
    },
    SwitchCase(node) {
      reportCase(context, node);
    },
    Program() {
      reportExports(context);
    },
  }),
});

/** `app.get('/mcp', handler)`. One handler for all verbs is harmless: it answers with 405 by itself. */
function reportRoute(context: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  const verb = callee.type === 'MemberExpression' ? ROUTES[memberName(callee) ?? ''] : undefined;
  if (verb === undefined || callee.type !== 'MemberExpression' || node.arguments.length < 2) return;
  const handlers = functionsOf(context, node.arguments.slice(1));
  if (!handlers.some(place => handsOver(context, place))) return;
  const posted = new Set(postHandlers(context, callee.object).map(place => place.fn));
  if (handlers.some(place => handsOver(context, place) && posted.has(place.fn))) return;
  tell(context, node.callee, verb);
}

/** `app.route({ method: ['GET', 'DELETE'], url: '/mcp', handler })` of Fastify. */
function reportRouteObject(context: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  const [options] = node.arguments;
  if (callee.type !== 'MemberExpression' || memberName(callee) !== 'route' || options?.type !== 'ObjectExpression') return;
  const methods = propertyValue(options, 'method');
  const handler = propertyValue(options, 'handler');
  if (!methods || !handler) return;
  const written = methods.type === 'ArrayExpression' ? methods.elements : [methods];
  if (written.some(node => textOf(node) === 'POST') || !functionsOf(context, [handler]).some(place => handsOver(context, place))) return;
  for (const node of written) {
    const verb = node ? verbOf(node) : undefined;
    if (node && verb !== undefined) tell(context, node, verb);
  }
}

/** `if (req.method === 'GET') { ... transport.handleRequest(...) }` in a server without a router. */
function reportBranch(context: CodeContext, node: TSESTree.BinaryExpression): void {
  const verb = node.operator === '===' || node.operator === '==' ? verbOf(node.right) ?? verbOf(node.left) : undefined;
  if (verb === undefined) return;
  const branch = branchOf(node);
  if (branch && /(['"`])POST\1/.test(context.file.text.slice(...branch.test.range))) return;
  if (branch && handsOverWithin(context, context.file, branch.consequent, 0)) tell(context, node, verb);
}

function reportCase(context: CodeContext, node: TSESTree.SwitchCase): void {
  const verb = node.test ? verbOf(node.test) : undefined;
  if (verb !== undefined && node.test && node.consequent.some(statement => handsOverWithin(context, context.file, statement, 0))) tell(context, node.test, verb);
}

/** `export async function DELETE(request) { ... }`, the file being the route. */
function reportExports(context: CodeContext): void {
  const { file, mcp } = context;
  const handlersOf = (name: string): readonly Place[] => mcp.infer.exported(file, name).flatMap(({ value }) => (value.kind === 'function' ? [{ file: value.file, fn: value.node }] : []));
  for (const verb of ['GET', 'DELETE'] as const) {
    const origin = exportsOf(file).names.get(verb);
    if (origin?.kind !== 'local' && origin?.kind !== 'declaration') continue;
    const handlers = handlersOf(verb).filter(place => handsOver(context, place));
    if (handlers.length === 0) continue;
    const posted = new Set(handlersOf('POST').map(place => place.fn));
    if (!handlers.some(place => posted.has(place.fn))) tell(context, exportedName(origin.node), verb);
  }
}

function exportedName(node: TSESTree.Node): TSESTree.Node {
  if (node.type === 'FunctionDeclaration') return node.id ?? node;
  return node.parent?.type === 'ExportSpecifier' ? node.parent.exported : node;
}

function tell({ file, report }: CodeContext, at: TSESTree.Node, verb: Verb): void {
  report(at, { ...TOLD[verb], unit: `http-sessions:${file.path}` });
}

/** The functions that stand in a list of handlers, also inside arrays and wrappers. */
function functionsOf({ file, mcp }: Pick<CodeContext, 'file' | 'mcp'>, nodes: readonly (TSESTree.Node | null)[], depth = 0): readonly Place[] {
  return nodes.flatMap(node => {
    if (!node || depth > MAX_DEPTH) return [];
    if (isFunctionNode(node)) return [{ file, fn: node }];
    if (node.type === 'ArrayExpression') return functionsOf({ file, mcp }, node.elements, depth + 1);
    const found = mcp.values(file, node).flatMap(({ value }) => (value.kind === 'function' ? [{ file: value.file, fn: value.node }] : []));
    return node.type === 'CallExpression' ? [...found, ...functionsOf({ file, mcp }, node.arguments, depth + 1)] : found;
  });
}

/** The handlers of POST routes on the same router. */
function postHandlers(context: CodeContext, router: TSESTree.Node): readonly Place[] {
  const name = context.file.text.slice(...router.range);
  return indexOf(context.file).calls.flatMap(call => {
    const callee = innermost(call.callee);
    if (callee.type !== 'MemberExpression' || memberName(callee) !== 'post' || context.file.text.slice(...callee.object.range) !== name) return [];
    return functionsOf(context, call.arguments.slice(1));
  });
}

function handsOver(context: CodeContext, { file, fn }: Place, depth = 0): boolean {
  return handsOverWithin(context, file, fn.body, depth);
}

/** Whether a request is handed to a transport of the SDK here. */
function handsOverWithin(context: CodeContext, file: SourceFile, node: TSESTree.Node, depth: number): boolean {
  let found = false;
  walkTree(node, inner => {
    if (found) return false;
    if (inner.type === 'CallExpression') found = isHandedOver(context, file, inner, depth);
    return !found;
  });
  return found;
}

function isHandedOver(context: CodeContext, file: SourceFile, call: TSESTree.CallExpression, depth: number): boolean {
  const callee = innermost(call.callee);
  if (callee.type === 'MemberExpression' && memberName(callee) === 'handleRequest') {
    const use = context.mcp.call(file, call);
    const role = use ? roleOf(use.owner) : undefined;
    if (role === 'server-transport' || role === 'transport') return true;
  }
  if (depth >= MAX_DEPTH || (callee.type !== 'Identifier' && callee.type !== 'MemberExpression')) return false;
  return context.mcp.values(file, callee).some(({ value }) => value.kind === 'function' && handsOver(context, { file: value.file, fn: value.node }, depth + 1));
}

/** The `if` that a comparison decides, alone or with others. */
function branchOf(node: TSESTree.Node): TSESTree.IfStatement | undefined {
  let at = node;
  while (at.parent?.type === 'LogicalExpression') at = at.parent;
  return at.parent?.type === 'IfStatement' && at.parent.test === at ? at.parent : undefined;
}

function textOf(node: TSESTree.Node | null): string | undefined {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value.toUpperCase() : undefined;
}

function verbOf(node: TSESTree.Node): Verb | undefined {
  const text = textOf(node);
  return text === 'GET' || text === 'DELETE' ? text : undefined;
}
