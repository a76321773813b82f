import { memberName, type TSESTree } from '../../src/define-transform.js';
import { indentAt, reindented } from '../../src/edits/indent.js';
import { statementOfCall } from '../../src/hosting/closure.js';
import type { FileDraft } from '../../src/hosting/draft.js';
import { isFunctionNode } from '../../src/mcp/values.js';

/** The statement that connects. */
export interface Site {
  readonly statement: TSESTree.Statement;
  /** The expression that goes. */
  readonly node: TSESTree.Node;
  /** `.then(() => ...)`: what runs when it serves. */
  readonly then?: TSESTree.Node;
  /** `.catch(error => ...)`: told of errors. */
  readonly onerror?: TSESTree.Node;
}

/** The expression of a statement that only connects, with what it does afterwards. Undefined when more hangs on it. */
export function siteOf(call: TSESTree.CallExpression): Site | undefined {
  let node: TSESTree.CallExpression = call;
  let then: TSESTree.Node | undefined;
  let onerror: TSESTree.Node | undefined;
  for (;;) {
    const member = node.parent;
    if (member.type !== 'MemberExpression' || member.object !== node || member.parent.type !== 'CallExpression') break;
    const [callback] = member.parent.arguments;
    const name = memberName(member);
    if (!callback || callback.type === 'SpreadElement') return undefined;
    if (name === 'then' && isFunctionNode(callback) && callback.params.length === 0 && !callback.async && member.parent.arguments.length === 1 && !then) then = callback;
    else if (name === 'catch') onerror = callback;
    else return undefined;
    node = member.parent;
  }
  const statement = statementOfCall(node);
  return statement && { statement, node: statement.expression, ...(then && { then }), ...(onerror && { onerror }) };
}

/** A handler that only tells of the error can be told of all errors; one that ends the process or throws has no place any more. */
export function errorHandler(draft: FileDraft, { onerror }: Site): TSESTree.Node | undefined {
  return onerror && !/process\.exit|\bthrow\b|\breject\b/.test(draft.editor.text(onerror)) ? onerror : undefined;
}

/** The statements that ran when the server was connected. */
export function afterServing(draft: FileDraft, site: Site): string {
  const { then } = site;
  if (!then || !isFunctionNode(then)) return '';
  const { file, editor } = draft;
  const base = indentAt(file, site.statement.range[0]);
  const { eol, semicolon } = editor.style;
  if (then.body.type !== 'BlockStatement') return `${semicolon}${eol}${base}${editor.text(then.body)}`;
  const [first] = then.body.body;
  const last = then.body.body.at(-1);
  if (!first || !last) return '';
  return `${semicolon}${eol}${base}${reindented(file, [first.range[0], last.range[1]], base).replace(/;$/, '')}`;
}
