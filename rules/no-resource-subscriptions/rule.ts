import { handlerRegistration } from '../../src/mcp/messages.js';
import { roleOf } from '../../src/mcp/roles.js';
import { defineRule, memberName, type CodeContext, type TSESTree } from '../../src/rule.js';

const METHODS = new Set(['resources/subscribe', 'resources/unsubscribe']);

export default defineRule({
  id: 'no-resource-subscriptions',
  title: 'Resources are watched by listening, not by subscribing',
  clauses: ['resources-subscribe'],
  words: ['ubscribeRequestSchema', 'resources/subscribe', 'resources/unsubscribe', 'ubscribeResource'],
  visit: context => ({
    CallExpression(node) {
      reportHandler(context, node);
      reportClient(context, node);
    },
  }),
});

function reportHandler({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const handler = handlerRegistration(mcp, file, node);
  if (!handler || !METHODS.has(handler.method)) return;
  report(node.callee, {
    clause: 'resources-subscribe',
    subject: handler.method === 'resources/subscribe' ? 'subscription:handler' : 'subscription:end-handler',
    message: `This handles ${handler.method}, which no client of the new revision sends.`,
    because: handler.because,
    confidence: handler.confidence,
    unit: `subscriptions:${file.path}`,
  });
}

function reportClient({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  if (node.callee.type !== 'MemberExpression') return;
  const name = memberName(node.callee);
  if (name !== 'subscribeResource' && name !== 'unsubscribeResource') return;
  const use = mcp.call(file, node);
  if (!use || roleOf(use.owner) !== 'client') return;
  report(node.callee, { clause: 'resources-subscribe', subject: 'subscription:client', message: 'This subscribes by a request that the protocol no longer has; a server of the new revision refuses it.', because: use.because });
}
