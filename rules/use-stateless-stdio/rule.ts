import { defineRule, isV1Type, memberName, nameOfType, type CodeContext, type TSESTree } from '../../src/rule.js';

export default defineRule({
  id: 'use-stateless-stdio',
  title: 'A stdio server is served by a factory',
  clauses: ['sdk-v2-legacy-only-connect', 'server-discover-missing'],
  words: ['StdioServerTransport', 'sdk/server/stdio', 'FastMCP', 'LiteMCP'],
  visit: context => ({
    NewExpression(node) {
      reportTransport(context, node);
    },
    CallExpression(node) {
      reportFrameworkStart(context, node);
    },
  }),
});

function reportTransport(context: CodeContext, node: TSESTree.NewExpression): void {
  const { file, mcp, report } = context;
  const constructed = mcp.constructed(file, node, /^StdioServerTransport$/);
  if (!constructed || nameOfType(constructed.type) !== 'StdioServerTransport' || isGivenToServeStdio(context, node)) return;
  report(node.callee, {
    clause: 'sdk-v2-legacy-only-connect',
    also: ['server-discover-missing'],
    subject: 'stdio:transport',
    message: isV1Type(constructed.type)
      ? 'This serves one long connection that begins with a handshake; a client of the new revision is refused.'
      : 'This connects the server by hand, so it speaks the old revisions only.',
    because: constructed.because,
    unit: `stdio:${file.path}`,
  });
}

/** `serveStdio(factory, { transport: new StdioServerTransport(...) })` is right, also with a name for the transport. */
function isGivenToServeStdio({ file }: CodeContext, node: TSESTree.NewExpression): boolean {
  if (isOptionOfServeStdio(node)) return true;
  const declarator = node.parent;
  if (declarator.type !== 'VariableDeclarator' || declarator.id.type !== 'Identifier') return false;
  return file.variableOf(declarator.id)?.references.some(r => isOptionOfServeStdio(r.identifier)) ?? false;
}

function isOptionOfServeStdio(node: TSESTree.Node): boolean {
  const { parent } = node;
  if (parent?.type !== 'Property' || parent.parent.type !== 'ObjectExpression') return false;
  const call = parent.parent.parent;
  return call.type === 'CallExpression' && call.callee.type === 'Identifier' && call.callee.name === 'serveStdio';
}

/** `new FastMCP(...).start({ transportType: 'stdio' })`, which is also the default. */
function reportFrameworkStart({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  if (node.callee.type !== 'MemberExpression' || memberName(node.callee) !== 'start') return;
  const use = mcp.call(file, node);
  if (!use || !/^(?:fastmcp#FastMCP|litemcp#LiteMCP)$/.test(use.owner)) return;
  const [options] = node.arguments;
  if (options && options.type !== 'SpreadElement') {
    const type = mcp.infer.member(mcp.values(file, options), 'transportType', undefined).flatMap(k => (k.value.kind === 'text' ? [k.value.text] : []));
    if (type.length > 0 && !type.includes('stdio')) return;
  }
  report(node.callee, {
    clause: 'server-discover-missing',
    subject: 'stdio:framework',
    message: 'This framework serves stdio on the first SDK line, which clients of the new revision cannot talk to.',
    because: use.because,
    confidence: use.confidence,
    unit: `stdio:${file.path}`,
  });
}
