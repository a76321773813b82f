import { answeredMethod, isComparedWithMethod } from '../../src/mcp/dispatch.js';
import { handlerRegistration, sentMessage } from '../../src/mcp/messages.js';
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
      reportSent(context, node);
    },
    Property(node) {
      reportEntry(context, node);
    },
    Literal(node) {
      if (typeof node.value === 'string' && METHODS.has(node.value)) reportComparison(context, node, node.value);
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

/** `client.request({ method: 'resources/subscribe', ... })` and the same by hand. */
function reportSent({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const sent = sentMessage(mcp, file, node);
  if (!sent || !METHODS.has(sent.method)) return;
  report(node.callee, {
    clause: 'resources-subscribe',
    subject: 'subscription:sent',
    message: `This sends ${sent.method}, a request that the protocol no longer has.`,
    because: sent.because,
    confidence: sent.confidence,
    unit: `subscriptions:${file.path}`,
  });
}

/** `case 'resources/subscribe':` in a dispatcher by hand. */
function reportComparison({ file, report }: CodeContext, text: TSESTree.Node, method: string): void {
  if (!isComparedWithMethod(text)) return;
  report(text, { clause: 'resources-subscribe', subject: 'subscription:compare', message: `This waits for ${method}, which no client of the new revision sends.`, unit: `subscriptions:${file.path}` });
}

/** `{ 'resources/subscribe': subscribe, 'tools/call': call, ... }`: a table of what answers which method. */
function reportEntry({ file, mcp, report }: CodeContext, node: TSESTree.Property): void {
  const method = answeredMethod(mcp, file, node);
  if (method === undefined || !METHODS.has(method)) return;
  report(node.key, { clause: 'resources-subscribe', subject: 'subscription:entry', message: `This answers ${method}, which no client of the new revision sends.`, unit: `subscriptions:${file.path}` });
}
