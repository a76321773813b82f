import { defineRule, enclosingFunction, innermost, memberName, propertyValue, says, type CodeContext, type TSESTree } from '../../src/rule.js';

/** A file that takes messages of the protocol by itself. */
const TAKES_MESSAGES = /isInitializeRequest|JSONRPCMessageSchema|tools\/(?:call|list)|ServerTransport/;
const BODY = /^(?:\w*body|payload|message|json|rpc\w*|rawMessage|parsed)$/i;
const AS_MESSAGE = /isInitializeRequest|\bjsonrpc\b|\.method\b/;

export default defineRule({
  id: 'no-jsonrpc-batches',
  title: 'A message comes alone',
  clauses: ['jsonrpc-batching'],
  words: ['jsonrpc', 'isArray', 'isInitializeRequest'],
  needs: /jsonrpc|isInitializeRequest|JSONRPCMessageSchema|tools\/(?:call|list)|ServerTransport/,
  visit: context => ({
    ArrayExpression(node) {
      reportSent(context, node);
    },
    CallExpression(node) {
      reportAccepted(context, node);
    },
  }),
});

/** `JSON.stringify([{ jsonrpc: '2.0', method: 'tools/list', id: 1 }, ...])`. */
function reportSent({ file, report }: CodeContext, node: TSESTree.ArrayExpression): void {
  const messages = node.elements.filter(e => e?.type === 'ObjectExpression' && isMessage(e));
  if (messages.length === 0 || messages.length !== node.elements.length) return;
  const { parent } = node;
  if (parent.type !== 'CallExpression' || !parent.arguments.includes(node) || !isSending(file.text.slice(...parent.callee.range))) return;
  report(node, { clause: 'jsonrpc-batching', subject: 'batch:sent', message: 'This sends several messages in one array, which a peer of the new revision refuses.' });
}

function isMessage(node: TSESTree.ObjectExpression): boolean {
  const version = propertyValue(node, 'jsonrpc');
  return version?.type === 'Literal' && version.value === '2.0';
}

function isSending(callee: string): boolean {
  return /^JSON\.stringify$|(?:^|\.)(?:send|post|write)\w*$/.test(callee);
}

/** `Array.isArray(req.body) ? req.body : [req.body]`, where the elements are messages. */
function reportAccepted(context: CodeContext, node: TSESTree.CallExpression): void {
  const { file, report } = context;
  const callee = innermost(node.callee);
  if (callee.type !== 'MemberExpression' || memberName(callee) !== 'isArray' || callee.object.type !== 'Identifier' || callee.object.name !== 'Array') return;
  const argument = node.arguments[0] ? innermost(node.arguments[0]) : undefined;
  const name = argument?.type === 'Identifier' ? argument.name : argument?.type === 'MemberExpression' ? memberName(argument) : undefined;
  if (name === undefined || !BODY.test(name) || !isTaken(file.text, node) || !says(file, TAKES_MESSAGES)) return;
  const fn = enclosingFunction(node);
  if (!fn || !AS_MESSAGE.test(file.text.slice(...fn.range))) return;
  report(node, { clause: 'jsonrpc-batching', subject: 'batch:accepted', message: 'This takes several messages in one array; a body is a single message.', confidence: 'likely' });
}

/** A branch for lists. One that refuses them, and a look at the form of a message, are no taking. */
function isTaken(text: string, node: TSESTree.CallExpression): boolean {
  const { parent } = node;
  switch (parent.type) {
    case 'ConditionalExpression':
    case 'VariableDeclarator':
      return true;
    case 'IfStatement':
      return parent.test === node && !/\b400\b|-32600|-32_600|\bthrow\b|not supported/.test(text.slice(...parent.consequent.range));
    default:
      return false;
  }
}
