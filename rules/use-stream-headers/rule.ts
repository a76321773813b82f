import { defineRule, keyName, says, type CodeContext, type TSESTree } from '../../src/rule.js';

const OF_PROTOCOL = /modelcontextprotocol|jsonrpc/;
const NOT_BUFFERED = /x-accel-buffering/i;

export default defineRule({
  id: 'use-stream-headers',
  title: 'Streams of one’s own pass proxies',
  clauses: ['sse-buffering-keepalive'],
  words: ['text/event-stream'],
  visit(context) {
    let told = false;
    return {
      Literal(node) {
        if (told || node.value !== 'text/event-stream' || !isSet(node) || !says(context.file, OF_PROTOCOL) || says(context.file, NOT_BUFFERED)) return;
        told = true;
        report(context, node);
      },
    };
  },
});

function report({ report: tell }: CodeContext, node: TSESTree.Node): void {
  tell(node, { clause: 'sse-buffering-keepalive', subject: 'stream:buffered', message: 'This stream is written by hand, and nothing keeps proxies from holding it back.', confidence: 'likely' });
}

/** `res.setHeader('Content-Type', 'text/event-stream')`, `{ 'Content-Type': 'text/event-stream' }` of an answer; what a client accepts is no stream. */
function isSet(node: TSESTree.Literal): boolean {
  const { parent } = node;
  if (parent.type === 'Property') return parent.value === node && isContentType(keyName(parent.key));
  if (parent.type !== 'CallExpression') return false;
  const [name] = parent.arguments;
  return name?.type === 'Literal' && parent.arguments[1] === node && isContentType(String(name.value));
}

function isContentType(name: string | undefined): boolean {
  return name?.toLowerCase() === 'content-type';
}
