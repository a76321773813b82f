import { innermost, memberName, type SourceFile, type TSESTree } from '../../src/define-transform.js';
import { indentAt } from '../../src/edits/indent.js';
import type { Edit } from '../../src/edits/edit.js';
import { nodeAt } from '../../src/edits/locate.js';
import { styleOf } from '../../src/edits/style.js';
import { enclosingClass, enclosingFunction, indexOf } from '../../src/mcp/file-index.js';
import type { McpModel } from '../../src/mcp/model.js';
import { roleOf } from '../../src/mcp/roles.js';
import type { Change, Place } from './change.js';

const USED = 'Its answer is used. Ask for the revision first: `getProtocolEra()` of the client says `legacy` where this call may be made.';

/** `if (client.getProtocolEra() === 'legacy')` in front of a call that servers of the new revision refuse. */
export function guardedCall({ mcp, file, finding }: Place): Change | string {
  const call = callAt(file, finding.range);
  if (!call) return '';
  const client = clientOf(mcp, file, call);
  if (client === '') return '';
  if (client === undefined) return 'Which client this connection belongs to is not to be seen here. Call it where `getProtocolEra()` of the client is `legacy`.';
  const edits = guard(file, call, legacy(file, client));
  return typeof edits === 'string' ? edits : { edits };
}

export function callAt(file: SourceFile, range: readonly [number, number]): TSESTree.CallExpression | undefined {
  const callee = nodeAt(file, [range[0], range[1]]);
  const { parent } = callee ?? {};
  return parent?.type === 'CallExpression' && parent.callee === callee ? parent : undefined;
}

export function legacy(file: SourceFile, client: string): string {
  const { quote } = styleOf(file);
  return `${client}getProtocolEra() === ${quote}legacy${quote}`;
}

/** The text of the client with a dot behind it; empty for what is none. */
export function clientOf(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): string | undefined {
  const callee = innermost(call.callee);
  if (callee.type !== 'MemberExpression') return '';
  const use = mcp.call(file, call);
  if (use && roleOf(use.owner) === 'client') return hasEffects(callee.object) ? undefined : file.text.slice(...callee.object.range) + (callee.optional ? '?.' : '.');
  if (memberName(callee) !== 'terminateSession') return '';
  return connectedClient(mcp, file, callee);
}

/** Asking twice would do something twice. */
function hasEffects(node: TSESTree.Node): boolean {
  const inner = innermost(node);
  if (inner.type === 'MemberExpression') return hasEffects(inner.object) || (inner.computed && inner.property.type !== 'Identifier' && inner.property.type !== 'Literal');
  if (inner.type === 'CallExpression') return !(inner.callee.type === 'MemberExpression' && memberName(inner.callee) === 'get' && inner.arguments.every(a => a.type === 'Identifier' || a.type === 'Literal')) || hasEffects(inner.callee.object);
  return inner.type !== 'Identifier' && inner.type !== 'ThisExpression';
}

/** `client.connect(transport)`, for the transport whose session ends. */
function connectedClient(mcp: McpModel, file: SourceFile, terminate: TSESTree.MemberExpression): string | undefined {
  const transport = file.text.slice(...innermost(terminate.object).range);
  const names = new Set<string>();
  for (const call of indexOf(file).calls) {
    const callee = innermost(call.callee);
    const [given] = call.arguments;
    if (callee.type !== 'MemberExpression' || memberName(callee) !== 'connect' || !given || file.text.slice(...innermost(given).range) !== transport) continue;
    const use = mcp.member(file, callee);
    if (!use || roleOf(use.owner) !== 'client' || !isInSight(file, callee.object, terminate)) continue;
    names.add(file.text.slice(...callee.object.range));
  }
  const [name, another] = names;
  if (name === undefined || another !== undefined) return undefined;
  return `${name}${mayBeMissing(terminate) && name.startsWith('this.') ? '?.' : '.'}`;
}

function mayBeMissing(node: TSESTree.MemberExpression): boolean {
  return node.optional;
}

