import type { TSESTree } from '../../src/define-transform.js';
import { enclosingFunction, innermost, memberName } from '../../src/define-transform.js';
import { contains } from '../../src/mcp/nodes.js';
import type { FunctionNode } from '../../src/mcp/values.js';
import type { SourceFile } from '../../src/parse/source.js';

/** Where a call that gave a promise stands, and what of its surroundings goes with the promise. */
export type CallPlace =
  /** A statement, or the whole try statement around it. */
  | { readonly kind: 'statement'; readonly replaced: TSESTree.Node; readonly statement: TSESTree.ExpressionStatement }
  /** Part of an expression that does not look at the result. */
  | { readonly kind: 'expression'; readonly replaced: TSESTree.Node; /** It gave its caller the promise. */ readonly needsAsync?: FunctionNode }
  | { readonly kind: 'used'; readonly why: string };

export function placeOf(call: TSESTree.CallExpression): CallPlace {
  let node: TSESTree.Node = call;
  for (;;) {
    const parent: TSESTree.Node = parentOf(node);
    if (parent.type === 'AwaitExpression' || parent.type === 'TSNonNullExpression' || parent.type === 'ChainExpression' || (parent.type === 'UnaryExpression' && parent.operator === 'void')) {
      node = parent;
      continue;
    }
    const chained = chainedCall(node, parent);
    if (chained === 'waits') return { kind: 'used', why: 'Code runs when the message has been sent. Put it behind the call, then log.' };
    if (!chained) break;
    node = chained;
  }
  return placeIn(node);
}

function parentOf(node: TSESTree.Node): TSESTree.Node {
  return node.parent ?? node;
}

/** `.catch(...)` goes: logging does not fail. What `.then` does is somebody's work. */
function chainedCall(node: TSESTree.Node, parent: TSESTree.Node): TSESTree.CallExpression | 'waits' | undefined {
  if (parent.type !== 'MemberExpression' || parent.object !== node || parent.parent.type !== 'CallExpression' || parent.parent.callee !== parent) return undefined;
  const name = memberName(parent);
  if (name === 'catch') return parent.parent;
  if (name !== 'then' && name !== 'finally') return undefined;
  const [done] = parent.parent.arguments;
  return isEmpty(done) ? parent.parent : 'waits';
}

function isEmpty(node: TSESTree.Node | undefined): boolean {
  if (!node || (node.type === 'Identifier' && node.name === 'undefined')) return true;
  return (node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression') && node.body.type === 'BlockStatement' && node.body.body.length === 0;
}

function placeIn(node: TSESTree.Node): CallPlace {
  const { parent } = node;
  switch (parent?.type) {
    case 'ExpressionStatement': {
      const around = onlyTried(parent);
      return { kind: 'statement', replaced: around ?? parent.expression, statement: parent };
    }
    case 'ReturnStatement': {
      const fn = enclosingFunction(parent);
      return fn ? returned(node, fn) : { kind: 'used', why: 'The result of the call is used.' };
    }
    case 'ArrowFunctionExpression':
      return parent.body === node ? returned(node, parent) : { kind: 'used', why: 'The result of the call is used.' };
    case 'LogicalExpression':
    case 'ConditionalExpression':
      return isStatement(parent) ? { kind: 'expression', replaced: node } : { kind: 'used', why: 'The result of the call is used.' };
    case 'ArrayExpression':
      return parent.parent.type === 'CallExpression' && /^Promise\.(?:all|allSettled)$/.test(nameOf(parent.parent.callee)) ? { kind: 'expression', replaced: node } : { kind: 'used', why: 'The result of the call is used.' };
    default:
      return { kind: 'used', why: 'The result of the call is used.' };
  }
}

/** Callers of a function that is not async may wait for what it gives. */
function returned(node: TSESTree.Node, fn: FunctionNode): CallPlace {
  const isCallback = fn.parent.type === 'CallExpression' && fn.parent.arguments.some(a => a === fn);
  if (fn.async || isCallback) return { kind: 'expression', replaced: node };
  return fn.generator ? { kind: 'used', why: 'The result of the call is used.' } : { kind: 'expression', replaced: node, needsAsync: fn };
}

/** `try { await send(); } catch { ... }`: there is nothing left to catch. */
function onlyTried(statement: TSESTree.ExpressionStatement): TSESTree.TryStatement | undefined {
  const block = statement.parent;
  const around = block.type === 'BlockStatement' ? block.parent : undefined;
  return around?.type === 'TryStatement' && around.block === block && block.body.length === 1 && !around.finalizer ? around : undefined;
}

function isStatement(node: TSESTree.Node): boolean {
  const { parent } = node;
  if (parent?.type === 'ExpressionStatement') return true;
  const passes = parent?.type === 'LogicalExpression' || parent?.type === 'ConditionalExpression' || parent?.type === 'AwaitExpression' || (parent?.type === 'UnaryExpression' && parent.operator === 'void');
  return passes && isStatement(parent);
}

function nameOf(callee: TSESTree.Node): string {
  return callee.type === 'MemberExpression' && callee.object.type === 'Identifier' ? `${callee.object.name}.${memberName(callee) ?? ''}` : '';
}

/** A loop that sends the message of one call to each server: it is logged once. */
export function loopOverServers(file: SourceFile, call: TSESTree.CallExpression, place: CallPlace): TSESTree.ForOfStatement | undefined {
  if (place.kind !== 'statement') return undefined;
  const outer = place.replaced.type === 'TryStatement' ? place.replaced : place.statement;
  const loop = outer.parent.type === 'BlockStatement' && outer.parent.body.length === 1 ? outer.parent.parent : outer.parent;
  if (loop.type !== 'ForOfStatement' || loop.left.type !== 'VariableDeclaration') return undefined;
  const callee = innermost(call.callee);
  const names = loop.left.declarations.flatMap(d => file.scopes.getDeclaredVariables(d));
  const uses = names.flatMap(v => v.references.filter(r => r.init !== true));
  return uses.length > 0 && uses.every(({ identifier }) => contains(callee, identifier)) ? loop : undefined;
}

/** The function around it writes the message to stderr by itself: it would be there twice. */
export function isOnStderr(file: SourceFile, call: TSESTree.CallExpression): boolean {
  const fn = enclosingFunction(call);
  if (!fn || fn.body.type !== 'BlockStatement') return false;
  return fn.body.body.some(statement => statement.type === 'ExpressionStatement' && !contains(statement, call) && /^(?:process\.stderr\.write|console\.error)\(/.test(file.text.slice(...statement.range)));
}
