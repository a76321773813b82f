import { linkToMcp } from '../../src/config/link.js';
import { commandLines, configOf } from '../../src/config/read.js';
import { allNodes, childOf, within, type ConfigNode } from '../../src/config/tree.js';
import { defineRule, endName, keyName, type CodeContext, type NewFinding, type TextContext, type TSESTree } from '../../src/rule.js';

const ENDPOINT = /^(?:https?:\/\/[^/]+)?\/(?:[\w.-]+\/)*mcp\/?$/i;
const CHECK = /(?:liveness|readiness|startup)_?probe|health_?check|^checks$|^probes?$/i;
const CHECK_PATH = /^(?:health_?check_?path|http_path|health_uri|requestPath|.*\/healthcheck-path)$/i;
const COUNT = /^(?:replicas|replicaCount|numReplicas|num_replicas|max_?replicas|max_?instances?|max-instances|desired_?count|instances)$/i;
const BECAUSE_OF_STATE = /\bsessions?\b|\bSSE\b|\bsticky\b|\bin[- ]memory\b|\bstateful\b/i;
/** Tables, collections and keys of protocol sessions. */
const SESSION_STORE = /^(?:mcp[-_:.]?sess(?:ion)?s?)(?:[-_:.].*)?$/i;
const TABLE = /\b(?:CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?["'`[]?(?:\w+\.)?["'`[]?|model\s+)(mcp_?sessions?)\b/i;
const STORE_MAKERS = /^(?:pgTable|sqliteTable|mysqlTable|createTable|collection|model|Entity|table)$/;

export default defineRule({
  id: 'use-stateless-deployment',
  title: 'The deployment expects a server without sessions',
  clauses: ['deploy-healthcheck-handshake', 'deploy-legacy-sse-routes', 'deploy-single-replica', 'deploy-session-store-schema'],
  words: [
    '/mcp', '/sse', 'sse"', "sse'", ' sse', '=sse', ':sse', '-sse', 'replica', 'Replica', 'nstances', 'esired_count', 'esiredCount', 'ax-instances', 'cp_session', 'cp-session', 'cpSession', 'cp:session',
  ],
  kinds: ['code', 'config', 'manifest'],
  scan: context => {
    for (const node of allNodes(configOf(context.file))) {
      report(context, node, healthCheck(node) ?? olderRoute(context, node) ?? singleReplica(context, node) ?? storeOf(node));
    }
    scanLines(context);
  },
  visit: context => ({
    Literal(node) {
      if (typeof node.value === 'string' && SESSION_STORE.test(node.value) && isStoreName(node)) reportStore(context, node);
    },
    TemplateElement(node) {
      if (TABLE.test(node.value.raw)) reportStore(context, node.parent);
    },
  }),
});

type Found = Pick<NewFinding, 'clause' | 'subject' | 'message'>;

function report({ file, project, report }: TextContext, at: { readonly range: readonly [number, number] }, found: Found | undefined): void {
  if (found) report(at, { ...found, confidence: linkToMcp(project, file), unit: 'deployment' });
}

const HEALTH: Found = { clause: 'deploy-healthcheck-handshake', subject: 'deploy:health', message: 'This checks health by a plain request to the MCP endpoint, which a server of the new revision refuses.' };

/** `livenessProbe: { httpGet: { path: /mcp } }`, `health_check { path = "/mcp" }`, `HealthCheckPath: /mcp`. */
function healthCheck(node: ConfigNode): Found | undefined {
  if (node.value === undefined || !ENDPOINT.test(node.value)) return undefined;
  return CHECK_PATH.test(node.key) || (node.key === 'path' && within(node, CHECK)) ? HEALTH : undefined;
}

const ROUTE: Found = { clause: 'deploy-legacy-sse-routes', subject: 'deploy:sse', message: 'This route belongs to HTTP+SSE, a deprecated transport that cannot carry the new revision.' };

/** `location /sse`, `path: /sse` of an ingress, and servers of type sse in the configuration of a client. */
function olderRoute({ file }: TextContext, node: ConfigNode): Found | undefined {
  if (node.key === 'location') return /^(?:[=~^*]+\s*)?\/sse\b/.test(node.value ?? '') && /mcp/i.test(file.text) ? ROUTE : undefined;
  if (node.key === 'path') return /^\/sse\/?$/.test(node.value ?? '') && within(node, /^(?:rules|paths|routes?|http|spec)$/) ? ROUTE : undefined;
  if ((node.key !== 'type' && node.key !== 'transport') || node.value !== 'sse') return undefined;
  const isServer = within(node, /^(?:mcpServers|servers|mcp)$/) !== undefined || (within(node, 'remotes') !== undefined && file.path.endsWith('server.json'));
  return isServer && childOf(node.parent, 'url') ? { ...ROUTE, subject: 'deploy:sse-client', message: 'This client configuration asks for HTTP+SSE, a deprecated transport that cannot carry the new revision.' } : undefined;
}

/** One instance, and a comment that says why. */
function singleReplica({ file }: TextContext, node: ConfigNode): Found | undefined {
  if (!COUNT.test(node.key) || node.value !== '1') return undefined;
  const lineStart = file.text.lastIndexOf('\n', node.range[0]) + 1;
  const before = file.text.slice(0, lineStart).split('\n').slice(-3, -1).filter(l => /^\s*(?:#|\/\/)/.test(l));
  const after = /(?:#|\/\/).*$/.exec(file.text.slice(node.range[1], file.text.indexOf('\n', node.range[1]) + 1 || undefined).trimEnd())?.[0] ?? '';
  if (!BECAUSE_OF_STATE.test([...before, after].join(' '))) return undefined;
  return { clause: 'deploy-single-replica', subject: 'deploy:replica', message: 'This holds the service to one instance because of state in its memory.' };
}

const STORE: Found = { clause: 'deploy-session-store-schema', subject: 'deploy:session-store', message: 'This keeps sessions of the protocol, which has none any more; keep what outlives a call under an explicit id.' };

function storeOf(node: ConfigNode): Found | undefined {
  return node.value !== undefined && /^(?:TableName|table_?name|keyPrefix|key_prefix|name|collection)$/i.test(node.key) && SESSION_STORE.test(node.value) && (node.key !== 'name' || within(node, 'resource')?.value?.includes('table') === true) ? STORE : undefined;
}

function scanLines(context: TextContext): void {
  for (const { text, start } of commandLines(context.file.text)) {
    const at = { range: [start + text.length - text.trimStart().length, start + text.trimEnd().length] as const };
    if (/^\s*HEALTHCHECK\b/.test(text) && (/['"/\s]mcp\/?["'\s|]|\/mcp\/?$|:\d+\/mcp\b/.test(text) || /"initialize"/.test(text)) && !text.includes('server/discover')) report(context, at, HEALTH);
    else if (/^\s*(?:test|command)\s*:.*(?:curl|wget)\b.*\/mcp\b/.test(text) && !/server\/discover/.test(text)) report(context, at, HEALTH);
    else if (/\b(?:MCP_)?TRANSPORT(?:_TYPE|_MODE)?["']?\s*[=:]\s*["']?sse\b/.test(text) && !text.includes('|')) report(context, at, { ...ROUTE, subject: 'deploy:sse-mode', message: 'This starts the server on HTTP+SSE, a deprecated transport that cannot carry the new revision.' });
  }
  if (!/\.(?:sql|prisma)$/.test(context.file.path)) return;
  for (const match of context.file.text.matchAll(new RegExp(TABLE, 'gi'))) report(context, { range: [match.index, match.index + match[0].length] }, STORE);
}

/** `pgTable('mcp_sessions', ...)`, `{ keyPrefix: 'mcp:sessions:' }`. */
function isStoreName(node: TSESTree.Literal): boolean {
  const { parent } = node;
  if (parent.type === 'Property') return parent.value === node && /^(?:table|tableName|TableName|collection|collectionName|keyPrefix|prefix)$/.test(keyName(parent.key) ?? '');
  if (parent.type !== 'CallExpression' || parent.arguments[0] !== node) return false;
  return STORE_MAKERS.test(endName(parent.callee) ?? '');
}

function reportStore({ report }: CodeContext, at: TSESTree.Node): void {
  report(at, { ...STORE, unit: 'deployment' });
}