function isInSight(file: SourceFile, client: TSESTree.Node, at: TSESTree.Node): boolean {
  const inner = innermost(client);
  if (inner.type === 'MemberExpression' && inner.object.type === 'ThisExpression') return enclosingClass(inner) === enclosingClass(at);
  const declared = inner.type === 'Identifier' ? file.variableOf(inner)?.defs[0]?.name : undefined;
  const fn = declared ? enclosingFunction(declared) : undefined;
  for (let f = enclosingFunction(at); f; f = enclosingFunction(f)) if (f === fn) return true;
  return declared !== undefined && fn === undefined;
}

/** The condition in front of the statement of a call, or in the `if` around it. */
export function guard(file: SourceFile, call: TSESTree.Node, condition: string): readonly Edit[] | string {
  const outer = wholeOf(call);
  const { parent } = outer;
  if (parent?.type === 'ArrowFunctionExpression' && parent.body === outer) return guardArrow(file, parent, condition);
  if (parent?.type !== 'ExpressionStatement') return USED;
  const around = onlyStatementOf(parent);
  if (around && !around.alternate) return [...opened(around.test), { range: [around.test.range[0], around.test.range[0]], text: `${condition} && ${needsParentheses(around.test) ? '(' : ''}` }];
  if (parent.parent.type === 'IfStatement') return 'It is one of two branches. Ask for the revision in the condition.';
  return [{ range: [parent.range[0], parent.range[0]], text: `if (${condition}) ` }];
}

function opened(test: TSESTree.Expression): readonly Edit[] {
  return needsParentheses(test) ? [{ range: [test.range[1], test.range[1]], text: ')' }] : [];
}

function needsParentheses(test: TSESTree.Expression): boolean {
  return (test.type === 'LogicalExpression' && test.operator !== '&&') || test.type === 'ConditionalExpression' || test.type === 'AssignmentExpression' || test.type === 'SequenceExpression';
}

/** `if (x) call();`, with or without braces. */
function onlyStatementOf(statement: TSESTree.Statement): TSESTree.IfStatement | undefined {
  const { parent } = statement;
  const holder = parent.type === 'BlockStatement' && parent.body.length === 1 ? parent : statement;
  const around = holder.parent;
  return around.type === 'IfStatement' && around.consequent === holder ? around : undefined;
}

/** With `await`, `void`, `.catch(...)`, or in a race with a timer. */
function wholeOf(call: TSESTree.Node): TSESTree.Node {
  let node = call;
  for (;;) {
    const { parent } = node;
    if (!parent) return node;
    const passes =
      parent.type === 'AwaitExpression' ||
      parent.type === 'ChainExpression' ||
      (parent.type === 'UnaryExpression' && parent.operator === 'void') ||
      (parent.type === 'MemberExpression' && parent.object === node && /^(?:then|catch|finally)$/.test(memberName(parent) ?? '')) ||
      (parent.type === 'CallExpression' && parent.callee === node) ||
      (parent.type === 'ArrayExpression' && parent.parent.type === 'CallExpression') ||
      (parent.type === 'CallExpression' && parent.callee.type === 'MemberExpression' && memberName(parent.callee) === 'race' && parent.arguments.some(a => a === node));
    if (!passes) return node;
    node = parent;
  }
}

/** `setInterval(() => client.ping(), 30_000)`. */
function guardArrow(file: SourceFile, { body, parent }: TSESTree.ArrowFunctionExpression, condition: string): readonly Edit[] | string {
  const isTimer = parent.type === 'CallExpression' && parent.callee.type === 'Identifier' && /^set(?:Interval|Timeout|Immediate)$/.test(parent.callee.name);
  if (!isTimer) return USED;
  const { eol, indent, semicolon } = styleOf(file);
  const base = indentAt(file, body.range[0]);
  return [
    { range: [body.range[0], body.range[0]], text: `{${eol}${base}${indent}if (${condition}) ` },
    { range: [body.range[1], body.range[1]], text: `${semicolon}${eol}${base}}` },
  ];
}
