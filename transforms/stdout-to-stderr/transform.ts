import { defineTransform, Editor, memberName, type Finding, type TSESTree } from '../../src/define-transform.js';
import { nodeAt } from '../../src/edits/locate.js';
import { pinoToStderr, winstonToStderr } from './loggers.js';

/** What `console.error` prints alike. */
const PLAIN = new Set(['log', 'info', 'debug']);

export default defineTransform({
  id: 'stdout-to-stderr',
  title: 'Write to standard error what is no message of the protocol',
  tests: 'messages go to standard error',
  fixes: [{ rule: 'no-stdout', clauses: ['stdio-stdout'] }],
  safety: 'review',
  after: ['logging-to-logger'],
  scope: 'finding',
  rewrite({ file }, findings) {
    const editor = new Editor(file);
    const declines = findings.flatMap(finding => {
      const callee = nodeAt(file, finding.range);
      const reason = callee ? rewritten(editor, callee, finding) : undefined;
      return reason === undefined ? [] : [{ for: finding.fingerprint, reason }];
    });
    return { edits: editor.edits, declines };
  },
});

/** The reason when it is not. */
function rewritten(editor: Editor, callee: TSESTree.Node, { subject }: Finding): string | undefined {
  const call = callee.parent;
  if (subject === 'stdout:pino') return call?.type === 'CallExpression' ? pinoToStderr(editor, call) : undefined;
  if (subject === 'stdout:winston') return call?.type === 'NewExpression' ? winstonToStderr(editor, call) : undefined;
  if (callee.type !== 'MemberExpression') return undefined;
  if (subject === 'stdout:process.stdout.write') {
    if (callee.object.type === 'MemberExpression') editor.replace(callee.object.property, 'stderr');
    return undefined;
  }
  const name = memberName(callee) ?? '';
  if (!PLAIN.has(name)) return `console.${name} has no form for standard error. Print the same with console.error.`;
  editor.replace(callee.property, callee.computed ? `${editor.style.quote}error${editor.style.quote}` : 'error');
  return undefined;
}
