import { handlerRegistration, sentMessage } from '../../src/mcp/messages.js';
import { isServerSide, roleOf } from '../../src/mcp/roles.js';
import { defineRule, innermost, keyName, memberName, type CodeContext, type TSESTree } from '../../src/rule.js';

const PUSHED = 'This asks the client for its roots. The channel is gone and the feature is deprecated: take directories from configuration or from a parameter.';
const CHANGED = 'notifications/roots/list_changed';

export default defineRule({
  id: 'no-roots',
  title: 'Roots are deprecated, and their channel is gone',
  clauses: ['push-roots', 'roots-feature', 'roots-list-changed'],
  words: ['listRoots', 'getRoots', 'ListRoots', 'roots/list', 'RootsListChanged', 'roots:', 'rootsChanged'],
  visit: context => ({
    CallExpression(node) {
      reportCall(context, node);
      reportMessage(context, node);
      reportHandler(context, node);
      reportEvent(context, node);
    },
    Property(node) {
      reportCapability(context, node);
    },
  }),
});

function reportCall({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  const name = callee.type === 'MemberExpression' ? memberName(callee) : undefined;
  if (name !== 'listRoots' && name !== 'getRoots' && name !== 'sendRootsListChanged') return;
  const asked = name === 'listRoots' ? mcp.export(file, callee) : undefined;
  if (asked?.name === 'inputRequired.listRoots') {
    report(node.callee, { clause: 'roots-feature', subject: 'roots:input-request', message: 'This asks for roots, a deprecated feature: take directories from configuration or from a parameter.', because: asked.because });
    return;
  }
  const use = mcp.call(file, node);
  if (!use) return;
  const unit = `roots:${file.path}`;
  if ((name === 'listRoots' && (isServerSide(use.owner) || roleOf(use.owner) === 'context')) || use.owner === 'mcp-framework#MCPTool')
    report(node.callee, { clause: 'push-roots', also: ['roots-feature'], subject: 'roots:list', message: PUSHED, because: use.because, confidence: use.confidence, unit });
  else if (name === 'sendRootsListChanged')
    report(node.callee, { clause: 'roots-list-changed', subject: 'roots:sent-change', message: 'This tells the server that roots changed, which the protocol no longer provides for.', because: use.because, confidence: use.confidence, unit });
}

function reportMessage({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const sent = sentMessage(mcp, file, node);
  if (!sent) return;
  if (sent.method === 'roots/list' && sent.role !== 'client')
    report(node.callee, { clause: 'push-roots', also: ['roots-feature'], subject: 'roots:request', message: PUSHED, because: sent.because, confidence: sent.confidence, unit: `roots:${file.path}` });
  else if (sent.method === CHANGED)
    report(node.callee, { clause: 'roots-list-changed', subject: 'roots:sent-change', message: 'This tells the server that roots changed, which the protocol no longer provides for.', because: sent.because, confidence: sent.confidence });
}

function reportHandler({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const handler = handlerRegistration(mcp, file, node);
  if (handler?.method === CHANGED)
    report(node.callee, {
      clause: 'roots-list-changed',
      subject: 'roots:changed-handler',
      message: 'This waits for a notice of changed roots, which no client of the new revision sends.',
      because: handler.because,
      confidence: handler.confidence,
      unit: `roots:${file.path}`,
    });
  else if (handler?.method === 'roots/list')
    report(node.callee, {
      clause: 'roots-feature',
      subject: handler.role === 'server' ? 'roots:server-handler' : 'roots:client-handler',
      message: handler.role === 'server' ? 'This server answers requests for roots, which only clients were ever asked for.' : 'This client answers requests for roots, a deprecated feature.',
      because: handler.because,
      confidence: handler.confidence,
    });
}

/** A framework tells of changed roots by an event of the session. */
function reportEvent({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const [event] = node.arguments;
  const callee = innermost(node.callee);
  if (!event || event.type === 'SpreadElement' || callee.type !== 'MemberExpression' || !/^(?:on|once|addListener)$/.test(memberName(callee) ?? '')) return;
  if (mcp.text(file, event) !== 'rootsChanged') return;
  const use = mcp.call(file, node);
  if (use?.owner !== 'fastmcp#FastMCPSession') return;
  report(node.callee, {
    clause: 'roots-list-changed',
    subject: 'roots:changed-handler',
    message: 'This waits for a notice of changed roots, which no client of the new revision sends.',
    because: use.because,
    confidence: use.confidence,
    unit: `roots:${file.path}`,
  });
}

/** `roots: { listChanged: true }` among the capabilities of a client: the flag has no meaning any more. */
function reportCapability({ file, mcp, report }: CodeContext, node: TSESTree.Property): void {
  if (keyName(node.key) !== 'roots' || node.parent.type !== 'ObjectExpression' || node.value.type !== 'ObjectExpression') return;
  const flag = node.value.properties.find(p => p.type === 'Property' && keyName(p.key) === 'listChanged');
  if (!flag || !mcp.infer.parameters.expected({ file, node: node.parent }).some(k => k.value.kind === 'sdk' && k.value.type.endsWith('#ClientCapabilities'))) return;
  report(flag, { clause: 'roots-list-changed', subject: 'roots:capability', message: 'This client announces notices of changed roots, which the protocol no longer has.' });
}
