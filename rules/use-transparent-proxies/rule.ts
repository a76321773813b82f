import { linkToMcp } from '../../src/config/link.js';
import { configOf, languageOf } from '../../src/config/read.js';
import { allNodes } from '../../src/config/tree.js';
import { defineRule, endName, innermost, outermost, type CodeContext, type TSESTree } from '../../src/rule.js';
import { headerList, nginxDirective } from './proxies.js';

/** Methods that every list for the older revisions has. */
const OLDER = new Set(['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe', 'notifications/initialized', 'tasks/result', 'tasks/list']);
const LISTS = /(?:forward|pass|allow|proxy|propagat|relay|pick|whitelist|safe|copy|keep)\w*headers?|headers?\w*(?:forward|pass|allow|proxy|propagat|relay|pick|whitelist|copy|keep)/i;

export default defineRule({
  id: 'use-transparent-proxies',
  title: 'What stands between passes everything on',
  clauses: [
    'deploy-header-allowlist', 'gateway-header-allowlist', 'deploy-http-method-allowlist', 'gateway-method-allowlist', 'gateway-header-trust', 'gateway-shared-cache', 'gateway-error-relay',
    'deploy-sse-timeouts', 'cors-headers',
  ],
  words: [
    'proxy_pass_request_headers', 'limit_except', 'proxy_cache_methods', 'proxy_intercept_errors', 'proxy_read_timeout', 'proxy_buffering', 'proxy_ignore_headers', 'event-stream', 'http_mcp_', 'hdr(mcp-',
    'Headers', 'headers_config', 'allow_headers', 'expose_headers', 'allow-headers', 'expose-headers', 'forwarded_values', 'cp-protocol-version', 'CP-Protocol-Version', 'cp-Protocol-Version', 'tools/call',
  ],
  kinds: ['code', 'config'],
  scan: ({ file, project, report }) => {
    const blocks = languageOf(file) === 'nginx' || languageOf(file) === 'haproxy';
    for (const node of allNodes(configOf(file))) {
      const found = blocks ? nginxDirective(node, file.text) : headerList(node);
      if (found) report(node, { ...found, confidence: linkToMcp(project, file), unit: 'edge' });
    }
  },
  visit: context => ({
    ArrayExpression(node) {
      if (node.elements.length < 2) return;
      const texts = node.elements.flatMap(e => (e?.type === 'Literal' && typeof e.value === 'string' ? [e.value] : []));
      if (texts.length !== node.elements.length) return;
      reportMethods(context, node, texts);
      reportHeaders(context, node, texts);
    },
  }),
});

/** A list of methods that knows the older revisions only. */
function reportMethods({ file, report }: CodeContext, node: TSESTree.ArrayExpression, texts: readonly string[]): void {
  if (!texts.includes('tools/call') || texts.includes('server/discover') || !texts.some(t => OLDER.has(t)) || /server\/discover/.test(file.text)) return;
  report(node, {
    clause: 'gateway-method-allowlist',
    subject: 'gateway:methods',
    message: 'This list of methods has those of the older revisions and lacks server/discover and subscriptions/listen.',
    confidence: 'likely',
  });
}

/** A list of headers to pass on that names one of MCP's and not the new ones. */
function reportHeaders({ file, report }: CodeContext, node: TSESTree.ArrayExpression, texts: readonly string[]): void {
  const names = texts.map(t => t.toLowerCase());
  if (names.includes('mcp-method') || !names.includes('mcp-protocol-version') || names.includes('mcp-session-id')) return;
  if (!LISTS.test(listName(node)) || /cors|^(?:allow|expose)(?:e?d)?_?headers$/i.test(listName(node)) || /Access-Control-/i.test(file.text.slice(Math.max(0, node.range[0] - 80), node.range[0]))) return;
  report(node, { clause: 'gateway-header-allowlist', subject: 'gateway:headers', message: 'This list of headers to pass on lacks those of the new revision; servers refuse requests without them.' });
}

/** The name that a list is kept or passed under. */
function listName(node: TSESTree.Node): string {
  const outer = outermost(node);
  const { parent } = outer;
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name;
  if (parent?.type === 'Property' || parent?.type === 'PropertyDefinition') return parent.key.type === 'Identifier' ? parent.key.name : '';
  if (parent?.type !== 'CallExpression' && parent?.type !== 'NewExpression') return '';
  const callee = innermost(parent.callee);
  const called = endName(callee) ?? '';
  return called === 'Set' || called === 'freeze' ? listName(parent) : called === 'pick' ? 'pickHeaders' : called;
}
