import type { TSESTree } from '@typescript-eslint/types';
import { memberName } from '../../mcp/file-index.js';
import type { CompileError } from '../../migrate/types.js';
import { walkTree } from '../../parse/walk.js';
import type { PassFile } from '../pass.js';
import { editedWhere, type TypeRepair } from './attempt.js';

const NOT_ASSIGNABLE = 2345;

/** `release(notice.params.requestId)`: a notice of cancellation may say no id. Then there is nothing to release. */
export const absentIds: TypeRepair = {
  fits: ({ code, message }) => code === NOT_ASSIGNABLE && /\bundefined' is not assignable/.test(message),
  ways: [(project, errors) => editedWhere(project, errors, { id: 'absent-ids', words: /\.params\??\.requestId\b/ }, guard)],
};

function guard({ file, project, editor }: PassFile, errors: readonly CompileError[]): void {
  const lines = project.lines(file.path);
  walkTree(file.program, node => {
    if (node.type !== 'MemberExpression' || memberName(node) !== 'requestId' || node.object.type !== 'MemberExpression' || memberName(node.object) !== 'params') return;
    if (!errors.some(e => e.line === lines.position(node.range[0]).line)) return;
    const statement = statementOf(node);
    if (statement) editor.insert(statement.range[0], `if (${editor.text(node)} !== undefined) `);
  });
}

/** Of a call that is given it and whose answer nothing uses. */
function statementOf({ parent }: TSESTree.MemberExpression): TSESTree.ExpressionStatement | undefined {
  if (parent.type !== 'CallExpression') return undefined;
  const above = parent.parent.type === 'AwaitExpression' || (parent.parent.type === 'UnaryExpression' && parent.parent.operator === 'void') ? parent.parent.parent : parent.parent;
  return above.type === 'ExpressionStatement' ? above : undefined;
}
