import { handlerRegistration } from '../../src/mcp/messages.js';
import { roleOf } from '../../src/mcp/roles.js';
import { enclosingFunction, innermost, keyName, memberName, outermost, type CodeContext, type TSESTree } from '../../src/rule.js';

/** `z.object({ jsonrpc: ..., method: ... })` and the schemas of the SDK. */
export function isStrictMessage({ file, mcp }: CodeContext, schema: TSESTree.Expression): boolean {
  const inner = innermost(schema);
  const exported = mcp.export(file, inner);
  if (exported && /(?:Request|Result|Notification|Params|Message)Schema$/.test(exported.name)) return true;
  const [shape] = inner.type === 'CallExpression' ? inner.arguments : [];
  if (inner.type !== 'CallExpression' || inner.callee.type !== 'MemberExpression' || memberName(inner.callee) !== 'object' || shape?.type !== 'ObjectExpression') return false;
  const names = new Set(shape.properties.flatMap(p => (p.type === 'Property' ? (keyName(p.key) ?? '') : [])));
  return names.has('jsonrpc') && (names.has('method') || names.has('params') || names.has('result'));
}

/** `client.callTool({ name, arguments })` in the handler of a server's tools/call. */
export function isRebuilt({ file, mcp }: CodeContext, call: TSESTree.CallExpression): boolean {
  const [first] = call.arguments;
  if (first?.type !== 'ObjectExpression') return false;
  const params = isNamed(call, 'request') ? paramsOf(first) : first;
  if (!params || !has(params, 'name') || !has(params, 'arguments') || has(params, '_meta') || params.properties.some(p => p.type === 'SpreadElement')) return false;
  if (!isInCallHandler({ file, mcp }, call)) return false;
  const use = mcp.call(file, call);
  return use !== undefined && roleOf(use.owner) === 'client';
}

function paramsOf(message: TSESTree.ObjectExpression): TSESTree.ObjectExpression | undefined {
  const method = message.properties.find(p => p.type === 'Property' && keyName(p.key) === 'method');
  if (method?.type !== 'Property' || method.value.type !== 'Literal' || method.value.value !== 'tools/call') return undefined;
  const params = message.properties.find(p => p.type === 'Property' && keyName(p.key) === 'params');
  return params?.type === 'Property' && params.value.type === 'ObjectExpression' ? params.value : undefined;
}

function isNamed(call: TSESTree.CallExpression, name: string): boolean {
  const callee = innermost(call.callee);
  return callee.type === 'MemberExpression' && memberName(callee) === name;
}

function has(object: TSESTree.ObjectExpression, name: string): boolean {
  return object.properties.some(p => p.type === 'Property' && keyName(p.key) === name);
}

function isInCallHandler({ file, mcp }: Pick<CodeContext, 'file' | 'mcp'>, node: TSESTree.Node): boolean {
  for (let fn = enclosingFunction(node); fn; fn = enclosingFunction(fn)) {
    const { parent } = outermost(fn);
    if (parent?.type !== 'CallExpression') continue;
    const handler = handlerRegistration(mcp, file, parent);
    if (handler?.method === 'tools/call' && handler.role !== 'client') return true;
  }
  return false;
}
