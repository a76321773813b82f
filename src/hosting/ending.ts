import type { TSESTree } from '@typescript-eslint/types';
import { innermost, memberName } from '../mcp/file-index.js';
import { isFunctionNode } from '../mcp/values.js';
import type { SourceFile } from '../parse/source.js';
import type { FileDraft } from './draft.js';

/** `server.onclose = ...`: what runs when the connection ends. */
export interface Ending {
  readonly statement: TSESTree.ExpressionStatement;
  readonly target: TSESTree.MemberExpression;
  readonly value: TSESTree.Expression;
  /** It ends the process. A server that only answered a probe is closed too, so this cannot stay with a server. */
  readonly ends: boolean;
}

export function endingOf(file: SourceFile, statement: TSESTree.Node): Ending | undefined {
  if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'AssignmentExpression') return undefined;
  const { left, right } = statement.expression;
  if (left.type !== 'MemberExpression' || memberName(left) !== 'onclose') return undefined;
  return { statement, target: left, value: right, ends: endsProcess(file, right) };
}

function endsProcess(file: SourceFile, value: TSESTree.Expression, depth = 0): boolean {
  const inner = innermost(value);
  if (inner.type !== 'Identifier') return exits(file, inner, depth);
  const declared = file.variableOf(inner)?.defs[0]?.node;
  const fn = declared?.type === 'VariableDeclarator' ? declared.init : declared;
  return fn != null && isFunctionNode(fn) && exits(file, fn, depth);
}

const MAX_DEPTH = 3;

/** Also through functions that it calls. */
function exits(file: SourceFile, fn: TSESTree.Node, depth: number): boolean {
  const text = file.text.slice(...fn.range);
  if (/process\.exit\b|\bexit\(/.test(text)) return true;
  if (depth >= MAX_DEPTH) return false;
  return file.scopes.scopes.some(scope =>
    scope.variables.some(v => v.defs[0] !== undefined && v.references.some(r => r.identifier.type === 'Identifier' && r.init !== true && fn.range[0] <= r.identifier.range[0] && r.identifier.range[1] <= fn.range[1] && r.identifier.parent.type === 'CallExpression' && r.identifier.parent.callee === r.identifier && endsProcess(file, r.identifier, depth + 1))),
  );
}

/** On standard input and output the connection ends when the input does. */
export function waitForInputToEnd(draft: FileDraft, { statement, value }: Ending): void {
  const { quote } = draft.editor.style;
  draft.replace({ range: [statement.expression.range[0], value.range[0]] }, `process.stdin.once(${quote}end${quote}, `);
  draft.editor.insert(value.range[1], ')');
}
