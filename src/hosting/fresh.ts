import type { TSESTree } from '@typescript-eslint/types';
import { enclosingFunction, innermost } from '../mcp/file-index.js';
import type { McpModel } from '../mcp/model.js';
import { contains, returnExpressions } from '../mcp/nodes.js';
import { isServerSide } from '../mcp/roles.js';
import { isFunctionNode, type FunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';

const MAX_DEPTH = 6;

/**
 * A call that has been made once for each session has given a new server each time, or connecting it would have failed: code that
 * cannot be followed is trusted there.
 */
export type Trust = 'proven' | 'called-for-each';

/** Whether evaluating an expression gives a new server each time. */
export function isFresh(mcp: McpModel, file: SourceFile, node: TSESTree.Node, depth = 0, trust: Trust = 'proven'): boolean {
  const inner = innermost(node);
  if (depth > MAX_DEPTH) return false;
  switch (inner.type) {
    case 'NewExpression':
      return makesServer(mcp, file, inner) || isOwnInstance(mcp, file, inner);
    case 'MemberExpression':
      // `new Weather().server`, and `made.server` of something that was just made.
      return isFresh(mcp, file, inner.object, depth + 1, trust);
    case 'CallExpression':
      return isFreshCall(mcp, file, inner, depth, trust);
    case 'Identifier':
      return isFreshLocal(mcp, file, inner, depth, trust);
    case 'ObjectExpression':
      return inner.properties.every(p => p.type === 'Property');
    case 'ConditionalExpression':
      return isFresh(mcp, file, inner.consequent, depth + 1, trust) && isFresh(mcp, file, inner.alternate, depth + 1, trust);
    default:
      return false;
  }
}

export function makesServer(mcp: McpModel, file: SourceFile, node: TSESTree.NewExpression): boolean {
  const made = mcp.constructed(file, node);
  if (made) return isServerSide(made.type);
  return mcp.types(file, node).some(t => isServerSide(t.type));
}

function isOwnInstance(mcp: McpModel, file: SourceFile, node: TSESTree.NewExpression): boolean {
  return mcp.values(file, node).some(k => k.value.kind === 'instance');
}

function isFreshCall(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression, depth: number, trust: Trust): boolean {
  const callee = innermost(call.callee);
  if (callee.type === 'MemberExpression' && innermost(callee.object).type === 'NewExpression' && isFresh(mcp, file, callee.object, depth + 1)) return true;
  const functions = calledFunctions(mcp, file, call);
  if (functions.length === 0) return trust === 'called-for-each' || wrapped(mcp, file, call).some(n => isFresh(mcp, file, n, depth + 1, trust));
  return functions.every(({ file: f, node }) => {
    const returned = returnExpressions(node);
    return returned.length > 0 && returned.every(r => isFreshReturn(mcp, f, node, r, depth + 1, trust));
  });
}

const WRAPS = /^(?:wrap|instrument|trace|track|monitor|observe|decorate|with[A-Z])/;

/** `wrapServerWithTracing(server)` of a package: what it gives back is that server, or something around it. */
function wrapped(mcp: McpModel, file: SourceFile, { callee, arguments: given }: TSESTree.CallExpression): readonly TSESTree.Node[] {
  const name = callee.type === 'Identifier' ? callee : callee.type === 'MemberExpression' && !callee.computed && callee.property.type === 'Identifier' ? callee.property : undefined;
  return name && WRAPS.test(name.name) ? given.filter(a => holdsServer(mcp, file, a)) : [];
}

/** What a function returns: made in it, not kept outside of it. */
function isFreshReturn(mcp: McpModel, file: SourceFile, fn: FunctionNode, returned: TSESTree.Node, depth: number, trust: Trust): boolean {
  const inner = innermost(returned);
  if (inner.type === 'ObjectExpression') return inner.properties.every(p => p.type === 'Property' && (!holdsServer(mcp, file, p.value) || isFreshReturn(mcp, file, fn, p.value, depth, trust)));
  if (inner.type === 'MemberExpression' && inner.object.type === 'Identifier') return isFreshReturn(mcp, file, fn, inner.object, depth + 1, trust);
  if (inner.type === 'CallExpression' && calledFunctions(mcp, file, inner).length === 0) {
    const [server, another] = wrapped(mcp, file, inner);
    if (server && !another) return isFreshReturn(mcp, file, fn, server, depth + 1, trust);
  }
  if (inner.type === 'Identifier') {
    const declared = file.variableOf(inner)?.defs[0]?.node;
    return declared !== undefined && contains(fn, declared) && isFreshLocal(mcp, file, inner, depth, trust);
  }
  return isFresh(mcp, file, inner, depth, trust);
}

function holdsServer(mcp: McpModel, file: SourceFile, node: TSESTree.Node): boolean {
  return mcp.types(file, node).some(t => isServerSide(t.type));
}

/** A variable whose only value is made where it is declared. */
function isFreshLocal(mcp: McpModel, file: SourceFile, name: TSESTree.Identifier, depth: number, trust: Trust): boolean {
  const variable = file.variableOf(name);
  const definition = variable?.defs[0];
  if (!variable || definition?.node.type !== 'VariableDeclarator') return false;
  if (enclosingFunction(name) !== enclosingFunction(definition.node)) return false;
  const { init } = definition.node;
  const written = variable.references.filter(r => r.isWrite() && r.init !== true);
  if (!init) return written.length > 0 && written.every(w => w.writeExpr != null && isFresh(mcp, file, w.writeExpr, depth + 1, trust));
  return written.length === 0 && isFresh(mcp, file, init, depth + 1, trust);
}

export function calledFunctions(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): readonly { readonly file: SourceFile; readonly node: FunctionNode }[] {
  return mcp.values(file, call.callee).flatMap(({ value }) => (value.kind === 'function' && isFunctionNode(value.node) ? [{ file: value.file, node: value.node }] : []));
}
