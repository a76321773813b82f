import { isComparedWithMethod } from '../../src/mcp/dispatch.js';
import { isOlderRevision } from '../../src/mcp/revisions.js';
import { defineRule, innermost, isV1Type, keyName, memberName, nameOfType, outermost, type CodeContext, type TSESTree } from '../../src/rule.js';

const CONSTANTS = new Set(['LATEST_PROTOCOL_VERSION', 'SUPPORTED_PROTOCOL_VERSIONS', 'DEFAULT_NEGOTIATED_PROTOCOL_VERSION']);
const HEADER = /^mcp-protocol-version$/i;
const UNSUPPORTED = /unsupported (?:mcp )?protocol version|protocol version .{0,20}not supported/i;

export default defineRule({
  id: 'use-version-negotiation',
  title: 'The version is agreed on for each request',
  clauses: ['client-version-negotiation', 'protocol-version-constants', 'protocol-version-header-default', 'unsupported-version-error', 'client-fallback-single-code', 'modern-only-initialize-error'],
  words: ['server/discover', 'PROTOCOL_VERSION', '2024-1', '2025-0', '2025-1', 'rotocol version', 'Client(', '32601'],
  needs: /\bClient\b|mcp\w*client\(|server\/discover|PROTOCOL_VERSION|20(?:24-1|25-[01])|rotocol version|32601/i,
  visit: context => ({
    NewExpression(node) {
      reportClient(context, node);
    },
    Identifier(node) {
      if (CONSTANTS.has(node.name)) reportConstant(context, node);
    },
    Literal(node) {
      if (typeof node.value !== 'string') return;
      if (isOlderRevision(node.value)) reportLiteral(context, node);
      else if (UNSUPPORTED.test(node.value)) reportRefusal(context, node);
      else if (node.value === 'server/discover') reportSilence(context, node);
    },
    TemplateLiteral(node) {
      if (node.quasis.some(q => UNSUPPORTED.test(q.value.raw))) reportRefusal(context, node);
    },
    IfStatement(node) {
      reportFallback(context, node);
    },
  }),
});

/** `new Client(info)`: the first line cannot, the second does not without the option. */
function reportClient({ file, mcp, report }: CodeContext, node: TSESTree.NewExpression): void {
  const constructed = mcp.constructed(file, node, /^Client$/);
  if (!constructed || nameOfType(constructed.type) !== 'Client') return;
  const v1 = isV1Type(constructed.type);
  const options = node.arguments[1];
  if (!v1 && options && (options.type === 'SpreadElement' || isOpen(options) || mcp.values(file, options).some(k => k.value.kind === 'object' && k.value.node.properties.some(p => p.type === 'SpreadElement' || keyName(p.key) === 'versionNegotiation')))) return;
  report(node.callee, {
    clause: 'client-version-negotiation',
    subject: v1 ? 'version:client-v1' : 'version:client',
    message: v1 ? 'This client opens with a handshake and can speak the older revisions only.' : 'This client does not negotiate: without the option it opens with the handshake of the older revisions.',
    because: constructed.because,
    unit: `client:${file.path}`,
  });
}

/** Options that come from somewhere else. */
function isOpen(options: TSESTree.Expression): boolean {
  return options.type !== 'ObjectExpression' && options.type !== 'Identifier';
}

/** A constant of the SDK, used: it names an older revision. */
function reportConstant({ file, mcp, report }: CodeContext, node: TSESTree.Identifier): void {
  const { parent } = node;
  if (parent.type === 'ImportSpecifier' || parent.type === 'ExportSpecifier' || (parent.type === 'Property' && parent.parent.type === 'ObjectPattern') || isDefault({ file, mcp }, node)) return;
  const outer = parent.type === 'MemberExpression' && parent.property === node ? parent : node;
  if (isInHandshake(outer)) return;
  const exported = mcp.export(file, outer);
  if (!exported || !CONSTANTS.has(exported.name)) return;
  report(outer, { clause: 'protocol-version-constants', subject: 'version:constant', message: 'This constant of the SDK names handshake revisions only, also in the second line.', because: exported.because });
}

/** A revision that is written out, where it builds or chooses a message. */
function reportLiteral(ctx: CodeContext, node: TSESTree.StringLiteral): void {
  const { file, mcp, report } = ctx;
  if (isInHandshake(node)) return;
  if (isDefault(ctx, node)) {
    report(outermost(node).parent ?? node, {
      clause: 'protocol-version-header-default',
      also: ['protocol-version-constants'],
      subject: 'version:default',
      message: 'This takes a request without the version header for an older one; on the new revision such a request is refused.',
    });
    return;
  }
  const { parent } = outermost(node);
  const named =
    (parent?.type === 'Property' && parent.value === node && /protocol_?version|^mcp-protocol-version$/i.test(keyName(parent.key) ?? '')) ||
    (parent?.type === 'BinaryExpression' && /^(?:[!=]==?|[<>]=?)$/.test(parent.operator)) ||
    (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier' && /protocol_?version/i.test(parent.id.name)) ||
    (parent?.type === 'CallExpression' && parent.arguments.some(a => a.type === 'Literal' && typeof a.value === 'string' && HEADER.test(a.value))) ||
    (parent?.type === 'ArrayExpression' && parent.elements[0] === node && isVersionList(parent));
  if (!named || !/mcp|modelcontextprotocol/i.test(file.text) || isSchema({ mcp, file }, node)) return;
  report(node, { clause: 'protocol-version-constants', subject: 'version:literal', message: 'This names a handshake revision; from the stateless one on a version also chooses the shape of messages.' });
}

/** `const SUPPORTED_VERSIONS = ['2025-06-18', ...]`: one finding for the list. */
function isVersionList(array: TSESTree.ArrayExpression): boolean {
  const { parent } = outermost(array);
  if (parent?.type === 'NewExpression' || parent?.type === 'CallExpression') return parent.parent.type === 'VariableDeclarator' && parent.parent.id.type === 'Identifier' && /version/i.test(parent.parent.id.name);
  if (parent?.type === 'VariableDeclarator') return parent.id.type === 'Identifier' && /version/i.test(parent.id.name);
  return parent?.type === 'Property' && /version/i.test(keyName(parent.key) ?? '');
}

/** A schema of what is read from others. */
function isSchema({ file }: Pick<CodeContext, 'file' | 'mcp'>, node: TSESTree.Node): boolean {
  const { parent } = outermost(node);
  return parent?.type === 'Property' && parent.parent.type === 'ObjectExpression' && /\bdescription\b|\bexample\b/.test(file.text.slice(...parent.parent.range).slice(0, 200)) && !/jsonrpc|clientInfo|serverInfo/.test(file.text.slice(...parent.parent.range));
}

/** Inside of a handshake that is written by hand, which is reported as such. */
function isInHandshake(node: TSESTree.Node): boolean {
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) {
    if (n.type !== 'ObjectExpression') {
      if (/Function|Class|Program/.test(n.type)) return false;
      continue;
    }
    if (n.properties.some(p => p.type === 'Property' && keyName(p.key) === 'method' && p.value.type === 'Literal' && p.value.value === 'initialize')) return true;
  }
  return false;
}

/** `headers['mcp-protocol-version'] ?? '...'` */
function isDefault({ file, mcp }: Pick<CodeContext, 'file' | 'mcp'>, node: TSESTree.Node): boolean {
  const { parent } = outermost(node);
  if (parent?.type !== 'LogicalExpression' || parent.right !== node || parent.operator === '&&') return false;
  const left = innermost(parent.left);
  const name = left.type === 'MemberExpression' ? (memberName(left) ?? (left.computed ? mcp.text(file, left.property) : undefined)) : left.type === 'CallExpression' && left.arguments[0] ? mcp.text(file, left.arguments[0]) : undefined;
  return name !== undefined && HEADER.test(name);
}

/** `{ code: -32000, message: 'Bad Request: Unsupported protocol version' }` */
function reportRefusal({ file, report }: CodeContext, node: TSESTree.Node): void {
  const { parent } = outermost(node);
  const error = parent?.type === 'Property' && keyName(parent.key) === 'message' ? parent.parent : parent?.type === 'NewExpression' || parent?.type === 'CallExpression' ? parent : undefined;
  if (!error) return;
  const text = file.text.slice(...error.range);
  if (!/-\s*32_?\d{3}\b/.test(text) || /-\s*32_?022\b/.test(text)) return;
  report(node, { clause: 'unsupported-version-error', subject: 'version:refusal', message: 'This refuses a version in the older way: without the new code and the list of versions from which a client chooses.' });
}

/** A dispatcher of the new revision by hand that has nothing to say to older clients. */
function reportSilence({ file, report }: CodeContext, node: TSESTree.Node): void {
  if (!isComparedWithMethod(node) || /['"`]initialize['"`]|32_?022|UnsupportedProtocolVersion/.test(file.text)) return;
  report(node, { clause: 'modern-only-initialize-error', subject: 'version:silent', message: 'This serves the new revision only, and nothing tells a client that opens with initialize which versions there are.', confidence: 'likely', unit: `raw:${file.path}` });
}

/** `if (e.code === -32601) return legacyConnect()`: one code decides what kind of server it is. */
function reportFallback({ file, report }: CodeContext, node: TSESTree.IfStatement): void {
  const { test } = node;
  if (test.type !== 'BinaryExpression' || !/^={2,3}$/.test(test.operator) || !/-\s*32_?601$/.test(file.text.slice(...test.right.range))) return;
  if (!/legacy|initialize|fallback|older/i.test(file.text.slice(...node.consequent.range))) return;
  report(test, { clause: 'client-fallback-single-code', subject: 'version:fallback', message: 'This takes one error code for the sign of an older server; any answer that is no error of the new revision is such a sign.', confidence: 'likely' });
}
