import { rawMessages } from '../../src/mcp/raw.js';
import { defineRule, innermost, keyName, memberName, outermost, says, type CodeContext, type TSESTree } from '../../src/rule.js';

const OF_PROTOCOL = /modelcontextprotocol|\bmcp\b|(?:sampling|elicitation|roots|tools)\//i;
const RESPONSES = /^(?:isJSONRPC(?:Result|Error)?Response|JSONRPC(?:Result|Error)?ResponseSchema)$/;

export default defineRule({
  id: 'no-posted-responses',
  title: 'Responses travel in one direction',
  clauses: ['jsonrpc-response-post'],
  words: ['jsonrpc', 'isJSONRPC', 'ResponseSchema'],
  visit: context => ({
    Program() {
      reportPosted(context);
    },
    CallExpression(node) {
      reportAccepted(context, node);
    },
  }),
});

/** A client that answers requests of the server by hand. */
function reportPosted({ file, mcp, report }: CodeContext): void {
  if (!says(file, OF_PROTOCOL)) return;
  for (const { kind, node } of rawMessages(mcp, file)) {
    if ((kind !== 'result' && kind !== 'error') || !isPosted(file, node)) continue;
    report(node, { clause: 'jsonrpc-response-post', subject: 'response:posted', message: 'This posts a response to the server, which no longer sends requests that could be answered.', confidence: 'likely' });
  }
}

/** In the body of `fetch`, at once, as text, or by a name. */
function isPosted(file: CodeContext['file'], node: TSESTree.Node, depth = 0): boolean {
  const outer = outermost(node);
  const { parent } = outer;
  if (parent?.type === 'CallExpression' && parent.callee.type === 'MemberExpression' && memberName(parent.callee) === 'stringify') return isPosted(file, parent, depth);
  if (parent?.type === 'CallExpression') return isHttpPost(parent) && parent.arguments[1] === outer;
  if (parent?.type === 'Property' && /^(?:body|data)$/.test(keyName(parent.key) ?? '')) return isRequestOptions(parent.parent);
  if (parent?.type !== 'VariableDeclarator' || parent.id.type !== 'Identifier' || depth > 2) return false;
  return file.variableOf(parent.id)?.references.some(r => !r.init && isPosted(file, r.identifier, depth + 1)) ?? false;
}

function isRequestOptions(options: TSESTree.Node): boolean {
  const call = outermost(options).parent;
  return call?.type === 'CallExpression' && call.arguments[0] !== options && call.callee.type === 'Identifier' && /fetch/i.test(call.callee.name);
}

/** `axios.post(url, body)`, `http.post(url, body)`: with an address in front. */
function isHttpPost(call: TSESTree.CallExpression): boolean {
  const callee = innermost(call.callee);
  return callee.type === 'MemberExpression' && memberName(callee) === 'post' && call.arguments.length > 1;
}

/** A server that takes responses from what is posted to it. */
function reportAccepted({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  const named = callee.type === 'MemberExpression' && /^(?:safeParse|parse)$/.test(memberName(callee) ?? '') ? callee.object : callee;
  const exported = mcp.export(file, named, RESPONSES);
  const [message] = node.arguments;
  if (!exported || !RESPONSES.test(exported.name) || !message || !/\bbody\b|\breq(?:uest)?\b/.test(file.text.slice(...message.range))) return;
  report(callee, { clause: 'jsonrpc-response-post', subject: 'response:accepted', message: 'This waits for responses that clients post; clients of the new revision post none.', because: exported.because, confidence: 'likely' });
}
