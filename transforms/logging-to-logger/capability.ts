import type { Editor, TSESTree } from '../../src/define-transform.js';

/** Takes `logging` out of the capabilities; what is left empty by that goes too. Gives the ranges that went. */
export function removeCapability(editor: Editor, node: TSESTree.Node): TSESTree.Node | undefined {
  if (node.type === 'Property') return isOwnShape(node) ? undefined : removeProperty(editor, node);
  const assignment = node.parent;
  if (assignment?.type !== 'AssignmentExpression' || assignment.parent.type !== 'ExpressionStatement') return undefined;
  const statement = assignment.parent;
  const test = statement.parent.type === 'BlockStatement' && statement.parent.body.length === 1 ? statement.parent.parent : statement.parent;
  const removed = test.type === 'IfStatement' && !test.alternate ? test : statement;
  editor.removeStatement(removed);
  return removed;
}

/** `logging: true`: a type of the project says that it is there, the capability of the SDK is an object. */
function isOwnShape({ value }: TSESTree.Property): boolean {
  return value.type === 'Literal' || value.type === 'MemberExpression';
}

function removeProperty(editor: Editor, property: TSESTree.Property): TSESTree.Node {
  const object = property.parent;
  if (object.type !== 'ObjectExpression' || object.properties.length > 1 || editor.commentsIn(object.range).length > editor.commentsIn(property.range).length) {
    editor.removeProperty(property);
    return property;
  }
  const around = object.parent;
  if (around.type === 'Property') return removeProperty(editor, around);
  if (around.type === 'NewExpression' && around.arguments.at(-1) === object && around.arguments.length > 1) {
    editor.removeElements([object], around);
    return object;
  }
  if (around.type === 'CallExpression' && around.parent.type === 'ExpressionStatement' && /\bregisterCapabilities$/.test(editor.text(around.callee))) {
    editor.removeStatement(around.parent);
    return around.parent;
  }
  editor.removeProperty(property);
  return property;
}
