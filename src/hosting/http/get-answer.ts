import type { TSESTree } from '@typescript-eslint/types';
import type { Edit } from '../../edits/edit.js';
import { indentAt, reindented, withComments } from '../../edits/indent.js';
import type { FileDraft } from '../draft.js';
import { contains } from '../../mcp/nodes.js';
import type { SourceFile } from '../../parse/source.js';
import { some, type SessionNames } from './names.js';
import { isAnswer } from './plumbing.js';
import type { Route } from './routes.js';

/** A GET route that answers those who have no session: a page with the name of the server, or how it is. */
export interface StatusPage {
  readonly route: Route;
  readonly statement: TSESTree.IfStatement;
}

/** `if (!sessionId) { return c.json({ status: 'ok' }); }` at the beginning of a GET route. */
export function statusPageOf(names: SessionNames, file: SourceFile, route: Route): StatusPage | undefined {
  const { body } = route.handler.fn;
  if (route.method !== 'get' || body.type !== 'BlockStatement' || route.handler.name !== undefined) return undefined;
  const statement = body.body.find((s): s is TSESTree.IfStatement => s.type === 'IfStatement');
  if (!statement || statement.alternate || statement.test.type !== 'UnaryExpression' || statement.test.operator !== '!' || !names.isName(statement.test.argument)) return undefined;
  if (body.body.slice(0, body.body.indexOf(statement)).some(s => s.type !== 'VariableDeclaration') || names.mentions(statement.consequent)) return undefined;
  const locals = body.body.filter(s => s.range[1] <= statement.range[0]).some(s => file.scopes.scopes.some(scope => scope.variables.some(v => v.defs.some(d => contains(s, d.name)) && v.references.some(r => contains(statement.consequent, r.identifier)))));
  return !locals && some(statement.consequent, n => n.type === 'CallExpression' && isAnswer(n)) ? { route, statement } : undefined;
}

/** The route as it stays: those who ask for a stream are told that there is none. */
export function writeStatusPage(draft: FileDraft, { route, statement }: StatusPage, otherwise: string, isWeb: boolean): void {
  const { file, editor } = draft;
  const { eol, indent, quote, semicolon } = editor.style;
  const { fn } = route.handler;
  const [request] = fn.params;
  const name = request?.type === 'Identifier' ? request.name : 'req';
  const base = indentAt(file, fn.body.range[1] - 1);
  const inner = base + indent;
  const header = isWeb && fn.params.length === 1 ? `${name}.req.header(${quote}accept${quote})` : `${name}.headers.accept`;
  const edits: Edit[] = [{ range: statement.test.range, text: `!${header}?.includes(${quote}text/event-stream${quote})` }];
  const { consequent } = statement;
  const last = consequent.type === 'BlockStatement' ? consequent.body.at(-1) : undefined;
  if (last && last.type !== 'ReturnStatement') edits.push({ range: [last.range[1], last.range[1]], text: `${eol}${inner}${indent}return${semicolon}` });
  const answer = reindented(file, withComments(file, statement), inner, edits);
  draft.replace(fn.body, `{${eol}${inner}${answer}${eol}${inner}${otherwise}${eol}${base}}`, [consequent]);
}

/** An answer to GET as it stands in front of the handler: what asks for a stream is none of it, or clients would try again for ever. */
export function answerToGet({ file, editor }: FileDraft, statement: TSESTree.IfStatement, request: string, indent: string): string {
  const { eol, quote, semicolon } = editor.style;
  const edits: Edit[] = [{ range: [statement.test.range[1], statement.test.range[1]], text: ` && !${request}.headers.accept?.includes(${quote}text/event-stream${quote})` }];
  const { consequent } = statement;
  const last = consequent.type === 'BlockStatement' ? consequent.body.at(-1) : undefined;
  if (last && last.type !== 'ReturnStatement') edits.push({ range: [last.range[1], last.range[1]], text: `${eol}${indent}${editor.style.indent}return${semicolon}` });
  return `${indent}${reindented(file, withComments(file, statement), indent, edits)}${eol}`;
}
