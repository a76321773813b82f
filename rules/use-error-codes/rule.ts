import { handlerRegistration } from '../../src/mcp/messages.js';
import { defineRule, enclosingFunction, innermost, keyName, memberName, outermost, says, type CodeContext, type TSESTree } from '../../src/rule.js';

const OF_PROTOCOL = /jsonrpc|modelcontextprotocol|resources\/read/;

const NOT_FOUND = /\bresource\b[^.]*\bnot\s+found\b|\bnot\s+found\b[^.]*\bresource\b|\b(?:unknown|no such|missing|invalid)\s+resource\b|\bresource\b[^.]*\b(?:unknown|does not exist)\b/i;
/** What the first SDK line told of itself by numbers of the protocol. */
const LOCAL_ERRORS: ReadonlySet<string> = new Set(['RequestTimeout', 'ConnectionClosed']);

export default defineRule({
  id: 'use-error-codes',
  title: 'Error codes have new meanings',
  clauses: ['resource-not-found-code', 'resource-not-found-client', 'error-code-assumptions'],
  words: ['32002', '32_002', '32001', '32_001', '32000', '32_000', 'RequestTimeout', 'ConnectionClosed'],
  visit: context => ({
    UnaryExpression(node) {
      if (node.operator !== '-' || node.argument.type !== 'Literal') return;
      if (node.argument.value === 32002) reportCode(context, node);
      else if (node.argument.value === 32001 || node.argument.value === 32000) reportAssumption(context, node, `assumed:-${node.argument.value}`);
    },
    MemberExpression(node) {
      const name = memberName(node);
      if (!LOCAL_ERRORS.has(name ?? '') || !/#ErrorCode$/.test(context.mcp.export(context.file, node.object, /^ErrorCode$/)?.id ?? '')) return;
      reportAssumption(context, node, `assumed:${name ?? ''}`);
    },
  }),
});

function reportCode(context: CodeContext, code: TSESTree.UnaryExpression): void {
  const outer = outermost(code);
  const { parent } = outer;
  if (parent?.type === 'NewExpression' && parent.arguments[0] === outer) reportThrown(context, code, parent);
  else if (parent?.type === 'Property' && keyName(parent.key) === 'code' && parent.parent.type === 'ObjectExpression') reportLiteral(context, code, parent.parent);
  else if (parent?.type === 'BinaryExpression' && /^[!=]==?$/.test(parent.operator)) reportComparison(context, code, parent);
}

/** `error.code === ErrorCode.RequestTimeout`: errors of the SDK itself have a class of their own now, and peers may mean anything by the number. */
function reportAssumption({ file, mcp, report }: CodeContext, code: TSESTree.Node, subject: string): void {
  const outer = outermost(code);
  const { parent } = outer;
  if (parent?.type !== 'BinaryExpression' || !/^[!=]==?$/.test(parent.operator)) return;
  const other = innermost(parent.left === outer ? parent.right : parent.left);
  if (other.type !== 'MemberExpression' || memberName(other) !== 'code') return;
  const isNamed = code.type === 'MemberExpression';
  if (!isNamed && !mcp.types(file, other.object).some(t => /#(?:McpError|ProtocolError)$/.test(t.type)) && !isCheckedError({ file, mcp }, parent)) return;
  report(code, {
    clause: 'error-code-assumptions',
    subject,
    message: 'This takes a number for a time-out or a closed connection; those are errors of the SDK itself now, and another peer may mean anything by it.',
    confidence: isNamed ? 'certain' : 'likely',
  });
}

/** `throw new McpError(-32002, 'Resource not found')`. */
function reportThrown({ file, mcp, report }: CodeContext, code: TSESTree.UnaryExpression, error: TSESTree.NewExpression): void {
  const constructed = mcp.constructed(file, error, /^(?:McpError|ProtocolError)$/);
  if (!constructed || !/#(?:McpError|ProtocolError)$/.test(constructed.type)) return;
  const message = error.arguments[1];
  if (!isAboutResource(message ? file.text.slice(...message.range) : '') && !isInReadHandler({ file, mcp }, error)) return;
  report(code, {
    clause: 'resource-not-found-code',
    subject: 'not-found:thrown',
    message: 'This tells of a missing resource by a code that servers must no longer send.',
    because: constructed.because,
    data: { form: 'thrown' },
  });
}

/** `{ jsonrpc: '2.0', error: { code: -32002, message: 'Resource not found' } }` in a server that somebody wrote by hand. */
function reportLiteral({ file, report }: CodeContext, code: TSESTree.UnaryExpression, error: TSESTree.ObjectExpression): void {
  const message = error.properties.find(p => p.type === 'Property' && keyName(p.key) === 'message');
  if (!message || !isAboutResource(file.text.slice(...message.range))) return;
  if (!says(file, OF_PROTOCOL)) return;
  report(code, {
    clause: 'resource-not-found-code',
    subject: 'not-found:literal',
    message: 'This tells of a missing resource by a code that servers must no longer send.',
    confidence: 'likely',
    data: { form: 'literal' },
  });
}

/** `error.code === -32002` in a client: servers of the new revision answer with -32602. */
function reportComparison({ file, mcp, report }: CodeContext, code: TSESTree.UnaryExpression, comparison: TSESTree.BinaryExpression): void {
  const other = comparison.left === outermost(code) ? comparison.right : comparison.left;
  const inner = other.type === 'ChainExpression' ? other.expression : other;
  if (inner.type !== 'MemberExpression' || memberName(inner) !== 'code' || accepts(comparison, -32602)) return;
  const known = mcp.types(file, inner.object).some(t => /#(?:McpError|ProtocolError|ResourceNotFoundError)$/.test(t.type)) || isCheckedError({ file, mcp }, comparison);
  if (!known) return;
  report(code, {
    clause: 'resource-not-found-client',
    subject: 'not-found:compare',
    message: 'This waits for -32002 only; servers of the new revision answer a missing resource with -32602.',
    data: { form: 'compare' },
  });
}

/** `e instanceof McpError && e.code === -32002`. */
function isCheckedError({ file, mcp }: Pick<CodeContext, 'file' | 'mcp'>, comparison: TSESTree.Node): boolean {
  for (let n: TSESTree.Node | undefined = comparison.parent; n; n = n.parent) {
    if (n.type === 'LogicalExpression' && n.left.type === 'BinaryExpression' && n.left.operator === 'instanceof') return /#(?:McpError|ProtocolError)$/.test(mcp.export(file, n.left.right)?.id ?? '');
    if (n.type === 'IfStatement' && n.test.type === 'BinaryExpression' && n.test.operator === 'instanceof') return /#(?:McpError|ProtocolError)$/.test(mcp.export(file, n.test.right)?.id ?? '');
  }
  return false;
}

/** The other code is already looked at beside this one. */
function accepts(comparison: TSESTree.BinaryExpression, code: number): boolean {
  const { parent } = comparison;
  if (parent.type !== 'LogicalExpression') return false;
  const beside = parent.left === comparison ? parent.right : parent.left;
  const value = beside.type === 'BinaryExpression' ? beside.right : undefined;
  return value?.type === 'UnaryExpression' && value.operator === '-' && value.argument.type === 'Literal' && value.argument.value === -code;
}

function isAboutResource(text: string): boolean {
  return NOT_FOUND.test(text);
}

/** Inside the handler of resources/read: a missing thing there is a missing resource. */
function isInReadHandler({ file, mcp }: Pick<CodeContext, 'file' | 'mcp'>, node: TSESTree.Node): boolean {
  for (let fn = enclosingFunction(node); fn; fn = enclosingFunction(fn)) {
    const call = outermost(fn).parent;
    if (call?.type !== 'CallExpression') continue;
    if (handlerRegistration(mcp, file, call)?.method === 'resources/read') return true;
    const use = call.callee.type === 'MemberExpression' ? mcp.member(file, call.callee) : undefined;
    if (use && /^(?:registerResource|resource)$/.test(use.member)) return true;
  }
  return false;
}
