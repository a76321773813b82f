// Whether a key is the session and nothing else.
import type { SourceFile, TSESTree } from '../../src/define-transform.js';
import { enclosingFunction, outermost } from '../../src/define-transform.js';
import { innermost } from '../../src/mcp/file-index.js';
import type { McpModel } from '../../src/mcp/model.js';
import { returnExpressions } from '../../src/mcp/nodes.js';
import { isFunctionNode, type FunctionNode } from '../../src/mcp/values.js';

const SESSION = '\u0000';
const MAX_DEPTH = 8;

/** What stands around the session id in a key, as in `cart:${id}`; undefined when anything else decides on the key too. */
export function sessionKeyForm(mcp: McpModel, file: SourceFile, key: TSESTree.Node): string | undefined {
  const form = formOf(mcp, file, key, 0);
  return form?.includes(SESSION) ? form : undefined;
}

function formOf(mcp: McpModel, file: SourceFile, node: TSESTree.Node, depth: number): string | undefined {
  const inner = innermost(node);
  if (depth > MAX_DEPTH) return undefined;
  const again = (n: TSESTree.Node): string | undefined => formOf(mcp, file, n, depth + 1);
  const text = isSession(mcp, file, inner) ? undefined : mcp.text(file, inner);
  if (text !== undefined) return text;
  switch (inner.type) {
    case 'TemplateLiteral':
      return joined(inner.quasis.flatMap((q, i) => [q.value.cooked, ...(inner.expressions[i] ? [again(inner.expressions[i])] : [])]));
    case 'BinaryExpression':
      return inner.operator === '+' ? joined([again(inner.left), again(inner.right)]) : undefined;
    case 'LogicalExpression':
      return either([again(inner.left), again(inner.right)]);
    case 'ConditionalExpression':
      return either([again(inner.consequent), again(inner.alternate)]);
    case 'AwaitExpression':
      return again(inner.argument);
    case 'Identifier':
      return formOfName(mcp, file, inner, depth);
    case 'CallExpression':
      return formOfCall(mcp, file, inner, depth);
    default:
      return isSession(mcp, file, inner) ? SESSION : undefined;
  }
}

function isSession(mcp: McpModel, file: SourceFile, node: TSESTree.Node): boolean {
  return mcp.values(file, node).some(k => k.value.kind === 'session-id');
}

function joined(parts: readonly (string | null | undefined)[]): string | undefined {
  return parts.some(p => p === undefined || p === null) ? undefined : parts.join('');
}

/** What stands in for a session that has no id makes no other key. */
function either(parts: readonly (string | undefined)[]): string | undefined {
  if (parts.includes(undefined)) return undefined;
  const keyed = [...new Set(parts.filter(p => p?.includes(SESSION)))];
  return keyed.length > 1 ? undefined : (keyed[0] ?? parts[0]);
}

function formOfName(mcp: McpModel, file: SourceFile, name: TSESTree.Identifier, depth: number): string | undefined {
  const variable = file.variableOf(name);
  const definition = variable?.defs[0];
  const { node } = definition ?? {};
  if (variable && node?.type === 'VariableDeclarator' && node.id.type === 'Identifier') {
    const written = variable.references.flatMap(r => (r.isWrite() && r.writeExpr ? [r.writeExpr] : []));
    if (written.length > 0) return either(written.map(w => formOf(mcp, file, w, depth + 1)));
  }
  if (isFunctionNode(node) && definition?.type === 'Parameter') return formOfParameter(mcp, file, node, name, definition.name, depth);
  return isSession(mcp, file, name) ? SESSION : undefined;
}

/** A parameter is what all callers give. */
function formOfParameter(mcp: McpModel, file: SourceFile, fn: FunctionNode, name: TSESTree.Identifier, declared: TSESTree.Node, depth: number): string | undefined {
  const index = fn.params.findIndex(p => p.range[0] <= declared.range[0] && declared.range[1] <= p.range[1]);
  const given = mcp.infer.references.ofFunction(file, fn).flatMap(use => {
    const call = outermost(use.node).parent;
    const argument = call?.type === 'CallExpression' && call.callee === outermost(use.node) ? call.arguments[index] : undefined;
    // A call of itself gives what it was given.
    return argument && enclosingFunction(argument) !== fn ? [formOf(mcp, use.file, argument, depth + 1)] : [];
  });
  if (given.length > 0 && fn.params[index]?.type === 'Identifier') return either(given);
  return isSession(mcp, file, name) ? SESSION : undefined;
}

/** `String(id)`, `id.trim()`, `keyFor(extra)`. */
function formOfCall(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression, depth: number): string | undefined {
  const functions = mcp.values(file, call.callee).flatMap(({ value }) => (value.kind === 'function' ? [value] : []));
  if (functions.length > 0) return either(functions.flatMap(f => returnExpressions(f.node).map(e => formOf(mcp, f.file, e, depth + 1))));
  const callee = innermost(call.callee);
  const parts = [...(callee.type === 'MemberExpression' && callee.object.type !== 'Super' && isSession(mcp, file, callee.object) ? [callee.object] : []), ...call.arguments];
  const forms = parts.map(p => (p.type === 'SpreadElement' ? undefined : formOf(mcp, file, p, depth + 1)));
  return isSession(mcp, file, call) || forms.some(f => f?.includes(SESSION)) ? either(forms) : undefined;
}
