import { roleOf } from '../../src/mcp/roles.js';
import { defineRule, innermost, memberName, outermost, type CodeContext, type TSESTree } from '../../src/rule.js';

export default defineRule({
  id: 'no-structured-content-assumptions',
  title: 'Structured content can be any value',
  clauses: ['structured-content-object-only'],
  words: ['structuredContent'],
  visit(context) {
    // The result of one call is taken apart in several places: the first stands for all of them.
    const told = new Set<TSESTree.Node>();
    return {
      MemberExpression(node) {
        if (memberName(node) !== 'structuredContent') return;
        const assumed = assumptionOf(node);
        const call = assumed && callOf(context, node.object);
        if (!assumed || !call || told.has(call)) return;
        told.add(call);
        context.report(assumed.node, { clause: 'structured-content-object-only', subject: `structured:${assumed.how}`, message: assumed.message, confidence: 'likely' });
      },
    };
  },
});

interface Assumption {
  readonly node: TSESTree.Node;
  readonly how: 'member' | 'keys' | 'spread' | 'truth';
  readonly message: string;
}

const OBJECT = 'This takes structured content for an object; a tool may answer with any JSON value now.';

function assumptionOf(content: TSESTree.MemberExpression): Assumption | undefined {
  const outer = outermost(content);
  const { parent } = outer;
  switch (parent?.type) {
    case 'MemberExpression':
      return parent.object === outer ? { node: parent, how: 'member', message: OBJECT } : undefined;
    case 'SpreadElement':
      return parent.parent.type === 'ObjectExpression' ? { node: parent, how: 'spread', message: OBJECT } : undefined;
    case 'CallExpression':
      return parent.arguments.some(a => a === outer) && isKeys(parent) ? { node: parent, how: 'keys', message: OBJECT } : undefined;
    case 'BinaryExpression':
      return parent.operator === 'in' && parent.right === outer ? { node: parent, how: 'keys', message: OBJECT } : undefined;
    default:
      return isTruthTest(outer) ? { node: outer, how: 'truth', message: 'This takes 0, false, an empty text and null for no structured content; only a missing member is none.' } : undefined;
  }
}

function isKeys(call: TSESTree.CallExpression): boolean {
  const { callee } = call;
  return callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && callee.object.name === 'Object' && /^(?:keys|entries|values|hasOwn)$/.test(memberName(callee) ?? '');
}

function isTruthTest(node: TSESTree.Node): boolean {
  const { parent } = node;
  if (parent?.type === 'IfStatement' || parent?.type === 'ConditionalExpression') return parent.test === node;
  if (parent?.type === 'UnaryExpression') return parent.operator === '!';
  return parent?.type === 'LogicalExpression' && parent.operator !== '??' && parent.left === node;
}

/** The `client.callTool` that a result comes from, at once or by a name. */
function callOf(context: CodeContext, object: TSESTree.Node): TSESTree.Node | undefined {
  const { file, mcp } = context;
  const node = innermost(object);
  if (node.type === 'CallExpression') {
    if (node.callee.type !== 'MemberExpression' || memberName(node.callee) !== 'callTool') return undefined;
    const use = mcp.call(file, node);
    return use !== undefined && roleOf(use.owner) === 'client' ? node : undefined;
  }
  if (node.type !== 'Identifier') return undefined;
  for (const { writeExpr } of file.variableOf(node)?.references ?? []) {
    const call = writeExpr && innermost(writeExpr).type === 'CallExpression' ? callOf(context, writeExpr) : undefined;
    if (call) return call;
  }
  return undefined;
}
