import type { TSESTree } from '@typescript-eslint/types';
import { enclosingFunction, indexOf, innermost, memberName } from '../../mcp/file-index.js';
import type { McpModel } from '../../mcp/model.js';
import { contains, returnExpressions } from '../../mcp/nodes.js';
import { isFunctionNode, type FunctionNode } from '../../mcp/values.js';
import type { SourceFile } from '../../parse/source.js';
import { calledFunctions } from '../fresh.js';

const METHODS = /^(?:get|post|put|delete|all|use|options)$/;

/** `app.post('/mcp', auth, handler)`, or a function that is called with every request. */
export interface Route {
  readonly call?: TSESTree.CallExpression;
  readonly statement?: TSESTree.ExpressionStatement;
  readonly method: string;
  /** The text of its path. */
  readonly path: string;
  readonly handler: Handler;
  /** The argument that is the handler. */
  readonly argument?: TSESTree.CallExpressionArgument;
}

export interface Handler {
  readonly fn: FunctionNode;
  /** `const handlePost = ...`, when it has a name. */
  readonly name?: string;
  /** The function that made it: `app.post('/mcp', postHandler(sessions))`. */
  readonly maker?: FunctionNode;
}

/** All routes of a file whose handlers are functions of the same file. */
export function routesOf(mcp: McpModel, file: SourceFile): readonly Route[] {
  return indexOf(file).calls.flatMap(call => routeOf(mcp, file, call) ?? []);
}

function routeOf(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): Route | undefined {
  const callee = innermost(call.callee);
  if (callee.type !== 'MemberExpression' || call.parent.type !== 'ExpressionStatement') return undefined;
  const method = memberName(callee);
  const [path] = call.arguments;
  const argument = call.arguments.at(-1);
  if (method === undefined || !METHODS.test(method) || !path || !argument || argument === path || argument.type === 'SpreadElement' || isFunctionNode(path)) return undefined;
  const handler = handlerOf(mcp, file, argument);
  return handler && { call, statement: call.parent, method, path: file.text.slice(...path.range), argument, handler };
}

function handlerOf(mcp: McpModel, file: SourceFile, argument: TSESTree.Expression): Handler | undefined {
  const inner = innermost(argument);
  if (inner.type === 'CallExpression') return wrappedHandler(inner, 2) ?? madeHandler(mcp, file, inner) ?? wrappedHandler(inner, 1);
  const fn = functionOf(mcp, file, argument);
  return fn && { fn, ...(argument.type === 'Identifier' && { name: argument.name }) };
}

/** `postHandler(sessions)`, a function of the same file that returns one. */
function madeHandler(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): Handler | undefined {
  const [made, another] = call.callee.type === 'Identifier' ? calledFunctions(mcp, file, call) : [];
  if (!made || another || made.file !== file) return undefined;
  const [returned, more] = returnExpressions(made.node);
  const fn = returned ? innermost(returned) : undefined;
  return fn && !more && isFunctionNode(fn) ? { fn, maker: made.node } : undefined;
}

/** `asyncHandler(async (req, res) => {...})`: what wraps it stays around it. A function of fewer parameters may be what a maker asks for. */
function wrappedHandler({ arguments: [only, ...others] }: TSESTree.CallExpression, least: number): Handler | undefined {
  const fn = only && others.length === 0 && only.type !== 'SpreadElement' ? innermost(only) : undefined;
  return isFunctionNode(fn) && fn.params.length >= least ? { fn } : undefined;
}

function functionOf(mcp: McpModel, file: SourceFile, node: TSESTree.Node): FunctionNode | undefined {
  const inner = innermost(node);
  if (isFunctionNode(inner)) return inner;
  if (inner.type !== 'Identifier') return undefined;
  for (const { value } of mcp.values(file, inner)) if (value.kind === 'function' && value.file === file && isFunctionNode(value.node)) return value.node;
  return undefined;
}

/** `transport.handleRequest(...)` and `transport.handlePostMessage(...)` in a function, with what the transport is. */
export function servingCalls(mcp: McpModel, file: SourceFile, within: TSESTree.Node, member: RegExp): readonly TSESTree.CallExpression[] {
  return indexOf(file).calls.filter(call => {
    const callee = innermost(call.callee);
    if (callee.type !== 'MemberExpression' || !member.test(memberName(callee) ?? '') || !contains(within, call)) return false;
    const types = mcp.types(file, callee.object);
    // A method of the project with the same name hands the request on.
    if (types.length === 0) return !mcp.values(file, callee).some(({ value }) => value.kind === 'function');
    return types.some(t => /Transport$/.test(t.type));
  });
}

/** The names of the parameters of a handler. */
export function parameterNames(fn: FunctionNode): readonly string[] {
  return fn.params.map(p => (p.type === 'Identifier' ? p.name : ''));
}

/** The function around a call that gets request and response: nobody but its callers knows the address. */
export function functionAround(node: TSESTree.CallExpression): Handler | undefined {
  const [request] = node.arguments;
  const root = request ? rootOf(request) : undefined;
  for (let fn = enclosingFunction(node); fn; fn = enclosingFunction(fn)) {
    if (root === undefined || !parameterNames(fn).includes(root)) continue;
    const { parent } = fn;
    const name = fn.type === 'FunctionDeclaration' ? fn.id?.name : parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? parent.id.name : undefined;
    return { fn, ...(name !== undefined && { name }) };
  }
  return undefined;
}

function rootOf(node: TSESTree.Node): string | undefined {
  let n = innermost(node);
  while (n.type === 'MemberExpression') n = innermost(n.object);
  return n.type === 'Identifier' ? n.name : undefined;
}
