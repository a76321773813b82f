import { defineTransform, Editor, outermost } from '../../src/define-transform.js';
import { nodeAt } from '../../src/edits/locate.js';
import type { RewriteContext } from '../../src/transform.js';

export default defineTransform({
  id: 'not-found-to-invalid-params',
  title: 'Answer a missing resource with -32602, and accept both codes in clients',
  tests: 'a missing resource is answered with -32602',
  fixes: [{ rule: 'use-error-codes', clauses: ['resource-not-found-code', 'resource-not-found-client'] }],
  safety: 'safe',
  scope: 'finding',
  rewrite(context, findings) {
    const editor = new Editor(context.file);
    for (const finding of findings) {
      const code = nodeAt(context.file, finding.range);
      if (!code) continue;
      if (finding.data?.['form'] !== 'compare') {
        editor.replace(code, finding.data?.['form'] === 'thrown' ? invalidParams(context) : '-32602');
        continue;
      }
      const comparison = outermost(code).parent;
      if (comparison?.type !== 'BinaryExpression') continue;
      const text = editor.text(comparison);
      const other = text.replace(/-\s*32_?002/, '-32602');
      const joined = comparison.operator.startsWith('!') ? `${text} && ${other}` : `${text} || ${other}`;
      const inList = comparison.parent.type === 'IfStatement' && comparison.parent.test === comparison;
      editor.replace(comparison, inList ? joined : `(${joined})`);
    }
    return { edits: editor.edits, declines: [] };
  },
});

/** The name where the file has it already, else the number. */
function invalidParams({ file }: RewriteContext): string {
  for (const statement of file.program.body) {
    if (statement.type !== 'ImportDeclaration' || !/modelcontextprotocol/.test(statement.source.value)) continue;
    for (const { local } of statement.specifiers) if (local.name === 'ErrorCode' || local.name === 'ProtocolErrorCode') return `${local.name}.InvalidParams`;
  }
  return '-32602';
}
