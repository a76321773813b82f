import { isInReadHandler } from '../../src/mcp/resource-reads.js';
import { defineRule, innermost, keyName, type TSESTree } from '../../src/rule.js';

export default defineRule({
  id: 'no-empty-contents',
  title: 'A missing resource is an error',
  clauses: ['resource-empty-contents'],
  words: ['contents'],
  visit: ({ file, mcp, report }) => ({
    Property(node) {
      if (keyName(node.key) !== 'contents' || node.parent.type !== 'ObjectExpression') return;
      const empty = emptyIn(node.value);
      if (!empty || !isInReadHandler(mcp, file, node)) return;
      report(empty, { clause: 'resource-empty-contents', subject: 'contents:empty', message: 'This answers the read of a missing resource with an empty list; the protocol wants an error.', confidence: 'likely' });
    },
  }),
});

/** `[]`, `row ? [row] : []`, `rows ?? []`. */
function emptyIn(value: TSESTree.Node): TSESTree.ArrayExpression | undefined {
  const node = innermost(value);
  switch (node.type) {
    case 'ArrayExpression':
      return node.elements.length === 0 ? node : undefined;
    case 'ConditionalExpression':
      return emptyIn(node.consequent) ?? emptyIn(node.alternate);
    case 'LogicalExpression':
      return node.operator === '&&' ? undefined : emptyIn(node.right);
    default:
      return undefined;
  }
}
