import { roleOf } from '../../src/mcp/roles.js';
import { defineRule, endName, innermost, keyName, nameOfType, type CodeContext, type TSESTree } from '../../src/rule.js';

const HEADER = /^last-event-id$/i;
const MESSAGE = 'Streams are not resumed any more: nobody asks for what this keeps.';

export default defineRule({
  id: 'no-resumability',
  title: 'Streams are not resumed',
  clauses: ['sse-resumability', 'sse-polling-disconnect'],
  words: ['ventStore', 'ast-event-id', 'ast-Event-ID', 'ast-Event-Id', 'AST-EVENT-ID', 'closeSSEStream', 'closeStandaloneSSE', 'closeSSE', 'retryInterval', 'resumptionToken', 'resumeStream', 'replayEventsAfter'],
  visit: context => ({
    ClassDeclaration(node) {
      reportStore(context, node);
    },
    ClassExpression(node) {
      reportStore(context, node);
    },
    Property(node) {
      reportOption(context, node);
    },
    Literal(node) {
      reportHeader(context, node);
    },
    CallExpression(node) {
      reportDisconnect(context, node);
      reportClient(context, node);
    },
  }),
});

/** `class MyStore implements EventStore`, or a class with the two methods of one. */
function reportStore({ file, mcp, report }: CodeContext, node: TSESTree.ClassDeclaration | TSESTree.ClassExpression): void {
  const declared = node.implements.some(i => mcp.infer.annotations.heritage(file, i.expression).some(k => k.value.kind === 'sdk' && nameOfType(k.value.type) === 'EventStore'));
  const methods = new Set(node.body.body.flatMap(m => ('key' in m ? (keyName(m.key) ?? '') : '')));
  if (!declared && !(methods.has('storeEvent') && methods.has('replayEventsAfter'))) return;
  report(node.id ?? node, { clause: 'sse-resumability', subject: 'resume:store', message: 'This stores events so that streams can be resumed, which the protocol no longer provides for.', confidence: declared ? 'certain' : 'likely', unit: `resumability:${file.path}` });
}

/** `eventStore` and `retryInterval` of a transport, `resumptionToken` of a client's request. */
function reportOption({ file, mcp, report }: CodeContext, node: TSESTree.Property): void {
  const name = keyName(node.key);
  if ((name !== 'eventStore' && name !== 'retryInterval' && name !== 'resumptionToken' && name !== 'onresumptiontoken') || node.parent.type !== 'ObjectExpression') return;
  const value = innermost(node.value);
  if (value.type === 'Identifier' && value.name === 'undefined') return;
  const expected = mcp.infer.parameters.expected({ file, node: node.parent });
  const ofSdk = expected.some(k => k.value.kind === 'sdk' && /TransportOptions$|RequestOptions$|TransportSendOptions$|HttpStreamOptions$/.test(k.value.type));
  if (!ofSdk) return;
  const polling = name === 'retryInterval';
  report(node, {
    clause: polling ? 'sse-polling-disconnect' : 'sse-resumability',
    subject: `resume:${name}`,
    message: polling ? 'Clients do not come back for a stream any more: this interval is never used.' : MESSAGE,
    unit: `resumability:${file.path}`,
  });
}

/** `req.headers['last-event-id']`. */
function reportHeader({ file, report }: CodeContext, node: TSESTree.Literal): void {
  if (typeof node.value !== 'string' || !HEADER.test(node.value)) return;
  const { parent } = node;
  const read = (parent.type === 'MemberExpression' && parent.computed && parent.property === node) || (parent.type === 'CallExpression' && parent.arguments[0] === node && /^(?:get|header|has)$/.test(calledName(parent)));
  if (!read || !/mcp|modelcontextprotocol/i.test(file.text)) return;
  report(parent, { clause: 'sse-resumability', subject: 'resume:header', message: 'This reads the header of a client that resumes a stream, which clients no longer send.', unit: `resumability:${file.path}` });
}

function calledName(call: TSESTree.CallExpression): string {
  return endName(innermost(call.callee)) ?? '';
}

/** `extra.closeSSEStream?.()`, `ctx.http?.closeSSE?.()`. */
function reportDisconnect({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const name = calledName(node);
  if (!/^close(?:Standalone)?SSE(?:Stream)?$/.test(name)) return;
  const use = mcp.call(file, node);
  if (!use || (roleOf(use.owner) !== 'context' && roleOf(use.owner) !== 'server-transport' && !use.owner.endsWith('ServerContext.http'))) return;
  report(node.callee, { clause: 'sse-polling-disconnect', subject: 'resume:disconnect', message: 'This ends the stream so that the client comes back for the rest; clients of the new revision take it for a cancelled call.', because: use.because, unit: `resumability:${file.path}` });
}

/** `transport.resumeStream(lastEventId)` of a client. */
function reportClient({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  if (calledName(node) !== 'resumeStream') return;
  const use = mcp.call(file, node);
  if (!use || roleOf(use.owner) !== 'client-transport') return;
  report(node.callee, { clause: 'sse-resumability', subject: 'resume:client', message: 'This takes up a broken stream; servers of the new revision keep nothing to resume.', because: use.because });
}
