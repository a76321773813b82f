import { defineCases } from '../../test/cases.js';

const sdk = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nconst client = new Client({ name: 'a', version: '1' });\n`;

export default defineCases({
  valid: [
    { name: 'a socket for other things', code: `${sdk}const socket = new WebSocket('wss://example.com/prices');\nsocket.onmessage = event => show(event.data);` },
    { name: 'another subprotocol', code: `${sdk}const socket = new WebSocket('wss://example.com', 'graphql-transport-ws');` },
    { name: 'a server of another protocol', code: `${sdk}import { WebSocketServer } from 'ws';\nnew WebSocketServer({ port: 9222 }).on('connection', socket => bridge(socket));` },
    { name: 'a class of the same name', code: `${sdk}import { WebSocketClientTransport } from './transports.js';\nawait client.connect(new WebSocketClientTransport(new URL('wss://a')));` },
    { name: 'Streamable HTTP', code: `${sdk}import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';\nawait client.connect(new StreamableHTTPClientTransport(new URL('https://a/mcp')));` },
    { name: 'a type only', code: `import type { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';\nexport const isSocket = (transport: unknown): transport is WebSocketClientTransport => false;` },
  ],
  invalid: [
    { name: 'the class of the SDK', code: `${sdk}import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';\nawait client.connect(new «WebSocketClientTransport»(new URL('wss://a')));`, found: ['websocket:client'] },
    { name: 'under another name', code: `import { WebSocketClientTransport as Socket } from '@modelcontextprotocol/sdk/client/websocket.js';\nexport const open = (url: URL) => new «Socket»(url);`, found: ['websocket:client'] },
    { name: 'CommonJS', code: { 'open.cjs': `const { WebSocketClientTransport } = require('@modelcontextprotocol/sdk/client/websocket.js');\nexports.open = url => new «WebSocketClientTransport»(url);` }, found: ['websocket:client'] },
    { name: 'loaded when it is needed', code: `${sdk}export async function open(url: URL) {\n  const { WebSocketClientTransport } = await import('@modelcontextprotocol/sdk/client/websocket.js');\n  return new «WebSocketClientTransport»(url);\n}`, found: ['websocket:client'] },
    { name: 'passed on by a barrel', code: { 'open.ts': `import { WebSocketClientTransport } from './sdk.js';\nexport const open = (url: URL) => new «WebSocketClientTransport»(url);`, 'sdk.ts': `export { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';` }, found: ['websocket:client'] },
    { name: 'by hand, by the name of the subprotocol', code: `import WebSocket from 'ws';\nimport { JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';\nconst socket = «new WebSocket(url, ['mcp'])»;\nsocket.on('message', data => JSONRPCMessageSchema.parse(JSON.parse(data)));`, found: ['websocket:subprotocol'] },
  ],
});
