import { isComparedWithMethod } from '../../src/mcp/dispatch.js';
import { handlerRegistration, sentMessage } from '../../src/mcp/messages.js';
import { isServerSide } from '../../src/mcp/roles.js';
import { defineRule, endName, innermost, memberName, nameOfType, type CodeContext, type SourceFile, type TSESTree } from '../../src/rule.js';

const SENDERS: Readonly<Record<string, string>> = {
  sendToolListChanged: 'list-changed:tools',
  sendResourceListChanged: 'list-changed:resources',
  sendPromptListChanged: 'list-changed:prompts',
  sendResourceUpdated: 'updated:resource',
};
const CHANGES = /^notifications\/(tools|resources|prompts)\/list_changed$/;
const UPDATED = 'notifications/resources/updated';
const MESSAGE = 'This tells clients of a change that they have not asked to hear of; over HTTP it reaches nobody on the new revision.';
const HANDLES = /^Registered(?:Tool|Resource|ResourceTemplate|Prompt)$/;
const MUTATIONS = new Set(['enable', 'disable', 'remove', 'update']);

export default defineRule({
  id: 'no-unsolicited-notifications',
  title: 'Changes are told to those who listen',
  clauses: ['unsolicited-change-notifications', 'client-notification-reception', 'listen-protocol-rules'],
  words: ['ListChanged', 'list_changed', 'sendResourceUpdated', UPDATED, 'ResourceUpdatedNotification', 'Registered', 'registerTool', 'registerResource', 'registerPrompt', 'cp.tool(', 'erver.tool(', 'subscriptions/listen', 'messages/listen'],
  visit: context => ({
    CallExpression(node) {
      reportCall(context, node);
      reportMessage(context, node);
      reportClientHandler(context, node);
    },
    Literal(node) {
      if (node.value === 'subscriptions/listen') reportListening(context, node);
      else if (node.value === 'messages/listen') context.report(node, { clause: 'listen-protocol-rules', subject: 'listen:draft-name', message: 'This is the name of a draft; the method is subscriptions/listen.' });
    },
  }),
});

function reportCall({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  const name = callee.type === 'MemberExpression' ? memberName(callee) : undefined;
  if (name === undefined) return;
  const subject = SENDERS[name];
  if (subject === undefined && !MUTATIONS.has(name)) return;
  const use = mcp.call(file, node);
  if (!use) return;
  if (subject !== undefined && isServerSide(use.owner))
    report(node.callee, { clause: 'unsolicited-change-notifications', subject, message: MESSAGE, because: use.because, confidence: use.confidence, unit: `changes:${file.path}` });
  else if (HANDLES.test(nameOfType(use.owner)) && MUTATIONS.has(use.member) && !isJustRegistered(file, node))
    report(node.callee, {
      clause: 'unsolicited-change-notifications',
      subject: `list-changed:${use.member}`,
      message: 'This changes the list of a running server, and tells clients that have not asked; over HTTP the change is gone with the request.',
      because: use.because,
      confidence: use.confidence,
      unit: `changes:${file.path}`,
    });
}

/** `const late = server.registerTool(...); late.disable();`: how the list begins, not a change of it. */
function isJustRegistered(file: SourceFile, call: TSESTree.CallExpression): boolean {
  const callee = innermost(call.callee);
  const object = callee.type === 'MemberExpression' ? innermost(callee.object) : undefined;
  const declared = object?.type === 'Identifier' ? file.variableOf(object)?.defs[0]?.node : undefined;
  const init = declared?.type === 'VariableDeclarator' && declared.init ? innermost(declared.init) : undefined;
  return init?.type === 'CallExpression' && /^(?:register\w+|tool|resource|prompt)$/.test(endName(init.callee) ?? '') && call.parent.type === 'ExpressionStatement' && call.parent.parent === declared?.parent.parent;
}

function reportMessage({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const sent = sentMessage(mcp, file, node);
  if (!sent || sent.role === 'client') return;
  const list = CHANGES.exec(sent.method);
  if (!list && sent.method !== UPDATED) return;
  // A server by hand that knows listen requests sends on their streams.
  if (sent.role === undefined && file.text.includes('subscriptions/listen')) return;
  report(node.callee, {
    clause: 'unsolicited-change-notifications',
    subject: list ? `list-changed:${list[1] ?? ''}` : 'updated:resource',
    message: MESSAGE,
    because: sent.because,
    confidence: sent.confidence,
    unit: `changes:${file.path}`,
  });
}

/** A bare handler hears nothing: the client has to listen, by the `listChanged` option or by `listen`. */
function reportClientHandler({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const handler = handlerRegistration(mcp, file, node);
  if (!handler || handler.role !== 'client' || !(CHANGES.test(handler.method) || handler.method === UPDATED)) return;
  if (/\.listen\s*\(|listChanged\s*:/.test(file.text)) return;
  report(node.callee, {
    clause: 'client-notification-reception',
    subject: 'changes:client-handler',
    message: 'This client waits for notices of changes without listening; a server of the new revision sends none.',
    because: handler.because,
    confidence: handler.confidence,
  });
}

/** A dispatcher by hand that takes listen requests: what the file never says is not done. */
function reportListening({ file, report }: CodeContext, node: TSESTree.Literal): void {
  if (!isComparedWithMethod(node) || /subscriptionId|SUBSCRIPTION_ID/.test(file.text)) return;
  const acknowledged = /subscriptions\/acknowledged/.test(file.text);
  report(node, {
    clause: 'listen-protocol-rules',
    subject: 'listen:untagged',
    message: `This takes listen requests by hand, but its messages carry no subscription id${acknowledged ? '' : ' and none of them acknowledges the request'}.`,
    confidence: 'likely',
    unit: `changes:${file.path}`,
  });
}
