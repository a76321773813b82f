import { roleOf } from '../../src/mcp/roles.js';
import { defineRule, endName, innermost, keyName, memberName, nameOfType, outermost, type CodeContext, type SourceFile, type TSESTree } from '../../src/rule.js';

export default defineRule({
  id: 'no-client-session',
  title: 'Clients keep no session',
  clauses: ['session-client-tracking', 'session-delete-endpoint'],
  words: ['terminateSession', 'sessionId', 'ClientTransport'],
  visit: context => ({
    CallExpression(node) {
      reportTermination(context, node);
    },
    MemberExpression(node) {
      reportKeptId(context, node);
    },
    NewExpression(node) {
      reportGivenId(context, node);
    },
  }),
});

function reportTermination({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  if (callee.type !== 'MemberExpression' || memberName(callee) !== 'terminateSession') return;
  const use = mcp.call(file, node);
  if (use && roleOf(use.owner) !== 'client-transport') return;
  const known = use ?? (mcp.values(file, callee.object).length === 0 ? undefined : null);
  if (known === null) return;
  report(node.callee, {
    clause: 'session-delete-endpoint',
    also: ['session-client-tracking'],
    subject: 'client:terminate',
    message: 'This ends a session; there is none on a connection of the new revision.',
    because: use?.because,
    confidence: use?.confidence ?? 'likely',
  });
}

/** `store.sessionId = transport.sessionId`: kept to be sent again. Logging it is harmless. */
function reportKeptId({ file, mcp, report }: CodeContext, node: TSESTree.MemberExpression): void {
  if (memberName(node) !== 'sessionId' || !isKept(file, node, 0)) return;
  const use = mcp.member(file, node);
  if (!use || roleOf(use.owner) !== 'client-transport') return;
  report(node, { clause: 'session-client-tracking', subject: 'client:kept-id', message: 'This keeps the id of a session; servers of the new revision give none.', because: use.because });
}

function isKept(file: SourceFile, node: TSESTree.Node, depth: number): boolean {
  const outer = outermost(node);
  const { parent } = outer;
  switch (parent?.type) {
    case 'AssignmentExpression':
      return parent.right === outer;
    case 'ReturnStatement':
      return true;
    case 'CallExpression':
      return parent.callee !== outer && !isLog(parent);
    case 'VariableDeclarator': {
      const variable = parent.init === outer && parent.id.type === 'Identifier' && depth === 0 ? file.variableOf(parent.id) : undefined;
      return variable?.references.some(r => !r.init && isKept(file, r.identifier, depth + 1)) ?? false;
    }
    default:
      return false;
  }
}

function isLog(call: TSESTree.CallExpression): boolean {
  return /log|debug|info|warn|error|print/i.test(endName(call.callee) ?? '');
}

/** `new StreamableHTTPClientTransport(url, { sessionId })`. */
function reportGivenId({ file, mcp, report }: CodeContext, node: TSESTree.NewExpression): void {
  const options = node.arguments[1];
  if (!options || options.type === 'SpreadElement') return;
  const constructed = mcp.constructed(file, node, /ClientTransport$/);
  if (!constructed || nameOfType(constructed.type) !== 'StreamableHTTPClientTransport') return;
  for (const at of assignedIds(file, options)) report(at, { clause: 'session-client-tracking', subject: 'client:given-id', message: GIVEN, because: constructed.because });
  for (const { value } of mcp.values(file, options)) {
    if (value.kind !== 'object' || value.file !== file) continue;
    const given = value.node.properties.find(p => p.type === 'Property' && keyName(p.key) === 'sessionId');
    if (given) report(given, { clause: 'session-client-tracking', subject: 'client:given-id', message: GIVEN, because: constructed.because });
  }
}

const GIVEN = 'This goes on with a session from before; there are none on the new revision.';

/** `options.sessionId = kept`, before the options are given to the transport. */
function assignedIds(file: SourceFile, options: TSESTree.Node): readonly TSESTree.Node[] {
  const name = innermost(options);
  const variable = name.type === 'Identifier' ? file.variableOf(name) : undefined;
  return (variable?.references ?? []).flatMap(({ identifier }) => {
    const member = outermost(identifier).parent;
    return member?.type === 'MemberExpression' && memberName(member) === 'sessionId' && member.parent.type === 'AssignmentExpression' && member.parent.left === member ? [member] : [];
  });
}
