import { defineRule, innermost, keyName, memberName, type CodeContext, type TSESTree } from '../../src/rule.js';

export default defineRule({
  id: 'no-framework-sessions',
  title: 'The framework keeps a server per session',
  clauses: ['fw-cloudflare-mcpagent', 'fw-fastmcp', 'fw-web-adapters-v1', 'fw-mcp-framework'],
  words: ['McpAgent', 'serve(', 'httpStream', 'createStatefulServer', '.start('],
  followsImports: true,
  visit: context => ({
    CallExpression(node) {
      reportAgent(context, node);
      reportStart(context, node);
      reportStatefulServer(context, node);
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
  if (node.callee.type !== 'MemberExpression' || memberName(node.callee) !== 'start') return;
  const use = mcp.call(file, node);
  const [options] = node.arguments;
  if (!use || use.owner !== 'fastmcp#FastMCP' || options?.type !== 'ObjectExpression') return;
  const property = (object: TSESTree.ObjectExpression, name: string): TSESTree.Property | undefined =>
    object.properties.find((p): p is TSESTree.Property => p.type === 'Property' && keyName(p.key) === name);
  const type = property(options, 'transportType');
  if (!type || mcp.text(file, type.value) !== 'httpStream') return;
  const stream = property(options, 'httpStream')?.value;
  const stateless = stream?.type === 'ObjectExpression' ? property(stream, 'stateless')?.value : undefined;
  if (stateless?.type === 'Literal' && stateless.value === true) return;
  report(node.callee, { clause: 'fw-fastmcp', subject: 'framework:fastmcp', message: 'This framework keeps a session per client; the protocol has none.', because: use.because, confidence: use.confidence });
}

/** A hosting SDK that makes one server per session. */
function reportStatefulServer({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const exported = mcp.export(file, node.callee);
  if (exported?.id !== 'smithery#createStatefulServer') return;
  report(node.callee, { clause: 'fw-web-adapters-v1', subject: 'framework:stateful-server', message: 'This makes one server per session; the protocol has no sessions.', because: exported.because, confidence: 'likely' });
}
