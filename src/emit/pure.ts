import type { TSESTree } from '@typescript-eslint/types';

/** `flag = true;` as a statement of its own. */
export function plainWrite(node: TSESTree.Node): TSESTree.ExpressionStatement | undefined {
  const { parent } = node;
  if (parent?.type !== 'AssignmentExpression' || parent.operator !== '=' || parent.left !== node || !isPure(parent.right)) return undefined;
  const statement = parent.parent;
  return statement.type === 'ExpressionStatement' && /^(?:Program|BlockStatement)$/.test(statement.parent.type) ? statement : undefined;
}

/** Reading it does nothing. */
export function isPure(node: TSESTree.Node): boolean {
  switch (node.type) {
    case 'Identifier':
    case 'Literal':
    case 'ThisExpression':
      return true;
    case 'MemberExpression':
      return isPure(node.object) && (!node.computed || isPure(node.property));
    case 'TSAsExpression':
    case 'TSNonNullExpression':
    case 'ChainExpression':
      return isPure(node.expression);
    case 'LogicalExpression':
    case 'BinaryExpression':
      return isPure(node.left) && isPure(node.right);
    case 'UnaryExpression':
      return isPure(node.argument);
    case 'ConditionalExpression':
      return isPure(node.test) && isPure(node.consequent) && isPure(node.alternate);
    case 'TemplateLiteral':
      return node.expressions.every(isPure);
    case 'ArrayExpression':
      return node.elements.every(e => e !== null && isPure(e));
    case 'CallExpression':
      // A method that is handed on with its object.
      return node.callee.type === 'MemberExpression' && node.callee.property.type === 'Identifier' && node.callee.property.name === 'bind' && isPure(node.callee.object) && node.arguments.every(isPure);
    case 'ObjectExpression':
      return node.properties.every(p => isPure(p.type === 'Property' ? p.value : p.argument));
    case 'ArrowFunctionExpression':
      return true;
    default:
      return false;
  }
}
