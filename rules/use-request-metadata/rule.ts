import { isCoreMethod, isSent, rawMessages, type RawMessage } from '../../src/mcp/raw.js';
import { defineRule, innermost, keyName, memberName, type CodeContext, type TSESTree } from '../../src/rule.js';
import { isRebuilt, isStrictMessage } from './closed.js';

const METADATA = /io\.modelcontextprotocol\/protocolVersion|PROTOCOL_VERSION_META_KEY/;
/** A first label, then one of the two reserved ones. */
const RESERVED = /^(?:[a-z0-9-]+\.(?:modelcontextprotocol|mcp)(?:\.[\w-]+)*)\//i;
const DEFINED = /^io\.modelcontextprotocol\/(?:protocolVersion|clientInfo|clientCapabilities|logLevel|serverInfo|subscriptionId|related-task|tasks?|ui|apps|model-immediate-response|skills?)(?:\/|$)/;
const TRACE = /^(?:traceId|trace_id|x-trace-id|spanId|span_id|x-b3-\w+|b3|correlationId|x-request-id)$/i;

export default defineRule({
  id: 'use-request-metadata',
  title: 'Each request says what it needs to be judged',
  clauses: ['request-meta-envelope', 'required-request-headers', 'meta-reserved-keys', 'trace-context-keys', 'extensions-capability', 'meta-closed-schemas', 'header-value-encoding', 'client-input-required'],
  words: ['mcp-name', 'Mcp-Name', 'mcp-param-', 'Mcp-Param-', 'jsonrpc', '_meta', 'experimental:', 'arguments:', '.strict(', 'apps:', 'ui:'],
  visit: context => ({
    Program() {
      reportRequests(context);
    },
    Property(node) {
      reportMetadata(context, node);
      reportExperimental(context, node);
      if (node.parent.type === 'ObjectExpression') reportHeader(context, keyName(node.key), node.value);
    },
    CallExpression(node) {
      reportClosed(context, node);
      reportHeaderSet(context, node);
    },
    AssignmentExpression(node) {
      if (node.left.type === 'MemberExpression') reportHeader(context, memberName(node.left), node.right);
    },
  }),
});

