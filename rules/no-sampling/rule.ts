import { handlerRegistration, sentMessage } from '../../src/mcp/messages.js';
import { isServerSide, roleOf } from '../../src/mcp/roles.js';
import { defineRule, endName, innermost, keyName, type CodeContext, type TSESTree } from '../../src/rule.js';

const METHOD = 'sampling/createMessage';
const CALLS = new Set(['createMessage', 'requestSampling', 'samplingRequest', 'createMessageStream']);
const PUSHED = 'This asks the client to run a model. The channel is gone and the feature is deprecated: call a provider from the server.';

export default defineRule({
  id: 'no-sampling',
  title: 'Sampling is deprecated, and its channel is gone',
  clauses: ['push-sampling', 'sampling-feature', 'sampling-include-context'],
  words: ['createMessage', 'CreateMessage', 'requestSampling', 'samplingRequest', 'sampling/', 'includeContext', 'sampling:'],
  visit: context => ({
    CallExpression(node) {
      reportCall(context, node);
      reportMessage(context, node);
      reportClientHandler(context, node);
    },
    Property(node) {
      reportIncludeContext(context, node);
    },
  }),
});

/** `server.createMessage(...)`, `ctx.mcpReq.requestSampling(...)`, `session.requestSampling(...)`. */
function reportCall({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  const name = endName(callee);
  if (name === undefined) return;
  if (callee.type === 'MemberExpression' && !CALLS.has(name)) return;
  const asked = name === 'createMessage' ? mcp.export(file, callee) : undefined;
  if (asked?.name === 'inputRequired.createMessage') {
    report(node.callee, { clause: 'sampling-feature', subject: 'sampling:input-request', message: 'This asks the client to run a model, a deprecated feature: call a provider from the server.', because: asked.because });
    return;
  }
  const use = mcp.call(file, node);
  if (!use || !CALLS.has(use.member)) return;
  const pushed = isServerSide(use.owner) || roleOf(use.owner) === 'context' || use.owner.startsWith('mcp-framework#') || use.owner.startsWith('sdk#ExperimentalServerTasks');
  if (!pushed) return;
  report(node.callee, {
    clause: 'push-sampling',
    also: ['sampling-feature'],
    subject: `sampling:${use.member}`,
    message: PUSHED,
    because: use.because,
    confidence: use.confidence,
  });
}

/** `extra.sendRequest({ method: 'sampling/createMessage', ... })`. */
function reportMessage({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const sent = sentMessage(mcp, file, node);
  if (sent?.method !== METHOD || sent.role === 'client') return;
  report(node.callee, {
    clause: 'push-sampling',
    also: ['sampling-feature'],
    subject: 'sampling:request',
    message: PUSHED,
    because: sent.because,
    confidence: sent.confidence,
  });
}

/** Clients keep answering while sampling lasts, so this is a matter of time only. */
function reportClientHandler({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const handler = handlerRegistration(mcp, file, node);
  if (handler?.method !== METHOD) return;
  const misplaced = handler.role === 'server';
  report(node.callee, {
    clause: 'sampling-feature',
    subject: misplaced ? 'sampling:handler-on-server' : 'sampling:client-handler',
    message: misplaced ? 'This server registers the handler of a client: it never receives sampling requests.' : 'This client answers sampling requests, a deprecated feature.',
    because: handler.because,
    confidence: handler.confidence,
  });
}

function reportIncludeContext({ file, mcp, report }: CodeContext, node: TSESTree.Property): void {
  if (keyName(node.key) !== 'includeContext' || node.parent.type !== 'ObjectExpression') return;
  const text = mcp.text(file, node.value);
  if (text !== 'thisServer' && text !== 'allServers') return;
  report(node, { clause: 'sampling-include-context', subject: `sampling:includeContext`, message: `The value ${text} of includeContext is deprecated.` });
}
