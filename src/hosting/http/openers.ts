import type { TSESTree } from '@typescript-eslint/types';
import { indexOf, outermost } from '../../mcp/file-index.js';
import type { McpModel } from '../../mcp/model.js';
import { contains } from '../../mcp/nodes.js';
import type { FunctionNode } from '../../mcp/values.js';
import type { SourceFile } from '../../parse/source.js';
import { servingCalls, type Route } from './routes.js';

/** `await openSession(req, res)`: a function that opens a session and serves its first request, for a handler that serves the others. */
export interface Opener {
  readonly route: Route;
  readonly fn: FunctionNode;
  /** The handler that calls it. */
  readonly caller: FunctionNode;
  readonly calls: readonly TSESTree.CallExpression[];
}

export function openersOf(mcp: McpModel, file: SourceFile, routes: readonly Route[]): readonly Opener[] {
  return routes.flatMap(route => {
    const { fn } = route.handler;
    if (route.call || !isNamed(fn)) return [];
    const calls = callsOf(mcp, file, fn);
    const caller = routes.find(r => r.handler.fn !== fn && calls.every(c => contains(r.handler.fn, c)))?.handler.fn;
    if (calls.length === 0 || !caller || !calls.every(c => isHandedOn(caller, fn, c))) return [];
    return [{ route, fn, caller, calls }];
  });
}

/** The first two, under whatever name: what the handler got. */
function isHandedOn(caller: FunctionNode, fn: FunctionNode, call: TSESTree.CallExpression): boolean {
  const got = caller.params.slice(0, 2).map(nameOf);
  return fn.params.length >= 2 && got.length === 2 && got.every((name, i) => name !== undefined && nameOf(call.arguments[i]) === name && nameOf(fn.params[i]) !== undefined);
}

function nameOf(node: TSESTree.Node | undefined): string | undefined {
  return node?.type === 'Identifier' ? node.name : undefined;
}

/** Names that a function got under the same name: what is said with them means the same where it is called. */
export function isSameName({ fn, calls }: Opener, name: string): boolean {
  const index = fn.params.findIndex(p => nameOf(p) === name);
  return index >= 0 && calls.every(c => nameOf(c.arguments[index]) === name);
}

/** HTTP+SSE in a function that another one calls for its address. */
export interface SseFunction {
  readonly fn: TSESTree.FunctionDeclaration;
  /** What asks for the address, and goes. */
  readonly places: readonly SsePlace[];
}

interface SsePlace {
  readonly node: TSESTree.SwitchCase | TSESTree.IfStatement;
  /** `if (isSse) ... else ...`: what is left. */
  readonly rest?: TSESTree.Statement;
}

export function sseFunctionsOf(mcp: McpModel, file: SourceFile, routes: readonly Route[]): readonly SseFunction[] {
  return file.program.body.flatMap(statement => {
    const fn = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (fn?.type !== 'FunctionDeclaration' || !fn.id || routes.some(r => r.handler.fn === fn)) return [];
    const opens = indexOf(file).news.some(n => contains(fn, n) && /SSEServerTransport$/.test(mcp.constructed(file, n)?.type ?? ''));
    if (!opens && servingCalls(mcp, file, fn, /^handlePostMessage$/).length === 0) return [];
    const uses = mcp.infer.references.ofFunction(file, fn).filter(p => !isDeclaration(p.node, fn));
    const places = uses.flatMap(({ file: home, node }) => (home === file ? (placeOf(node) ?? []) : []));
    return uses.length > 0 && places.length === uses.length ? [{ fn, places }] : [];
  });
}

/** `case '/sse': await handleSse(req, res); break;`, `if (path === '/sse') { await handleSse(req, res); return; }`. */
function placeOf(use: TSESTree.Node): SsePlace | undefined {
  const call = outermost(use).parent;
  const value = call?.parent?.type === 'AwaitExpression' || call?.parent?.type === 'UnaryExpression' ? call.parent : call;
  const statement = call?.type === 'CallExpression' && call.callee === outermost(use) ? value?.parent : undefined;
  if (statement?.type !== 'ExpressionStatement' && statement?.type !== 'ReturnStatement') return undefined;
  const around = statement.parent.type === 'BlockStatement' ? statement.parent : statement;
  const siblings = around === statement ? [statement] : statement.parent.type === 'BlockStatement' ? statement.parent.body : [];
  const outer = around.parent;
  if (outer.type === 'SwitchCase') return outer.consequent.every(s => s === around || s.type === 'BreakStatement' || s.type === 'ReturnStatement') && isOnly(siblings, statement) ? { node: outer } : undefined;
  if (outer.type !== 'IfStatement' || outer.consequent !== around || !isOnly(siblings, statement)) return undefined;
  if (outer.parent.type === 'IfStatement') return undefined;
  return { node: outer, ...(outer.alternate && { rest: outer.alternate }) };
}

function isOnly(siblings: readonly TSESTree.Statement[], statement: TSESTree.Statement): boolean {
  return siblings.every(s => s === statement || s.type === 'BreakStatement' || (s.type === 'ReturnStatement' && !s.argument));
}

function isNamed(fn: FunctionNode): boolean {
  return fn.type === 'FunctionDeclaration' || (fn.parent.type === 'VariableDeclarator' && fn.parent.id.type === 'Identifier');
}

function isDeclaration(node: TSESTree.Node, fn: FunctionNode): boolean {
  return node === fn || node === fn.id;
}

/** Its calls; none where it is used for anything else. */
function callsOf(mcp: McpModel, file: SourceFile, fn: FunctionNode): readonly TSESTree.CallExpression[] {
  const uses = mcp.infer.references.ofFunction(file, fn).filter(p => !isDeclaration(p.node, fn));
  const calls = uses.flatMap(({ file: home, node }) => (home === file && node.parent.type === 'CallExpression' && node.parent.callee === node ? [node.parent] : []));
  return calls.length === uses.length ? calls : [];
}