/** Requests that are written by hand: one finding for a file, since one helper mends them all. */
function reportRequests({ file, mcp, report }: CodeContext): void {
  if (METADATA.test(file.text)) return;
  const requests = rawMessages(mcp, file).filter(m => m.kind === 'request' && lacksMetadata(m, file) && isSent(file, m.node));
  const [first, ...rest] = requests;
  if (!first) return;
  const http = /\bfetch\s*\(|axios|\bgot\b|undici|https?\.request|ky\b/.test(file.text) && !/mcp-method/i.test(file.text);
  report(first.node, {
    clause: 'request-meta-envelope',
    also: [...(http ? (['required-request-headers'] as const) : []), ...(mayBeAsked(file, requests) ? (['client-input-required'] as const) : [])],
    subject: 'meta:request',
    message: `${rest.length === 0 ? 'This request is' : `In this file ${rest.length + 1} requests are`} written by hand without the metadata that each request has to carry${http ? ', and sent without the headers that mirror it' : ''}.`,
    confidence: requests.some(r => r.method !== undefined) ? 'certain' : 'likely',
    related: rest.map(m => ({ file, node: m.node })),
    unit: `raw:${file.path}`,
  });
}

/** A server may answer these with a question, which nothing in the file looks for. */
function mayBeAsked(file: CodeContext['file'], requests: readonly RawMessage[]): boolean {
  return requests.some(r => r.method !== undefined && /^(?:tools\/call|prompts\/get|resources\/read)$/.test(r.method)) && !/input_required|inputRequests|isInputRequired/.test(file.text);
}

const MIRRORED = /^mcp-(?:name|param-[\w-]+)$/i;
const ENCODES = /base64|encode(?!URI)|header_?value|mirror/i;

/** `headers.set('mcp-name', name)`. */
function reportHeaderSet(context: CodeContext, node: TSESTree.CallExpression): void {
  if (node.callee.type !== 'MemberExpression' || !/^(?:set|append|setHeader)$/.test(memberName(node.callee) ?? '')) return;
  const [name, value] = node.arguments;
  if (name?.type === 'Literal' && typeof name.value === 'string' && value && value.type !== 'SpreadElement') reportHeader(context, name.value, value);
}

/** `'mcp-name': params.uri`: not every name can stand in a header as it is. */
function reportHeader({ file, report }: CodeContext, header: string | undefined, value: TSESTree.Node): void {
  if (header === undefined || !MIRRORED.test(header) || /=\?base64\?/.test(file.text)) return;
  const given = innermost(value);
  const declarator = given.type === 'Identifier' ? file.variableOf(given)?.defs[0]?.node : undefined;
  const made = declarator?.type === 'VariableDeclarator' && declarator.init ? declarator.init : given;
  if (made.type === 'Literal' || made.type === 'ObjectExpression' || isUndefined(made) || ENCODES.test(file.text.slice(...made.range))) return;
  report(value, { clause: 'header-value-encoding', subject: 'header:unencoded', message: 'This puts a name into a header as it is; one that is not plain text has a form of its own there.', confidence: 'likely', unit: `raw:${file.path}` });
}

function isUndefined(node: TSESTree.Node): boolean {
  return node.type === 'Identifier' && node.name === 'undefined';
}

function lacksMetadata({ method, params }: RawMessage, file: CodeContext['file']): boolean {
  if (method === undefined ? !/tools\/(?:call|list)/.test(file.text) : !isCoreMethod(method)) return false;
  if (!params) return true;
  const inner = innermost(params);
  if (inner.type !== 'ObjectExpression') return method === undefined || inner.type === 'LogicalExpression';
  return !inner.properties.some(p => p.type === 'SpreadElement' || keyName(p.key) === '_meta');
}

/** Keys of `_meta` that are reserved for the protocol, or that name a trace in a private way. */
function reportMetadata({ file, report }: CodeContext, node: TSESTree.Property): void {
  if (keyName(node.key) !== '_meta' || node.parent.type !== 'ObjectExpression' || node.value.type !== 'ObjectExpression') return;
  for (const property of node.value.properties) {
    if (property.type !== 'Property') continue;
    const key = keyName(property.key) ?? '';
    if (property.key.type === 'Literal' && RESERVED.test(key) && !DEFINED.test(key))
      report(property.key, { clause: 'meta-reserved-keys', subject: 'meta:reserved', message: 'This key has a prefix that is reserved for the protocol.' });
    else if (TRACE.test(key) && /modelcontextprotocol|jsonrpc/.test(file.text) && !property.computed)
      report(property.key, { clause: 'trace-context-keys', subject: 'meta:trace', message: 'This carries a trace under a private name; traceparent, tracestate and baggage are there for it.' });
  }
}

/** `capabilities: { experimental: { ... } }`, and private names beside the capabilities of the protocol. */
function reportExperimental({ file, mcp, report }: CodeContext, node: TSESTree.Property): void {
  const name = keyName(node.key);
  if ((name !== 'experimental' && name !== 'ui' && name !== 'apps') || node.parent.type !== 'ObjectExpression') return;
  const value = innermost(node.value);
  if (value.type !== 'ObjectExpression' || (name === 'experimental' && value.properties.length === 0)) return;
  if (!mcp.infer.parameters.expected({ file, node: node.parent }).some(k => k.value.kind === 'sdk' && /#(?:Server|Client)Capabilities$/.test(k.value.type))) return;
  report(node, { clause: 'extensions-capability', subject: 'meta:experimental', message: 'This announces an optional feature in the older way; extensions have a place and prefixed names of their own.' });
}

/** What used to drop decoration now drops the protocol. */
function reportClosed(context: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  if (callee.type !== 'MemberExpression') return;
  const name = memberName(callee);
  if ((name === 'strict' || name === 'strip') && isStrictMessage(context, callee.object))
    context.report(node.callee, { clause: 'meta-closed-schemas', subject: 'meta:strict', message: 'This schema of a message refuses or drops what it does not know, and with it the metadata of the new revision.' });
  else if ((name === 'callTool' || name === 'request') && isRebuilt(context, node))
    context.report(node.callee, { clause: 'meta-closed-schemas', subject: 'meta:rebuilt', message: 'This passes a call on by its name and arguments only, and drops the rest of what the caller sent.', unit: `gateway:${context.file.path}` });
}
