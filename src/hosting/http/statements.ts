import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../../parse/source.js';
import { isLogCall, rootName } from './plumbing.js';
import { parameterNames, type Route } from './routes.js';

/** More than a log line or a name for something. */
export function mayMatter(file: SourceFile, statement: TSESTree.Statement): boolean {
  const text = file.text.slice(...statement.range);
  if (statement.type === 'ExpressionStatement') {
    const value = statement.expression.type === 'AwaitExpression' ? statement.expression.argument : statement.expression;
    return !(value.type === 'CallExpression' && isLogCall(value)) && !/^(?:await\s+)?(?:console|[\w.]*[lL]og(?:ger)?)\b/.test(text);
  }
  return statement.type !== 'VariableDeclaration' || /\bawait\b/.test(text);
}

/** What one handler does for its requests, the other one does for all of them. */
export function isSameText(file: SourceFile, a: TSESTree.Node, b: TSESTree.Node): boolean {
  const plain = (n: TSESTree.Node): string => file.text.slice(...n.range).replace(/\s+/g, ' ');
  return plain(a) === plain(b);
}

/** `res.status(405).end()`. */
export function isRefusal(file: SourceFile, statement: TSESTree.Statement): boolean {
  return /\b(?:4\d\d|METHOD_NOT_ALLOWED)\b|[nN]ot [aA]llowed/.test(file.text.slice(...statement.range)) || statement.type === 'ReturnStatement' || /^\s*(?:res|reply|response)\.(?:end|set|setHeader)/.test(file.text.slice(...statement.range));
}

/** A handler that says 405 and nothing else. */
export function onlyRefuses(file: SourceFile, { handler: { fn } }: Route): boolean {
  if (fn.body.type !== 'BlockStatement' || !/\b405\b|METHOD_NOT_ALLOWED/.test(file.text.slice(...fn.body.range))) return false;
  const own = parameterNames(fn);
  return fn.body.body.every(s => {
    if (s.type === 'ReturnStatement') return s.argument === null || own.includes(rootName(s.argument) ?? '');
    if (s.type !== 'ExpressionStatement') return false;
    const target = s.expression.type === 'AssignmentExpression' ? s.expression.left : s.expression;
    return !mayMatter(file, s) || own.includes(rootName(target) ?? '');
  });
}

/** `res.setHeader('Content-Type', 'text/event-stream')`: the handler of the SDK does it. */
export function preparesStream(file: SourceFile, statement: TSESTree.Statement, { handler }: Pick<Route, 'handler'>): boolean {
  const [, reply] = handler.fn.params;
  if (reply?.type !== 'Identifier' || statement.type !== 'ExpressionStatement') return false;
  return new RegExp(`^${reply.name}\\.(?:raw\\.)?(?:setHeader|set|header|writeHead|setTimeout|flushHeaders)\\b`).test(file.text.slice(...statement.range));
}
