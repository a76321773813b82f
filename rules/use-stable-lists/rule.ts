import { defineRule, enclosingFunction, endName, innermost, memberName, outermost, walkTree, type CodeContext, type SourceFile, type TSESTree } from '../../src/rule.js';

const REGISTERS: ReadonlySet<string> = new Set(['registerTool', 'tool', 'registerResource', 'resource', 'registerPrompt', 'prompt']);
const READS_FOLDER = /^(?:readdir|readdirSync|glob|globSync|opendir)$/;

export default defineRule({
  id: 'use-stable-lists',
  title: 'Lists keep their order',
  clauses: ['tools-list-order'],
  words: ['readdir', 'glob', 'Promise.all', 'Math.random'],
  needs: /\b(?:register(?:Tool|Resource|Prompt)|tool|resource|prompt|sort|toSorted)\b['"\]?.\s]*[(<]/,
  visit: context => ({
    CallExpression(node) {
      reportRegistration(context, node);
      reportShuffled(context, node);
    },
  }),
});

/** Tools that are registered as they happen to be found, or as they happen to be ready. */
function reportRegistration({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  if (callee.type !== 'MemberExpression' || !REGISTERS.has(memberName(callee) ?? '')) return;
  const why = raceAround(node) ? 'race' : folderAround(file, node) ? 'folder' : undefined;
  if (why === undefined) return;
  const use = mcp.call(file, node);
  if (!use || !REGISTERS.has(use.member)) return;
  report(callee, {
    clause: 'tools-list-order',
    subject: `order:${why}`,
    message: why === 'race' ? 'These are registered in the order in which they are ready, so lists differ from start to start.' : 'These are registered in the order of a folder, which differs between machines.',
    because: use.because,
    confidence: 'likely',
  });
}

/** `Promise.all(names.map(async name => { const tool = await load(name); server.registerTool(...) }))`. */
function raceAround(node: TSESTree.Node): boolean {
  for (let fn = enclosingFunction(node); fn; fn = enclosingFunction(fn)) {
    const map = outermost(fn).parent;
    if (map?.type !== 'CallExpression' || map.callee.type !== 'MemberExpression' || !/^(?:map|forEach)$/.test(memberName(map.callee) ?? '') || !fn.async) continue;
    const isTogether = memberName(map.callee) === 'forEach' || /^Promise\.all(?:Settled)?$/.test(calleeText(map.parent));
    return isTogether && waitsBefore(fn, node);
  }
  return false;
}

function calleeText(node: TSESTree.Node): string {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression' || node.callee.object.type !== 'Identifier') return '';
  return `${node.callee.object.name}.${memberName(node.callee) ?? ''}`;
}

function waitsBefore(fn: TSESTree.Node, node: TSESTree.Node): boolean {
  let waits = false;
  walkTree(fn, n => {
    if (n.type === 'AwaitExpression' && n.range[0] < node.range[0]) waits = true;
  });
  return waits;
}

/** A loop over what a folder has, without a sort. */
function folderAround(file: SourceFile, node: TSESTree.Node): boolean {
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) {
    if (n.type === 'ForOfStatement' && isFolder(file, n.right, 0)) return true;
    const callee = n.type === 'CallExpression' ? innermost(n.callee) : undefined;
    if (callee?.type === 'MemberExpression' && /^(?:map|forEach)$/.test(memberName(callee) ?? '') && isFolder(file, callee.object, 0)) return true;
  }
  return false;
}

/** `readdirSync(dir)`, `(await readdir(dir)).filter(...)`, and the name that it is kept under. */
function isFolder(file: SourceFile, value: TSESTree.Node, depth: number): boolean {
  const node = innermost(value);
  if (depth > 4) return false;
  if (node.type === 'Identifier') {
    const variable = file.variableOf(node);
    const definition = variable?.defs[0]?.node;
    const isSorted = variable?.references.some(r => r.identifier.parent.type === 'MemberExpression' && memberName(r.identifier.parent) === 'sort');
    return !isSorted && definition?.type === 'VariableDeclarator' && definition.init != null && isFolder(file, definition.init, depth + 1);
  }
  if (node.type !== 'CallExpression') return false;
  const callee = innermost(node.callee);
  const name = endName(callee) ?? '';
  if (READS_FOLDER.test(name)) return true;
  return callee.type === 'MemberExpression' && /^(?:filter|map|slice)$/.test(name) && isFolder(file, callee.object, depth + 1);
}

/** `tools.sort(() => Math.random() - 0.5)` in what answers a list. */
function reportShuffled({ file, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  if (callee.type !== 'MemberExpression' || !/^(?:sort|toSorted)$/.test(memberName(callee) ?? '') || !/^(?:tools|resources|prompts)$/i.test(file.text.slice(...innermost(callee.object).range))) return;
  const [by] = node.arguments;
  if (!by || !/\bMath\.random\b/.test(file.text.slice(...by.range))) return;
  report(callee, { clause: 'tools-list-order', subject: 'order:random', message: 'This answers a list in an order that chance decides.', confidence: 'likely' });
}
