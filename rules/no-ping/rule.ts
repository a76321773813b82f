import { handlerRegistration, sentMessage } from '../../src/mcp/messages.js';
import { roleOf } from '../../src/mcp/roles.js';
import { defineRule, innermost, memberName, type CodeContext, type TSESTree } from '../../src/rule.js';

export default defineRule({
  id: 'no-ping',
  title: 'There is no ping',
  clauses: ['ping'],
  words: ['ping', 'Ping'],
  visit: context => ({
    CallExpression(node) {
      reportCall(context, node);
      reportHandler(context, node);
      reportSent(context, node);
    },
    BinaryExpression(node) {
      if (/^[!=]==?$/.test(node.operator)) reportComparison(context, node.right, node.left);
    },
    SwitchCase(node) {
      if (node.test) reportComparison(context, node.test, node.parent.discriminant);
    },
  }),
});

function reportCall({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  if (callee.type !== 'MemberExpression' || memberName(callee) !== 'ping') return;
  const use = mcp.call(file, node);
  if (!use) return;
  const role = roleOf(use.owner);
  if (role !== 'server' && role !== 'client' && role !== 'protocol') return;
  report(node.callee, { clause: 'ping', subject: 'ping:call', message: 'This pings the peer, by a request that the protocol no longer has.', because: use.because, confidence: use.confidence });
}

function reportHandler({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const handler = handlerRegistration(mcp, file, node);
  if (handler?.method !== 'ping') return;
  report(node.callee, { clause: 'ping', subject: 'ping:handler', message: 'This answers ping, which no peer of the new revision sends.', because: handler.because, confidence: handler.confidence });
}

/** `{ jsonrpc: '2.0', id, method: 'ping' }` by hand. */
function reportSent({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const sent = sentMessage(mcp, file, node);
  if (sent?.method !== 'ping') return;
  report(sent.literal ?? node, { clause: 'ping', subject: 'ping:sent', message: 'This sends a ping by hand, which a peer of the new revision refuses.', because: sent.because, confidence: sent.confidence });
}

/** A dispatcher by hand that knows the methods of the protocol. */
function reportComparison({ file, report }: CodeContext, text: TSESTree.Node, compared: TSESTree.Node): void {
  if (text.type !== 'Literal' || text.value !== 'ping') return;
  const inner = innermost(compared);
  const name = inner.type === 'Identifier' ? inner.name : inner.type === 'MemberExpression' ? memberName(inner) : undefined;
  if (name === undefined || !/method$/i.test(name) || !/tools\/(?:list|call)|notifications\/initialized/.test(file.text)) return;
  report(text, { clause: 'ping', subject: 'ping:compare', message: 'This waits for ping, which no peer of the new revision sends.' });
}
