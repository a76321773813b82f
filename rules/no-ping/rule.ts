import { answeredMethod, isComparedWithMethod } from '../../src/mcp/dispatch.js';
import { handlerRegistration, sentMessage } from '../../src/mcp/messages.js';
import { roleOf } from '../../src/mcp/roles.js';
import { isFunctionNode } from '../../src/mcp/values.js';
import { defineRule, innermost, keyName, memberName, outermost, says, type CodeContext, type SourceFile, type TSESTree } from '../../src/rule.js';

const OF_PROTOCOL = /tools\/(?:list|call)|notifications\/initialized/;

export default defineRule({
  id: 'no-ping',
  title: 'There is no ping',
  clauses: ['ping'],
  words: ['.ping', "'ping'", '"ping"', '`ping`', 'ping:', 'PingRequest'],
  visit: context => ({
    CallExpression(node) {
      reportCall(context, node);
      reportHandler(context, node);
      reportCheck(context, node);
      reportSent(context, node);
    },
    Property(node) {
      reportOption(context, node);
      reportEntry(context, node);
    },
    Literal(node) {
      if (node.value === 'ping') reportComparison(context, node);
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

/** `PingRequestSchema.safeParse(req.body)` in front of the SDK. */
function reportCheck({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  if (callee.type !== 'MemberExpression' || !/^(?:safeParse|parse)(?:Async)?$/.test(memberName(callee) ?? '')) return;
  const schema = mcp.export(file, callee.object, /^PingRequestSchema$/);
  if (schema?.name !== 'PingRequestSchema') return;
  report(node, { clause: 'ping', subject: 'ping:check', message: 'This waits for ping, which no peer of the new revision sends.', because: schema.because });
}

/** `new FastMCP({ ping: {...} })`: the framework pings by itself. */
function reportOption({ file, mcp, report }: CodeContext, node: TSESTree.Property): void {
  if (keyName(node.key) !== 'ping' || node.parent.type !== 'ObjectExpression' || node.value.type !== 'ObjectExpression') return;
  const off = node.value.properties.some(p => p.type === 'Property' && keyName(p.key) === 'enabled' && p.value.type === 'Literal' && p.value.value === false);
  if (off || !mcp.infer.parameters.expected({ file, node: node.parent }).some(k => k.value.kind === 'sdk' && k.value.type === 'fastmcp#Options')) return;
  report(node, { clause: 'ping', subject: 'ping:framework', message: 'This lets the framework ping its clients, by a request that the protocol no longer has.', confidence: 'likely' });
}

/** `{ ping: ..., 'tools/list': ..., 'tools/call': ... }`: a table of what answers which method. */
function reportEntry({ file, mcp, report }: CodeContext, node: TSESTree.Property): void {
  const { key } = node;
  if (!/^ping$/i.test((key.type === 'MemberExpression' ? memberName(key) : keyName(key)) ?? '') || answeredMethod(mcp, file, node) !== 'ping') return;
  report(key, { clause: 'ping', subject: 'ping:entry', message: 'This answers ping, which no peer of the new revision sends.' });
}

/** `{ jsonrpc: '2.0', id, method: 'ping' }` by hand. */
function reportSent({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const sent = sentMessage(mcp, file, node);
  if (sent?.method !== 'ping') return;
  report(sent.literal ?? node, { clause: 'ping', subject: 'ping:sent', message: 'This sends a ping by hand, which a peer of the new revision refuses.', because: sent.because, confidence: sent.confidence });
}

/** A dispatcher by hand that knows the methods of the protocol. */
function reportComparison({ file, report }: CodeContext, text: TSESTree.Node): void {
  if (!isComparedWithMethod(text) || isOneOfKind(file, text) || !(says(file, OF_PROTOCOL) || answersEmpty(file, text))) return;
  report(text, { clause: 'ping', subject: 'ping:compare', message: 'This waits for ping, which no peer of the new revision sends.' });
}

/** `method === 'tools/list' || method === 'ping'`: methods of one kind, none of which is answered here. */
function isOneOfKind(file: SourceFile, text: TSESTree.Node): boolean {
  let node: TSESTree.Node = outermost(text);
  let inList = false;
  for (let { parent } = node; parent?.type === 'BinaryExpression' || parent?.type === 'LogicalExpression'; { parent } = node) {
    inList ||= parent.type === 'LogicalExpression' && parent.operator === '||';
    node = outermost(parent);
  }
  return inList && /['"](?:tools|resources|prompts)\/\w+['"]/.test(file.text.slice(...node.range));
}

/** `if (message.method === 'ping') return reply({ jsonrpc: '2.0', id: message.id, result: {} })`. */
function answersEmpty(file: SourceFile, text: TSESTree.Node): boolean {
  for (let n: TSESTree.Node | undefined = text.parent; n; n = n.parent) {
    const branch = n.type === 'IfStatement' ? n.consequent : n.type === 'SwitchCase' ? n : undefined;
    if (branch) return /\bjsonrpc\b[\s\S]*\bresult:\s*\{\s*\}/.test(file.text.slice(...branch.range));
    if (isFunctionNode(n)) return false;
  }
  return false;
}
