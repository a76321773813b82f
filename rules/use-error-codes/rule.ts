import { rawMessages } from '../../src/mcp/raw.js';
import { isInReadHandler } from '../../src/mcp/resource-reads.js';
import { defineRule, innermost, keyName, memberName, outermost, says, type CodeContext, type TSESTree } from '../../src/rule.js';

const OF_PROTOCOL = /jsonrpc|modelcontextprotocol|resources\/read/;

const NOT_FOUND = /\bresource\b[^.]*\bnot\s+found\b|\bnot\s+found\b[^.]*\bresource\b|\b(?:unknown|no such|missing|invalid)\s+resource\b|\bresource\b[^.]*\b(?:unknown|does not exist)\b/i;
/** What the first SDK line told of itself by numbers of the protocol. */
const LOCAL_ERRORS: ReadonlySet<string> = new Set(['RequestTimeout', 'ConnectionClosed']);

/** What the drafts of the revision called by other numbers than the revision does. */
const DRAFTS: ReadonlyMap<number, RegExp> = new Map([
  [32001, /header[ _-]?mismatch/i],
  [32003, /missing[ _](?:required[ _])?(?:client[ _])?capabilit/i],
  [32004, /unsupported[ _](?:protocol[ _])?version/i],
]);
/** Defined by the revision, and those that the SDKs have always used for themselves. */
const TAKEN: ReadonlySet<number> = new Set([32000, 32001, 32002, 32020, 32021, 32022]);
const RIGHT_ERROR = /32_?021|MissingRequiredClientCapability/;

