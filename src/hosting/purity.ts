import type { TSESTree } from '@typescript-eslint/types';

const PURE_CALLS = /^(?:Number|String|Boolean|parseInt|parseFloat|isNaN|isFinite|BigInt|Symbol|Object\.freeze|Math\.\w+|Number\.\w+)$/;
const PURE_CONSTRUCTORS = new Set(['Map', 'Set', 'WeakMap', 'WeakSet', 'Array', 'Object', 'Date', 'RegExp', 'StdioServerTransport', 'AbortController']);

/** A declaration that does nothing but declare. */
export function isRemovable(statement: TSESTree.Node): statement is TSESTree.Statement {
  if (statement.parent?.type === 'ExportNamedDeclaration' || statement.parent?.type === 'ExportDefaultDeclaration') return false;
  switch (statement.type) {
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return true;
    case 'VariableDeclaration':
      return isInStatementList(statement) && statement.declarations.every(d => d.id.type === 'Identifier' && (!d.init || isPure(d.init)));
    default:
      return false;
  }
}

function isInStatementList({ parent }: TSESTree.VariableDeclaration): boolean {
  return parent.type === 'Program' || parent.type === 'BlockStatement' || parent.type === 'StaticBlock' || parent.type === 'SwitchCase';
}

/** Evaluating it changes nothing outside. */
export function isPure(node: TSESTree.Node): boolean {
  switch (node.type) {
    case 'Literal':
    case 'Identifier':
    case 'ThisExpression':
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return true;
    case 'TemplateLiteral':
      return node.expressions.every(isPure);
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'ChainExpression':
      return isPure(node.expression);
    case 'UnaryExpression':
      return node.operator !== 'delete' && isPure(node.argument);
    case 'BinaryExpression':
    case 'LogicalExpression':
      return isPure(node.left) && isPure(node.right);
    case 'ConditionalExpression':
      return isPure(node.test) && isPure(node.consequent) && isPure(node.alternate);
    case 'MemberExpression':
      return isPure(node.object) && (!node.computed || isPure(node.property));
    case 'ArrayExpression':
      return node.elements.every(e => e === null || (e.type !== 'SpreadElement' && isPure(e)));
    case 'ObjectExpression':
      return node.properties.every(p => p.type === 'Property' && isPure(p.value));
    case 'NewExpression':
      return node.callee.type === 'Identifier' && PURE_CONSTRUCTORS.has(node.callee.name) && node.arguments.every(isPure);
    case 'CallExpression':
      return PURE_CALLS.test(dotted(node.callee)) && node.arguments.every(isPure);
    default:
      return false;
  }
}

/** A function that works something out of what it is given, and changes nothing. */
export function onlyComputes(body: TSESTree.Node): boolean {
  switch (body.type) {
    case 'BlockStatement':
      return body.body.every(onlyComputes);
    case 'IfStatement':
      return isPure(body.test) && onlyComputes(body.consequent) && (!body.alternate || onlyComputes(body.alternate));
    case 'ReturnStatement':
      return !body.argument || isPure(body.argument);
    case 'VariableDeclaration':
      return body.declarations.every(d => !d.init || isPure(d.init));
    default:
      return !body.type.endsWith('Statement') && isPure(body);
  }
}

/** `a.b.c` for names and members that are written out, else nothing. */
export function dotted(node: TSESTree.Node): string {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'ThisExpression') return 'this';
  if (node.type === 'MemberExpression' && !node.computed && node.property.type === 'Identifier') {
    const object = dotted(node.object);
    return object === '' ? '' : `${object}.${node.property.name}`;
  }
  return '';
}
