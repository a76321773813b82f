import { defineRule, type CodeContext, type TSESTree } from '../../src/rule.js';

/** Both ends are in one process: nothing goes over a wire. */
const WITHOUT_WIRE = /^(?:InMemory|InProcess|Mock|Fake|Stub|Test)/;

export default defineRule({
  id: 'use-own-transports',
  title: 'Own transports carry requests one way',
  clauses: ['custom-transport-contract'],
  words: ['Transport'],
  followsImports: true,
  needs: /\bimplements\b/,
  visit: context => ({
    ClassDeclaration(node) {
      reportClass(context, node);
    },
    ClassExpression(node) {
      reportClass(context, node);
    },
  }),
});

/** `class SocketTransport implements Transport`. */
function reportClass({ file, mcp, report }: CodeContext, node: TSESTree.ClassDeclaration | TSESTree.ClassExpression): void {
  if (WITHOUT_WIRE.test(node.id?.name ?? '')) return;
  for (const { expression } of node.implements) {
    const known = mcp.infer.annotations.heritage(file, expression).find(({ value }) => value.kind === 'sdk' && /#Transport$/.test(value.type));
    if (!known) continue;
    report(node.id ?? expression, {
      clause: 'custom-transport-contract',
      subject: `transport:${node.id?.name ?? 'class'}`,
      message: 'This is a transport of its own; requests now go from the client to the server only, and nothing is remembered of a connection.',
      because: known.because,
    });
    return;
  }
}