export default defineRule({
  id: 'use-error-codes',
  title: 'Error codes have new meanings',
  clauses: ['resource-not-found-code', 'resource-not-found-client', 'error-code-assumptions', 'error-code-allocation', 'error-code-draft-numbers', 'missing-client-capability-error', 'http-status-mapping'],
  words: ['404', '-320', '-32_0', 'RequestTimeout', 'ConnectionClosed', 'apabilit'],
  needs: /-320|-32_0|RequestTimeout|ConnectionClosed|client_?capabilit|mcp-session-id|StreamableHTTP(?:Client|Error)/i,
  visit: context => ({
    UnaryExpression(node) {
      if (node.operator !== '-' || node.argument.type !== 'Literal') return;
      const { value } = node.argument;
      if (typeof value !== 'number' || value < 32000 || value > 32099 || reportDraft(context, node, value)) return;
      if (value === 32002) reportCode(context, node);
      else reportOwn(context, node, value);
      if (value === 32001 || value === 32000) reportAssumption(context, node, `assumed:-${value}`);
    },
    IfStatement(node) {
      reportLostSession(context, node);
    },
    NewExpression(node) {
      reportMissingCapability(context, node);
    },
    MemberExpression(node) {
      const name = memberName(node);
      if (!LOCAL_ERRORS.has(name ?? '') || !/#ErrorCode$/.test(context.mcp.export(context.file, node.object, /^ErrorCode$/)?.id ?? '')) return;
      reportAssumption(context, node, `assumed:${name ?? ''}`);
    },
  }),
});

/** `if (response.status === 404) reconnect()`: an unknown method has the same status now. */
function reportLostSession({ file, report }: CodeContext, node: TSESTree.IfStatement): void {
  const test = comparisonWith404(node.test);
  if (!test || !says(file, /['"]mcp-session-id['"]|StreamableHTTP(?:Client|Error)/i)) return;
  const left = innermost(test.left);
  const object = left.type === 'MemberExpression' ? innermost(left.object) : undefined;
  if (left.type !== 'MemberExpression' || object?.type !== 'Identifier' || !/^(?:status|statusCode|code)$/.test(memberName(left) ?? '')) return;
  const done = file.text.slice(...node.consequent.range);
  if (!/session_?id|reconnect|initiali[sz]e|_?session\s*=|clearSession|resetSession/i.test(done) || /\.(?:json|text)\(|\bbody\b|32_?601/.test(done)) return;
  report(test, { clause: 'http-status-mapping', subject: 'status:404', message: 'This takes 404 for a lost session without reading the answer; on the new revision it is the status of an unknown method too.', confidence: 'likely' });
}

/** The comparison itself, also as a part of a condition. */
function comparisonWith404(test: TSESTree.Node): TSESTree.BinaryExpression | undefined {
  if (test.type === 'LogicalExpression') return comparisonWith404(test.left) ?? comparisonWith404(test.right);
  return test.type === 'BinaryExpression' && /^===?$/.test(test.operator) && test.right.type === 'Literal' && test.right.value === 404 ? test : undefined;
}

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

/** `const UNSUPPORTED_VERSION = -32004`: a number that only drafts of the revision had. */
function reportDraft({ file, report }: CodeContext, code: TSESTree.UnaryExpression, value: number): boolean {
  const words = DRAFTS.get(value);
  const { parent } = outermost(code);
  if (!words || !parent) return false;
  const around = parent.type === 'Property' && parent.parent.type === 'ObjectExpression' && keyName(parent.key) === 'code' ? parent.parent : parent;
  if (!words.test(file.text.slice(...around.range)) || !says(file, OF_PROTOCOL)) return false;
  report(code, { clause: 'error-code-draft-numbers', subject: `draft:-${value}`, message: `This number stood for the error in drafts only; the revision has another one.`, confidence: 'likely' });
  return true;
}

/** An error of the project's own under a number that is the protocol's to give away. */
function reportOwn({ file, mcp, report }: CodeContext, code: TSESTree.UnaryExpression, value: number): void {
  const outer = outermost(code);
  const { parent } = outer;
  const thrown = parent?.type === 'NewExpression' && parent.arguments[0] === outer ? mcp.constructed(file, parent, /^(?:McpError|ProtocolError)$/) : undefined;
  const isThrown = thrown !== undefined && /#(?:McpError|ProtocolError)$/.test(thrown.type);
  const isWritten = parent?.type === 'Property' && keyName(parent.key) === 'code' && !TAKEN.has(value) && rawMessages(mcp, file).some(m => m.kind === 'error' && m.params && innermost(m.params) === parent.parent);
  if (!isThrown && !isWritten) return;
  report(code, {
    clause: 'error-code-allocation',
    subject: `own:-${value}`,
    message: 'This error has a number from the range that the protocol keeps for itself.',
    because: thrown?.because,
    data: { form: isThrown ? 'thrown' : 'literal' },
  });
}

/** `if (!server.getClientCapabilities()?.elicitation) throw new McpError(...)`: the protocol has an error for just that. */
function reportMissingCapability({ file, mcp, report }: CodeContext, error: TSESTree.NewExpression): void {
  const [code] = error.arguments;
  const thrown = outermost(error).parent;
  if (!code || thrown?.type !== 'ThrowStatement' || RIGHT_ERROR.test(file.text.slice(...code.range))) return;
  const block = thrown.parent.type === 'BlockStatement' ? thrown.parent : thrown;
  const condition = block.parent;
  if (condition.type !== 'IfStatement' || condition.consequent !== block || !/[cC]lient_?[cC]apabilit/.test(file.text.slice(...condition.test.range))) return;
  const constructed = mcp.constructed(file, error, /^(?:McpError|ProtocolError)$/);
  if (!constructed || !/#(?:McpError|ProtocolError)$/.test(constructed.type)) return;
  report(code, { clause: 'missing-client-capability-error', subject: 'capability:error', message: 'This tells of a capability that the client lacks by an error of its own; the protocol has one that lists what is missing.', because: constructed.because });
}

/** `throw new McpError(-32002, 'Resource not found')`. */
function reportThrown({ file, mcp, report }: CodeContext, code: TSESTree.UnaryExpression, error: TSESTree.NewExpression): void {
  const constructed = mcp.constructed(file, error, /^(?:McpError|ProtocolError)$/);
  if (!constructed || !/#(?:McpError|ProtocolError)$/.test(constructed.type)) return;
  const message = error.arguments[1];
  if (!isAboutResource(message ? file.text.slice(...message.range) : '') && !isInReadHandler(mcp, file, error)) return;
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
