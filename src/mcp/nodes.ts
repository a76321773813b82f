import type { TSESTree } from '@typescript-eslint/types';
import type { Range } from '../parse/source.js';
import { keyName } from './exports.js';
import { isClassNode, isFunctionNode, type ClassNode, type FunctionNode } from './values.js';

/** Under which a function is called or kept. */
export function nameOfFunction(fn: FunctionNode): string | undefined {
  if (fn.type !== 'ArrowFunctionExpression' && fn.id) return fn.id.name;
  const { parent } = fn;
  if (parent.type === 'VariableDeclarator') return parent.id.type === 'Identifier' ? parent.id.name : undefined;
  return parent.type === 'MethodDefinition' || parent.type === 'Property' || parent.type === 'PropertyDefinition' ? keyName(parent.key) : undefined;
}

/** Expressions that a function returns, without those of functions inside it. */
export function returnExpressions(node: FunctionNode): readonly TSESTree.Expression[] {
  if (node.body.type !== 'BlockStatement') return [node.body];
  const found: TSESTree.Expression[] = [];
  const visit = (n: TSESTree.Node): void => {
    if (isFunctionNode(n) || isClassNode(n)) return;
    if (n.type === 'ReturnStatement') {
      if (n.argument) found.push(n.argument);
      return;
    }
    for (const child of statementsIn(n)) visit(child);
  };
  for (const statement of node.body.body) visit(statement);
  return found;
}

/** Only statements can hold a return: expressions need not be looked into. */
function statementsIn(node: TSESTree.Node): readonly TSESTree.Node[] {
  switch (node.type) {
    case 'BlockStatement':
      return node.body;
    case 'IfStatement':
      return node.alternate ? [node.consequent, node.alternate] : [node.consequent];
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'LabeledStatement':
    case 'WithStatement':
      return [node.body];
    case 'SwitchStatement':
      return node.cases.flatMap(c => c.consequent);
    case 'TryStatement':
      return [node.block, ...(node.handler ? [node.handler.body] : []), ...(node.finalizer ? [node.finalizer] : [])];
    default:
      return [];
  }
}

interface Ranged {
  readonly range: Range;
}

export function contains(outer: Ranged, inner: Ranged): boolean {
  return outer.range[0] <= inner.range[0] && inner.range[1] <= outer.range[1];
}

/** The statement of a module or a block that a node belongs to. */
export function statementAround(node: TSESTree.Node): TSESTree.ProgramStatement | undefined {
  let inner = node;
  for (let n = node.parent; n; n = n.parent) {
    if (n.type === 'BlockStatement' || n.type === 'Program') return n.body.find(s => s === inner);
    inner = n;
  }
  return undefined;
}

export function promiseAllItem(node: TSESTree.CallExpression, index: number): TSESTree.Node | undefined {
  const [list] = node.arguments;
  return list?.type === 'ArrayExpression' ? (list.elements[index] ?? undefined) : undefined;
}

/** The assignment whose left side is a pattern around this identifier. */
export function assignmentOver(identifier: TSESTree.Identifier): TSESTree.AssignmentExpression | undefined {
  for (let n: TSESTree.Node | undefined = identifier.parent; n; n = n.parent) {
    if (n.type === 'AssignmentExpression') return n;
    if (!/Pattern$|^Property$|^RestElement$/.test(n.type)) return undefined;
  }
  return undefined;
}

export function unwrapParameter(parameter: TSESTree.Parameter): { id: TSESTree.Identifier | TSESTree.ObjectPattern | TSESTree.ArrayPattern | TSESTree.RestElement; fallback?: TSESTree.Expression } {
  const inner = parameter.type === 'TSParameterProperty' ? parameter.parameter : parameter;
  return inner.type === 'AssignmentPattern' ? { id: inner.left, fallback: inner.right } : { id: inner };
}

export function constructorOf(cls: ClassNode): FunctionNode | undefined {
  for (const member of cls.body.body)
    if (member.type === 'MethodDefinition' && member.kind === 'constructor' && member.value.type === 'FunctionExpression') return member.value;
  return undefined;
}

