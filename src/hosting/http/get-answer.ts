import type { TSESTree } from '@typescript-eslint/types';
import type { Edit } from '../../edits/edit.js';
import { reindented, withComments } from '../../edits/indent.js';
import type { FileDraft } from '../draft.js';

/** An answer to GET as it stands in front of the handler: what asks for a stream is none of it, or clients would try again for ever. */
export function answerToGet({ file, editor }: FileDraft, statement: TSESTree.IfStatement, request: string, indent: string): string {
  const { eol, quote, semicolon } = editor.style;
  const edits: Edit[] = [{ range: [statement.test.range[1], statement.test.range[1]], text: ` && !${request}.headers.accept?.includes(${quote}text/event-stream${quote})` }];
  const { consequent } = statement;
  const last = consequent.type === 'BlockStatement' ? consequent.body.at(-1) : undefined;
  if (last && last.type !== 'ReturnStatement') edits.push({ range: [last.range[1], last.range[1]], text: `${eol}${indent}${editor.style.indent}return${semicolon}` });
  return `${indent}${reindented(file, withComments(file, statement), indent, edits)}${eol}`;
}
