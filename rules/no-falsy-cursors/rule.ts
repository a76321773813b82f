import { roleOf } from '../../src/mcp/roles.js';
import { defineRule, innermost, keyName, memberName, outermost, type CodeContext, type TSESTree } from '../../src/rule.js';

const LISTS = /^(?:list(?:Tools|Resources|ResourceTemplates|Prompts)|request)$/;

export default defineRule({
  id: 'no-falsy-cursors',
  title: 'An empty cursor does not end a list',
  clauses: ['pagination-empty-cursor'],
  words: ['nextCursor'],
  visit(context) {
    // A variable that several pages are put into is met once for each.
    const told = new Set<TSESTree.Node>();
    return {
      MemberExpression(node) {
        if (memberName(node) === 'nextCursor' && comesFromList(context, node.object)) tell(context, told, testsOf(context, node), node);
      },
      Property(node) {
        if (keyName(node.key) !== 'nextCursor' || node.parent.type !== 'ObjectPattern' || node.value.type !== 'Identifier') return;
        const declaration = node.parent.parent;
        if (declaration.type === 'VariableDeclarator' && declaration.init && isList(context, declaration.init)) tell(context, told, testsOfVariable(context, node.value), node);
      },
    };
  },
});

/** The result itself, or a variable that holds it. */
function comesFromList(context: CodeContext, object: TSESTree.Node): boolean {
  const inner = innermost(object);
  if (inner.type === 'CallExpression') return isList(context, inner);
  if (inner.type !== 'Identifier') return false;
  const variable = context.file.variableOf(inner);
  return variable?.references.some(r => r.writeExpr && isList(context, r.writeExpr)) ?? false;
}

function isList({ file, mcp }: CodeContext, node: TSESTree.Node): boolean {
  const call = innermost(node);
  if (call.type !== 'CallExpression') return false;
  const callee = innermost(call.callee);
  if (callee.type !== 'MemberExpression' || !LISTS.test(memberName(callee) ?? '')) return false;
  const use = mcp.call(file, call);
  return use !== undefined && roleOf(use.owner) === 'client';
}

/** `while (page.nextCursor)`, or `cursor = page.nextCursor; ... while (cursor)`. */
function testsOf(context: CodeContext, cursor: TSESTree.Node): readonly TSESTree.Node[] {
  const outer = outermost(cursor);
  if (isTruthTest(outer)) return [outer];
  const { parent } = outer;
  if (parent?.type === 'VariableDeclarator' && parent.init === outer && parent.id.type === 'Identifier') return testsOfVariable(context, parent.id);
  if (parent?.type !== 'AssignmentExpression' || parent.right !== outer || parent.left.type !== 'Identifier') return [];
  return isTruthTest(parent) ? [parent] : testsOfVariable(context, parent.left);
}

function testsOfVariable({ file }: CodeContext, name: TSESTree.Identifier): readonly TSESTree.Node[] {
  return (file.variableOf(name)?.references ?? []).map(r => outermost(r.identifier)).filter(isTruthTest);
}

function tell({ report }: CodeContext, told: Set<TSESTree.Node>, tests: readonly TSESTree.Node[], cursor: TSESTree.Node): void {
  for (const at of tests) {
    if (told.has(at)) continue;
    told.add(at);
    report(at, { clause: 'pagination-empty-cursor', subject: 'cursor:truthy', message: 'This takes an empty cursor for the end of the list; only one that is missing ends it.', confidence: at === cursor ? 'certain' : 'likely' });
  }
}

function isTruthTest(node: TSESTree.Node): boolean {
  const { parent } = node;
  switch (parent?.type) {
    case 'IfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ForStatement':
    case 'ConditionalExpression':
      return parent.test === node;
    case 'UnaryExpression':
      return parent.operator === '!';
    case 'LogicalExpression':
      return parent.operator === '||' ? parent.left === node : parent.operator === '&&' && (parent.left === node || isTruthTest(parent));
    default:
      return false;
  }
}
