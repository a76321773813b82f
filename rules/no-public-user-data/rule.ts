import { defineRule, enclosingFunction, innermost, keyName, memberName, outermost, propertyValue, walkTree, type CodeContext, type SourceFile, type TSESTree } from '../../src/rule.js';

const CALLER: ReadonlySet<string> = new Set(['authInfo', 'http', 'requestInfo', 'headers', 'sessionId']);

export default defineRule({
  id: 'no-public-user-data',
  title: 'What depends on the caller is private',
  clauses: ['cache-scope-user-data'],
  words: ['cacheScope'],
  visit: context => ({
    Property(node) {
      if (keyName(node.key) !== 'cacheScope' || node.parent.type !== 'ObjectExpression') return;
      const value = innermost(node.value);
      if (value.type !== 'Literal' || value.value !== 'public') return;
      const reader = readerOf(context, node.parent);
      if (!reader) return;
      context.report(node, { clause: 'cache-scope-user-data', subject: 'scope:public', message: 'This lets anybody’s cache keep what depends on who has asked.', confidence: 'likely', related: [{ file: context.file, node: reader, note: 'looks at the caller' }] });
    },
  }),
});

/** Where the caller is looked at by what makes the result. */
function readerOf(context: CodeContext, hint: TSESTree.ObjectExpression): TSESTree.Node | undefined {
  const maker = resourceCallback(context, hint) ?? listFactory(context, hint) ?? resultMaker(hint);
  return maker && callerIn(context.file, maker);
}

/** `registerResource(name, uri, { cacheHint: { cacheScope: 'public' } }, read)`. */
function resourceCallback({ file, mcp }: CodeContext, hint: TSESTree.ObjectExpression): TSESTree.Node | undefined {
  const { parent } = outermost(hint);
  if (parent?.type !== 'Property' || keyName(parent.key) !== 'cacheHint') return undefined;
  const call = outermost(parent.parent).parent;
  const last = call?.type === 'CallExpression' ? call.arguments.at(-1) : undefined;
  if (!last || last.type === 'SpreadElement') return undefined;
  const found = mcp.values(file, last).find(k => k.value.kind === 'function' && k.value.file === file)?.value;
  return found?.kind === 'function' ? found.node : undefined;
}

/** `cacheHints: { 'tools/list': { cacheScope: 'public' } }`, in a factory that registers by what the caller may do. */
function listFactory({ mcp, file }: CodeContext, hint: TSESTree.ObjectExpression): TSESTree.Node | undefined {
  const entry = outermost(hint).parent;
  const hints = entry?.type === 'Property' && /\/list$|^server\/discover$/.test(keyName(entry.key) ?? '') ? entry.parent : undefined;
  const holder = hints && outermost(hints).parent;
  if (holder?.type !== 'Property' || keyName(holder.key) !== 'cacheHints') return undefined;
  const made = outermost(holder.parent).parent;
  const factory = made?.type === 'NewExpression' && mcp.constructed(file, made) ? enclosingFunction(made) : undefined;
  return factory && conditionOf(factory);
}

/** The condition that registrations of a factory stand under. */
function conditionOf(factory: TSESTree.Node): TSESTree.Node | undefined {
  let found: TSESTree.Node | undefined;
  walkTree(factory, node => {
    if (node.type === 'IfStatement' && registers(node.consequent)) found ??= node.test;
    return node === factory || !/Function/.test(node.type);
  });
  return found;
}

function registers(branch: TSESTree.Node): boolean {
  let found = false;
  walkTree(branch, n => {
    if (n.type === 'CallExpression' && n.callee.type === 'MemberExpression' && /^register(?:Tool|Resource|Prompt)$/.test(memberName(n.callee) ?? '')) found = true;
  });
  return found;
}

/** A result that is written out with its scope. */
function resultMaker(hint: TSESTree.ObjectExpression): TSESTree.Node | undefined {
  if (!['contents', 'tools', 'resources', 'prompts'].some(name => propertyValue(hint, name))) return undefined;
  return enclosingFunction(hint);
}

function callerIn(file: SourceFile, maker: TSESTree.Node): TSESTree.Node | undefined {
  let found: TSESTree.Node | undefined;
  walkTree(maker, node => {
    const name = node.type === 'MemberExpression' ? memberName(node) : node.type === 'Property' && node.parent.type === 'ObjectPattern' ? keyName(node.key) : undefined;
    if (name !== undefined && CALLER.has(name)) found ??= node;
    else if (node.type === 'Identifier' && node.name === 'authInfo' && file.variableOf(node)) found ??= node;
    return found === undefined;
  });
  return found;
}
