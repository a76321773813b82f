import { innermost, memberName, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { propertyOf } from '../../src/mcp/exports.js';
import { indentAt } from '../../src/edits/indent.js';
import { styleOf } from '../../src/edits/style.js';
import type { Change, Place } from './change.js';
import { callAt, clientOf, guard, legacy } from './guard.js';

/** `client.subscribeResource({ uri })`: on the new revision a stream that names the resource. */
export function listening({ mcp, project, file, finding }: Place): Change | string {
  const call = callAt(file, finding.range);
  const callee = call ? innermost(call.callee) : undefined;
  if (!call || callee?.type !== 'MemberExpression') return '';
  const client = clientOf(mcp, file, call);
  if (!client) return 'Subscribe with `listen({ resourceSubscriptions: [uri] })` on connections of the new revision.';
  if (project.codeFiles().some(path => /\bunsubscribeResource\b/.test(project.text(path) ?? ''))) return 'Subscriptions end here as well. On the new revision `listen(...)` gives a handle: keep it, and close it where the subscription ends.';
  const uri = uriOf(file, call);
  const statement = call.parent.type === 'AwaitExpression' && call.parent.parent.type === 'ExpressionStatement' ? call.parent.parent : undefined;
  if (memberName(callee) !== 'subscribeResource' || uri === undefined || !statement || call.arguments.length > 1) return 'Subscribe with `listen({ resourceSubscriptions: [uri] })` on connections of the new revision.';
  const { parent } = statement;
  if (parent.type !== 'BlockStatement' && parent.type !== 'Program') return 'It is a branch of its own. Put both ways of subscribing into a block.';
  const edits = guard(file, call, legacy(file, client));
  if (typeof edits === 'string' || edits.some(e => e.range[0] !== statement.range[0])) return 'It stands behind another condition. Put both ways of subscribing into a block.';
  const { eol, semicolon } = styleOf(file);
  return { edits: [...edits, { range: [statement.range[1], statement.range[1]], text: `${semicolon === '' || file.text[statement.range[1] - 1] === ';' ? '' : semicolon}${eol}${indentAt(file, statement.range[0])}else await ${client}listen({ resourceSubscriptions: [${uri}] })${semicolon}` }] };
}

function uriOf(file: SourceFile, { arguments: [params] }: TSESTree.CallExpression): string | undefined {
  if (params?.type === 'Identifier') return `${params.name}.uri`;
  const property = params?.type === 'ObjectExpression' ? propertyOf(params, 'uri') : undefined;
  return property && !property.computed ? file.text.slice(...property.value.range) : undefined;
}
