import { sentMessage } from '../../src/mcp/messages.js';
import { defineRule, type CodeContext, type TSESTree } from '../../src/rule.js';

/** Requests of a server that rules of their own are about. */
const NAMED = new Set(['sampling/createMessage', 'elicitation/create', 'roots/list', 'ping']);
const CANCELLED = 'notifications/cancelled';

export default defineRule({
  id: 'no-server-requests',
  title: 'Servers send no requests',
  clauses: ['raw-server-request', 'cancellation-server-sent'],
  words: ['sendRequest', '.request(', '.send(', 'notifications/cancelled'],
  followsImports: true,
  visit: context => ({
    CallExpression(node) {
      reportCall(context, node);
    },
  }),
});

function reportCall({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const sent = sentMessage(mcp, file, node);
  if (sent?.role !== 'server' && sent?.role !== 'context') return;
  const { because, confidence } = sent;
  if (sent.kind === 'request' && !NAMED.has(sent.method))
    report(node.callee, { clause: 'raw-server-request', subject: `request:${sent.method}`, message: `This sends the request ${sent.method} to the client, a direction that the protocol no longer has.`, because, confidence });
  else if (sent.method === CANCELLED)
    report(node.callee, { clause: 'cancellation-server-sent', subject: 'cancelled:sent', message: 'This tells the client that a request is cancelled; a server has none of its own that it could cancel.', because, confidence });
}
