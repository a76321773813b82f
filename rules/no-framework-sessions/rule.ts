import type { Known } from '../../src/mcp/values.js';
import { defineRule, innermost, keyName, memberName, type CodeContext, type TSESTree } from '../../src/rule.js';

export default defineRule({
  id: 'no-framework-sessions',
  title: 'The framework keeps a server per session',
  clauses: ['fw-cloudflare-mcpagent', 'fw-fastmcp', 'fw-web-adapters-v1', 'fw-mcp-framework', 'fw-mcp-handler-v1', 'fw-mcp-use-v1', 'fw-mcp-nest-v1'],
  words: ['McpAgent', 'serve(', 'httpStream', 'createStatefulServer', '.start(', 'redisUrl', 'sessionIdGenerator', 'sessionStore', 'streamManager', 'session:', 'autoCreateSessionOnInvalidId'],
  visit: context => ({
    CallExpression(node) {
      reportAgent(context, node);
      reportStart(context, node);
      reportStatefulServer(context, node);
    },
    Property(node) {
      reportOption(context, node);
    },
  }),
});

/** `Agent.serve('/mcp')` of a class that extends McpAgent. */
function reportAgent({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  if (callee.type !== 'MemberExpression' || memberName(callee) !== 'serve' || callee.object.type === 'Super') return;
  const agent = mcp.agentClass(file, callee.object);
  if (!agent) return;
  report(node.callee, {
    clause: 'fw-cloudflare-mcpagent',
    subject: 'framework:agent',
    message: 'This serves one Durable Object per session; the protocol has no sessions.',
    because: agent.because,
    confidence: agent.confidence,
  });
}

/** `server.start({ transportType: 'httpStream' })`, unless it is stateless. */
function reportStart({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const [options] = node.arguments;
  if (node.callee.type !== 'MemberExpression' || memberName(node.callee) !== 'start' || !options || options.type === 'SpreadElement') return;
  const use = mcp.call(file, node);
  if (use?.owner !== 'fastmcp#FastMCP') return;
  const given = mcp.values(file, options);
  if (!texts(mcp.infer.member(given, 'transportType', undefined)).includes('httpStream')) return;
  const stateless = mcp.infer.member(given, 'httpStream', undefined).some(k => k.value.kind === 'object' && k.value.node.properties.some(p => p.type === 'Property' && keyName(p.key) === 'stateless' && !isFalse(p.value)));
  if (stateless) return;
  report(node.callee, { clause: 'fw-fastmcp', subject: 'framework:fastmcp', message: 'This framework keeps a session per client; the protocol has none.', because: use.because, confidence: use.confidence });
}

function texts(known: readonly Known[]): readonly string[] {
  return known.flatMap(k => (k.value.kind === 'text' ? [k.value.text] : []));
}

function isFalse(node: TSESTree.Node): boolean {
  return node.type === 'Literal' && node.value === false;
}

/** A hosting SDK that makes one server per session. */
function reportStatefulServer({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  if (!/stateful/i.test(file.text.slice(...node.callee.range))) return;
  const exported = mcp.export(file, node.callee, /^createStatefulServer$/);
  if (exported?.id !== 'smithery#createStatefulServer') return;
  report(node.callee, { clause: 'fw-web-adapters-v1', subject: 'framework:stateful-server', message: 'This makes one server per session; the protocol has no sessions.', because: exported.because, confidence: 'likely' });
}

interface SessionOption {
  readonly clause: string;
  readonly framework: string;
  readonly names: readonly string[];
}

/** What is constructed or called with options that only sessions need. */
const OPTIONS: Readonly<Record<string, SessionOption>> = {
  'mcp-handler#createMcpHandler': { clause: 'fw-mcp-handler-v1', framework: 'mcp-handler', names: ['redisUrl', 'sessionIdGenerator'] },
  'mcp-framework#MCPServer': { clause: 'fw-mcp-framework', framework: 'mcp-framework', names: ['session'] },
  'mcp-use#MCPServer': { clause: 'fw-mcp-use-v1', framework: 'mcp-use', names: ['sessionStore', 'streamManager', 'autoCreateSessionOnInvalidId'] },
  'mcp-use#createMCPServer': { clause: 'fw-mcp-use-v1', framework: 'mcp-use', names: ['sessionStore', 'streamManager', 'autoCreateSessionOnInvalidId'] },
  'mcp-nest#McpModule': { clause: 'fw-mcp-nest-v1', framework: 'mcp-nest', names: ['sessionIdGenerator'] },
};
const OPTION_NAMES = new Set(Object.values(OPTIONS).flatMap(o => o.names));

/** `createMcpHandler(init, {}, { redisUrl })`, `new MCPServer({ sessionStore })`. */
function reportOption({ file, mcp, report }: CodeContext, node: TSESTree.Property): void {
  const name = keyName(node.key);
  if (name === undefined || !OPTION_NAMES.has(name)) return;
  const value = innermost(node.value);
  if (isFalse(value) || (value.type === 'Identifier' && value.name === 'undefined') || (value.type === 'ObjectExpression' && value.properties.some(p => p.type === 'Property' && keyName(p.key) === 'enabled' && isFalse(p.value)))) return;
  const call = callAround(node);
  if (!call) return;
  const callee = innermost(call.callee);
  const made = mcp.export(file, callee) ?? (callee.type === 'MemberExpression' ? mcp.export(file, callee.object) : undefined);
  const option = made ? OPTIONS[made.id] : undefined;
  if (!option?.names.includes(name)) return;
  report(node, { clause: option.clause, subject: `framework:${option.framework}`, message: `The option ${name} is for sessions, which the protocol no longer has.`, because: made?.because, confidence: 'likely' });
}

/** The call whose arguments an option stands in, at any depth of object literals. */
function callAround(node: TSESTree.Node): TSESTree.CallExpression | TSESTree.NewExpression | undefined {
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) {
    if (n.type === 'CallExpression' || n.type === 'NewExpression') return n;
    if (n.type !== 'ObjectExpression' && n.type !== 'Property') return undefined;
  }
  return undefined;
}
