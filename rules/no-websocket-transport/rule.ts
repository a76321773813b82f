import { defineRule, type CodeContext, type TSESTree } from '../../src/rule.js';

const TRANSPORTS = /^WebSocketClientTransport$/;

export default defineRule({
  id: 'no-websocket-transport',
  title: 'WebSocket is no transport of the protocol',
  clauses: ['websocket-transport'],
  words: ['WebSocket'],
  visit: context => ({
    NewExpression(node) {
      reportTransport(context, node);
      reportSubprotocol(context, node);
    },
  }),
});

function reportTransport({ file, mcp, report }: CodeContext, node: TSESTree.NewExpression): void {
  const constructed = mcp.constructed(file, node, TRANSPORTS);
  if (constructed?.type !== 'sdk#WebSocketClientTransport') return;
  report(node.callee, { clause: 'websocket-transport', subject: 'websocket:client', message: 'This speaks over a WebSocket, which no specification of the protocol has; the second SDK line comes without this class.', because: constructed.because });
}

/** `new WebSocket(url, 'mcp')`, of the browser or of `ws`. */
function reportSubprotocol({ file, mcp, report }: CodeContext, node: TSESTree.NewExpression): void {
  const protocols = node.arguments[1];
  if (!protocols || protocols.type === 'SpreadElement') return;
  const names = protocols.type === 'ArrayExpression' ? protocols.elements : [protocols];
  if (!names.some(name => name?.type === 'Literal' && name.value === 'mcp')) return;
  const isSocket = mcp.values(file, node.callee).some(({ value }) => (value.kind === 'global' && value.path.at(-1) === 'WebSocket') || (value.kind === 'external' && /^(?:ws|isomorphic-ws|undici|websocket)$/.test(value.module)));
  if (isSocket) report(node, { clause: 'websocket-transport', subject: 'websocket:subprotocol', message: 'This opens a WebSocket for messages of the protocol, which is no transport that it specifies.', confidence: 'likely' });
}
