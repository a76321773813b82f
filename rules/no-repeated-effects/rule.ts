import { endName, indexOf } from '../../src/mcp/file-index.js';
import { isFunctionNode, type FunctionNode } from '../../src/mcp/values.js';
import type { Access } from '../../src/state/cells.js';
import { defineRule, enclosingFunction, innermost, type ProjectContext, type SourceFile, type TSESTree, walkTree } from '../../src/rule.js';

const IN_TEXT = /\binputRequired\b/;
/** What only the answers of an earlier round let through. */
const ROUND = /\b(?:inputResponses|requestState|acceptedContent|rejectedContent|droppedInputResponseKeys)\b/;
const CHANGING = /^(?:insert|update|upsert|delete|remove|save|write|append|charge|refund|pay|transfer|book|reserve|order|publish|enqueue|deploy|upload|unlink|rm|mkdir|rename|create|send|submit|post|put|patch)(?:[A-Z_].*|One|Many|File)?$/;
/** Made to be used, not to last. */
const HARMLESS = /^create(?:.*(?:Client|Connection|Context|Logger|Reader|Stream|Schema|Provider|Hash|Hmac|Element|Interface|Message|Transport|Server))$|^(?:update|append)(?:Progress|Status)$|^write(?:Log|Line)$|^send(?:Progress|Log).*$/;

export default defineRule({
  id: 'no-repeated-effects',
  title: 'What a handler does before it asks, it does again on each round',
  clauses: ['mrtr-handler-reentry'],
  words: [],
  project(context) {
    for (const path of context.project.codeFiles()) {
      if (!IN_TEXT.test(context.project.text(path) ?? '')) continue;
      const file = context.project.source(path);
      if (file) for (const call of indexOf(file).calls) reportRound(context, file, call);
    }
  },
});

/** `return inputRequired(...)` in a handler: everything above it runs again with the answers. */
function reportRound(context: ProjectContext, file: SourceFile, call: TSESTree.CallExpression): void {
  const { mcp, state } = context;
  if (!mcp.export(file, call.callee, /^inputRequired$/)?.id.startsWith('server#')) return;
  const fn = enclosingFunction(call);
  if (!fn || !state.reach.covers(call)) return;
  const writes = state.cells.flatMap(c => c.accesses).filter(a => a.mode === 'write' && a.file === file && a.fn === fn);
  for (const statement of above(call, fn)) walkTree(statement, node => reportEffect(context, file, node, call, writes));
}

/** The statements that have run when a place is reached. */
function* above(place: TSESTree.Node, fn: FunctionNode): Iterable<TSESTree.Node> {
  for (let n: TSESTree.Node = place; n !== fn && n.type !== 'Program'; n = n.parent) {
    const { parent } = n;
    if (parent.type !== 'BlockStatement') continue;
    for (const statement of parent.body) if (statement.range[1] <= n.range[0]) yield statement;
  }
}

function reportEffect(context: ProjectContext, file: SourceFile, node: TSESTree.Node, question: TSESTree.CallExpression, writes: readonly Access[]): boolean | undefined {
  if (isFunctionNode(node)) return false;
  // Behind an answer of an earlier round it runs once that answer is there; the state of the request says whether it has run.
  if (node.type === 'IfStatement' && dependsOnRound(file, node.test, 0)) return false;
  const written = writes.some(a => a.node === node);
  const effect = written ? `This changes what other calls see` : node.type === 'CallExpression' && isAwaited(node) ? effectOf(file, node) : undefined;
  if (effect === undefined) return undefined;
  context.report(file, node.type === 'CallExpression' ? node.callee : node, {
    clause: 'mrtr-handler-reentry',
    subject: 'hazard:repeated-effect',
    message: `${effect} before the client is asked: it happens again on each round, for the handler runs from the top.`,
    confidence: 'likely',
    related: [{ file, node: question.callee, note: 'the question' }],
  });
  return false;
}

/** A condition on what an earlier round brought. */
function dependsOnRound(file: SourceFile, node: TSESTree.Node, depth: number): boolean {
  const text = file.text.slice(...node.range);
  if (ROUND.test(text)) return true;
  if (depth > 2) return false;
  let found = false;
  walkTree(node, n => {
    if (n.type !== 'Identifier' || found) return;
    const definition = file.variableOf(n)?.defs[0]?.node;
    if (definition?.type === 'VariableDeclarator' && definition.init) found = dependsOnRound(file, definition.init, depth + 1);
  });
  return found;
}

function isAwaited(call: TSESTree.CallExpression): boolean {
  return call.parent.type === 'AwaitExpression';
}

function effectOf(file: SourceFile, call: TSESTree.CallExpression): string | undefined {
  const callee = innermost(call.callee);
  const name = endName(callee) ?? '';
  if (name === 'fetch' && callee.type === 'Identifier') return /\bmethod:\s*['"](?:POST|PUT|PATCH|DELETE)['"]/.test(file.text.slice(...call.range)) ? 'This sends a request that changes something' : undefined;
  if (!CHANGING.test(name) || HARMLESS.test(name)) return undefined;
  // Given an id that the caller made, a second time changes nothing.
  return /idempoten|requestState/i.test(file.text.slice(...call.range)) ? undefined : `This calls ${name}`;
}
