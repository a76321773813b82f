import { sentMessage } from '../../src/mcp/messages.js';
import { defineRule, type CodeContext, type TSESTree } from '../../src/rule.js';

/** A file that only ever starts a server as a child may cancel by a message. */
const ONLY_STDIO = /StdioClientTransport/;
const OVER_HTTP = /StreamableHTTPClientTransport|SSEClientTransport|\bfetch\s*\(/;

export default defineRule({
  id: 'no-client-notifications',
  title: 'Clients cancel by closing, and send no progress',
  clauses: ['cancellation-client-signal', 'progress-direction'],
  words: ['notifications/cancelled', 'notifications/progress'],
  followsImports: true,
  visit: context => ({
    CallExpression(node) {
      reportSent(context, node);
    },
  }),
});

function reportSent({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const sent = sentMessage(mcp, file, node);
  if (sent?.role !== 'client' && sent?.role !== 'client-transport') return;
  const { because, confidence } = sent;
  if (sent.method === 'notifications/progress')
    report(node.callee, { clause: 'progress-direction', subject: 'client:progress', message: 'This sends progress to the server; only servers tell of progress now, within the request that asked for it.', because, confidence });
  else if (sent.method === 'notifications/cancelled' && !(ONLY_STDIO.test(file.text) && !OVER_HTTP.test(file.text)))
    report(node.callee, { clause: 'cancellation-client-signal', subject: 'client:cancelled', message: 'This cancels by a message; over HTTP a request is cancelled by closing its response.', because, confidence });
}
