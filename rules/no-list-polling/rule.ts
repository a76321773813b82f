import { roleOf } from '../../src/mcp/roles.js';
import { defineRule, innermost, memberName, nameOfType, propertyValue, walkTree, type CodeContext, type TSESTree } from '../../src/rule.js';

const LISTS = /^list(?:Tools|Resources|ResourceTemplates|Prompts)$/;

export default defineRule({
  id: 'no-list-polling',
  title: 'Clients keep lists as long as they are told',
  clauses: ['client-cache-rules'],
  words: ['setInterval', 'responseCacheStore'],
  visit: context => ({
    CallExpression(node) {
      reportPolling(context, node);
    },
    NewExpression(node) {
      reportSharedStore(context, node);
    },
  }),
});

/** `setInterval(async () => { tools = await client.listTools(); }, 10_000)`. */
function reportPolling(context: CodeContext, node: TSESTree.CallExpression): void {
  if (node.callee.type !== 'Identifier' || node.callee.name !== 'setInterval') return;
  const [callback] = node.arguments;
  if (!callback || callback.type === 'SpreadElement') return;
  const bodies = context.mcp.values(context.file, callback).flatMap(({ value }) => (value.kind === 'function' && value.file === context.file ? [value.node.body] : []));
  const list = bodies.map(b => listIn(context, b)).find(found => found !== undefined);
  if (!list) return;
  context.report(node.callee, {
    clause: 'client-cache-rules',
    subject: 'cache:polling',
    message: 'This asks for a list again and again, whatever the server says of how long it holds.',
    confidence: 'likely',
    related: [{ file: context.file, node: list, note: 'the list' }],
  });
}

function listIn({ file, mcp }: CodeContext, body: TSESTree.Node): TSESTree.Node | undefined {
  let found: TSESTree.Node | undefined;
  walkTree(body, node => {
    if (found || node.type !== 'CallExpression') return;
    const callee = innermost(node.callee);
    if (callee.type !== 'MemberExpression' || !LISTS.test(memberName(callee) ?? '')) return;
    const use = mcp.call(file, node);
    if (use && roleOf(use.owner) === 'client') found = node;
  });
  return found;
}

/** `new Client(info, { responseCacheStore: shared })`: what is private to one caller is kept for all of them. */
function reportSharedStore({ file, mcp, report }: CodeContext, node: TSESTree.NewExpression): void {
  const options = node.arguments[1] && innermost(node.arguments[1]);
  if (options?.type !== 'ObjectExpression') return;
  const store = propertyValue(options, 'responseCacheStore');
  if (!store || innermost(store).type === 'NewExpression' || propertyValue(options, 'cachePartition') || options.properties.some(p => p.type === 'SpreadElement')) return;
  const constructed = mcp.constructed(file, node, /Client$/);
  if (!constructed || nameOfType(constructed.type) !== 'Client') return;
  report(store, {
    clause: 'client-cache-rules',
    subject: 'cache:shared',
    message: 'This store is shared by clients without a partition: a private answer to one caller is given to another.',
    because: constructed.because,
    confidence: 'likely',
  });
}
