import { defineRule, keyName, nameOfType, type CodeContext, type TSESTree } from '../../src/rule.js';

const TRANSPORTS = /^(?:\w*StreamableHTTPServerTransport|SSEServerTransport)$/;
const OPTIONS = new Set(['enableDnsRebindingProtection', 'allowedHosts', 'allowedOrigins']);

export default defineRule({
  id: 'use-host-checks',
  title: 'Host and Origin are checked in front of the handler',
  clauses: ['origin-host-validation'],
  words: ['enableDnsRebindingProtection', 'allowedHosts', 'allowedOrigins'],
  visit: context => ({
    NewExpression(node) {
      reportOptions(context, node);
    },
  }),
});

/** `new StreamableHTTPServerTransport({ allowedHosts: [...] })`: the check goes with the transport. */
function reportOptions({ file, mcp, report }: CodeContext, node: TSESTree.NewExpression): void {
  const constructed = mcp.constructed(file, node, TRANSPORTS);
  if (!constructed || !TRANSPORTS.test(nameOfType(constructed.type))) return;
  for (const argument of node.arguments) {
    if (argument.type === 'SpreadElement') continue;
    const options = mcp.values(file, argument).flatMap(({ value }) => (value.kind === 'object' && value.file === file ? value.node.properties : []));
    const first = options.find((p): p is TSESTree.Property => p.type === 'Property' && OPTIONS.has(keyName(p.key) ?? '') && !isOff(p.value));
    if (!first) continue;
    report(first.key, {
      clause: 'origin-host-validation',
      subject: `host:${keyName(first.key) ?? 'option'}`,
      message: 'This checks the hosts and origins of requests by an option of the transport, which goes with it.',
      because: constructed.because,
      unit: `http-sessions:${file.path}`,
    });
  }
}

function isOff(value: TSESTree.Node): boolean {
  return (value.type === 'Literal' && value.value === false) || (value.type === 'Identifier' && value.name === 'undefined');
}
