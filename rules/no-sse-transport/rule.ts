import { defineRule, keyName, memberName, nameOfType, type CodeContext, type TSESTree } from '../../src/rule.js';

export default defineRule({
  id: 'no-sse-transport',
  title: 'HTTP+SSE cannot carry the new revision',
  clauses: ['http-sse-transport', 'fw-cloudflare-mcpagent', 'fw-fastmcp'],
  words: ['SSEServerTransport', 'SSEClientTransport', 'SSETransport', 'serveSSE', 'McpAgent', 'FastMCP', 'LiteMCP', 'MCPServer', 'createMCPClient'],
  visit: context => ({
    NewExpression(node) {
      reportTransport(context, node);
    },
    CallExpression(node) {
      reportAgent(context, node);
      reportFrameworkStart(context, node);
    },
    Property(node) {
      reportFrameworkOption(context, node);
    },
  }),
});

function reportTransport({ file, mcp, report }: CodeContext, node: TSESTree.NewExpression): void {
  const constructed = mcp.constructed(file, node, /^SSE\w*Transport$/);
  const name = constructed ? nameOfType(constructed.type) : undefined;
  if (name !== 'SSEServerTransport' && name !== 'SSEClientTransport' && name !== 'SSETransport') return;
  const client = name === 'SSEClientTransport';
  report(node.callee, {
    clause: 'http-sse-transport',
    subject: client ? 'sse:client' : 'sse:server',
    message: client ? 'This client speaks HTTP+SSE, which cannot carry the new revision.' : 'This serves HTTP+SSE, which cannot carry the new revision.',
    because: constructed?.because,
    unit: client ? `sse-client:${file.path}` : `http-sessions:${file.path}`,
  });
}

/** `Agent.serveSSE('/sse')` and the older `Agent.mount('/sse')`. */
function reportAgent({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  if (node.callee.type !== 'MemberExpression') return;
  const name = memberName(node.callee);
  if (name !== 'serveSSE' && name !== 'mount') return;
  const agent = mcp.agentClass(file, node.callee.object);
  if (!agent) return;
  report(node.callee, {
    clause: 'http-sse-transport',
    also: ['fw-cloudflare-mcpagent'],
    subject: 'sse:agent',
    message: 'This serves the agent over HTTP+SSE, which cannot carry the new revision.',
    because: agent.because,
    confidence: agent.confidence,
  });
}

/** `server.start({ transportType: 'sse' })` of a framework. */
function reportFrameworkStart({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const [options] = node.arguments;
  if (node.callee.type !== 'MemberExpression' || memberName(node.callee) !== 'start' || options?.type !== 'ObjectExpression') return;
  const use = mcp.call(file, node);
  if (!use || !/^(?:fastmcp#FastMCP|litemcp#LiteMCP|mcp-framework#MCPServer)$/.test(use.owner)) return;
  for (const property of options.properties) {
    if (property.type !== 'Property' || keyName(property.key) !== 'transportType' || mcp.text(file, property.value) !== 'sse') continue;
    report(property, { clause: 'http-sse-transport', also: ['fw-fastmcp'], subject: 'sse:framework', message: 'This serves HTTP+SSE, which cannot carry the new revision.', because: use.because, confidence: use.confidence });
  }
}

/** `new MCPServer({ transport: { type: 'sse' } })`, `createMCPClient({ transport: { type: 'sse', url } })`. */
function reportFrameworkOption({ file, mcp, report }: CodeContext, node: TSESTree.Property): void {
  if (keyName(node.key) !== 'type' || node.value.type !== 'Literal' || node.value.value !== 'sse') return;
  const transport = node.parent.parent;
  const made = transport.type === 'Property' && keyName(transport.key) === 'transport' ? transport.parent.parent : undefined;
  if ((made?.type !== 'NewExpression' && made?.type !== 'CallExpression') || made.arguments[0] !== transport.parent) return;
  const name = made.callee.type === 'Identifier' ? made.callee.name : made.callee.type === 'MemberExpression' ? (memberName(made.callee) ?? '') : '';
  const client = made.type === 'CallExpression' && /^(?:experimental_)?createMCPClient$/.test(name);
  const server = made.type === 'NewExpression' && name === 'MCPServer' && mcp.values(file, made.callee).some(({ value }) => value.kind === 'class' || value.kind === 'sdk-export' || (value.kind === 'external' && value.module.startsWith('mcp-')));
  if (!client && !server) return;
  report(node, {
    clause: 'http-sse-transport',
    subject: client ? 'sse:client' : 'sse:framework',
    message: client ? 'This client speaks HTTP+SSE, which cannot carry the new revision.' : 'This serves HTTP+SSE, which cannot carry the new revision.',
    confidence: 'likely',
  });
}
