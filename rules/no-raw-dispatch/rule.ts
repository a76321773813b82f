import { comparedWith, isComparedWithMethod } from '../../src/mcp/dispatch.js';
import { isCoreMethod, rawMessages } from '../../src/mcp/raw.js';
import { isFunctionNode } from '../../src/mcp/values.js';
import { defineRule, innermost, keyName, outermost, says, walkTree, type CodeContext, type SourceFile, type TSESTree } from '../../src/rule.js';

/** The member by which the result of a method is known, and whether clients may keep the result. */
const RESULTS: Readonly<Record<string, { readonly member: string; readonly kept: boolean }>> = {
  'tools/list': { member: 'tools', kept: true },
  'tools/call': { member: 'content', kept: false },
  'resources/list': { member: 'resources', kept: true },
  'resources/templates/list': { member: 'resourceTemplates', kept: true },
  'resources/read': { member: 'contents', kept: true },
  'prompts/list': { member: 'prompts', kept: true },
  'prompts/get': { member: 'messages', kept: false },
  'completion/complete': { member: 'completion', kept: false },
};

const IS_HTTP = /\bheaders\b|\bcreateServer\s*\(|\.post\s*\(|\breq\.body\b|\brequest\.json\s*\(/;
const READS_HEADERS = /mcp-(?:method|name)/i;
const READS_METADATA = /\b_meta\b/;
const NAMES_RESULT = /\bresultType\b/;
const NAMES_CACHE = /\bttlMs\b/;

/** A place where a program chooses by the method of a message, and what it does then. */
interface Branch {
  readonly method: string;
  readonly text: TSESTree.Node;
  readonly body: readonly TSESTree.Node[];
}

export default defineRule({
  id: 'no-raw-dispatch',
  title: 'What takes requests apart by hand has more to do',
  clauses: ['request-meta-validation', 'header-body-validation', 'result-type-required', 'cache-fields-required'],
  words: ["'tools/", '"tools/', "'resources/", '"resources/', "'prompts/", '"prompts/'],
  visit: context => ({
    Program() {
      if (context.file.text.includes('jsonrpc')) reportDispatch(context);
    },
  }),
});

function reportDispatch(context: CodeContext): void {
  const branches = branchesOf(context.file);
  const methods = new Set(branches.map(b => b.method));
  const isServer = methods.size > 1 && rawMessages(context.mcp, context.file).some(m => m.kind === 'result' || m.kind === 'error');
  const [first] = branches;
  if (!first || !isServer) return;
  reportRequests(context, first, methods.size);
  reportResults(context, branches);
}

/** Nothing looks at what each request says of itself before it is answered. */
function reportRequests({ file, report }: CodeContext, { text }: Branch, methods: number): void {
  if (says(file, READS_METADATA)) return;
  const http = says(file, IS_HTTP) && !says(file, READS_HEADERS);
  report(text, {
    clause: 'request-meta-validation',
    also: http ? ['header-body-validation'] : [],
    subject: 'dispatch:metadata',
    message: `This tells ${methods} methods apart by hand and never looks at the metadata that each request carries${http ? ', nor at the headers that have to agree with it' : ''}.`,
    confidence: 'likely',
    unit: `raw:${file.path}`,
  });
}

/** Results that are written out, without what every result says now: one finding for a file, since one helper mends them all. */
function reportResults({ file, report }: CodeContext, branches: readonly Branch[]): void {
  if (says(file, NAMES_RESULT)) return;
  const results = branches.flatMap(b => resultsIn(b).map(node => ({ node, kept: RESULTS[b.method]?.kept ?? false })));
  const [first, ...rest] = results;
  if (!first) return;
  const kept = results.some(r => r.kept) && !says(file, NAMES_CACHE);
  report(first.node, {
    clause: 'result-type-required',
    also: kept ? ['cache-fields-required'] : [],
    subject: 'dispatch:result',
    message: `${rest.length === 0 ? 'This result is' : `In this file ${results.length} results are`} written by hand without a resultType${kept ? ', and without saying how long clients may keep them' : ''}.`,
    confidence: 'likely',
    related: rest.map(r => ({ file, node: r.node })),
    unit: `raw:${file.path}`,
  });
}

function branchesOf(file: SourceFile): readonly Branch[] {
  const branches: Branch[] = [];
  walkTree(file.program, node => {
    if (node.type !== 'Literal' || typeof node.value !== 'string' || !isCoreMethod(node.value)) return;
    const body = bodyOf(node);
    if (body) branches.push({ method: node.value, text: node, body });
  });
  return branches;
}

/** What is done for a method: the case of a switch, the branch of a condition, the function in a table. */
function bodyOf(text: TSESTree.Literal): readonly TSESTree.Node[] | undefined {
  const { parent } = text;
  if (parent.type === 'Property') return parent.key === text && isFunctionNode(innermost(parent.value)) && isTable(parent.parent) ? [parent.value] : undefined;
  if (!isComparedWithMethod(text) || comparedWith(text) === undefined) return undefined;
  if (parent.type === 'SwitchCase') return parent.consequent;
  const test = outermost(parent);
  const chosen = test.parent;
  if ((chosen?.type === 'IfStatement' || chosen?.type === 'ConditionalExpression') && chosen.test === test) return [chosen.consequent];
  return [];
}

/** More than one entry is a method with a function. */
function isTable(object: TSESTree.Node): boolean {
  return object.type === 'ObjectExpression' && object.properties.filter(p => p.type === 'Property' && isCoreMethod(keyName(p.key) ?? '') && isFunctionNode(innermost(p.value))).length > 1;
}

/** Object literals that can only be the result of the method. */
function resultsIn({ method, body }: Branch): readonly TSESTree.ObjectExpression[] {
  const member = RESULTS[method]?.member;
  const found: TSESTree.ObjectExpression[] = [];
  for (const part of body) {
    walkTree(part, node => {
      if (node.type !== 'ObjectExpression' || !node.properties.some(p => p.type === 'Property' && keyName(p.key) === member)) return;
      found.push(node);
      return false;
    });
  }
  return found;
}
