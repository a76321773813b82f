import { roleOf } from '../../src/mcp/roles.js';
import { defineRule, innermost, keyName, memberName, outermost, type CodeContext, type TSESTree } from '../../src/rule.js';

export default defineRule({
  id: 'no-structured-content-assumptions',
  title: 'Structured content can be any value',
  clauses: ['structured-content-object-only', 'output-schema-object-only'],
  words: ['structuredContent', 'outputSchema'],
  visit(context) {
    // The result of one call is taken apart in several places: the first stands for all of them.
    const told = new Set<TSESTree.Node>();
    return {
      BinaryExpression(node) {
        reportSchemaTest(context, node);
      },
      Property(node) {
        reportSchemaOfSchemas(context, node);
      },
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

const ANY_SCHEMA = 'This expects an object at the root of what a tool says of its output; any schema may stand there now.';

/** `tool.outputSchema.type !== 'object'`. */
function reportSchemaTest({ report }: CodeContext, node: TSESTree.BinaryExpression): void {
  if (!/^[!=]==?$/.test(node.operator) || node.right.type !== 'Literal' || node.right.value !== 'object') return;
  const type = innermost(node.left);
  if (type.type !== 'MemberExpression' || memberName(type) !== 'type') return;
  const schema = innermost(type.object);
  if (schema.type === 'MemberExpression' && memberName(schema) === 'outputSchema') report(node, { clause: 'output-schema-object-only', subject: 'output-schema:test', message: ANY_SCHEMA, confidence: 'likely' });
}

/** `outputSchema: z.object({ type: z.literal('object') })`: the schema of the tools of others. */
function reportSchemaOfSchemas({ file, report }: CodeContext, node: TSESTree.Property): void {
  if (keyName(node.key) !== 'outputSchema' || node.value.type !== 'CallExpression') return;
  if (!/^z\.(?:object|looseObject|strictObject)\(\s*\{\s*type:\s*z\.literal\(\s*['"]object['"]\s*\)/.test(file.text.slice(...node.value.range))) return;
  report(node.value, { clause: 'output-schema-object-only', subject: 'output-schema:schema', message: ANY_SCHEMA, confidence: 'likely' });
}
