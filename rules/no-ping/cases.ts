import { defineCases } from '../../test/cases.js';

const client = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nconst client = new Client({ name: 'a', version: '1' });\n`;
const server = `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nconst server = new Server({ name: 'a', version: '1' }, {});\n`;

export default defineCases({
  valid: [
    { name: 'methods that need no login', code: `export const isOpen = method => method === 'tools/list' || method === 'prompts/list' || method === 'ping';` },
    { name: 'a request to a server of another kind', code: `import '@modelcontextprotocol/sdk/types.js';\nawait sendRequest({ method: 'ping', timeout: 5 });\nawait sendRequest({ method: 'GET' });` },
    { name: 'a ping of something else', code: `import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';\nexport const check = makeRequest => makeRequest({ method: 'ping', url: '/health' }, { timeout: 100 });\nexport { CallToolResultSchema };` },
    { name: 'a database and a web socket', code: `import '@modelcontextprotocol/sdk/types.js';\nimport { createClient } from 'redis';\nimport { WebSocketServer } from 'ws';\nawait createClient().ping();\nnew WebSocketServer({ port: 1 }).on('connection', socket => socket.ping());` },
    { name: 'a tool of that name', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('ping', {}, async () => ({ content: [] }));` },
    { name: 'a type of event', code: `${server}if (event.type === 'ping') return;\nswitch (message.kind) { case 'ping': break; }` },
    { name: 'an own client', code: `import '@modelcontextprotocol/sdk/types.js';\nimport { Client } from './client.js';\nconst client = new Client();\nawait client.ping();` },
    { name: 'the method of another protocol', code: `import '@modelcontextprotocol/sdk/types.js';\nexport const answer = (message) => message.method === 'ping' ? 'pong' : undefined;` },
    { name: 'an option of a framework', code: `import { FastMCP } from 'fastmcp';\nnew FastMCP({ name: 'a', version: '1.0.0', ping: { enabled: false } });` },
    { name: 'a body of the application', code: `${client}await fetch('/api', { method: 'POST', body: JSON.stringify({ action: 'ping' }) });` },
  ],
  invalid: [
    { name: 'a client by hand that answers', code: `import type { Message } from '@modelcontextprotocol/sdk/types.js';\nexport const handle = (message, reply) => {\n  if (message.method === «'ping'») {\n    reply({ jsonrpc: '2.0', id: message.id, result: {} });\n    return;\n  }\n};`, found: ['ping:compare'] },
    { name: 'a helper of a client by hand', code: `const sdk = '@modelcontextprotocol/sdk';\nexport const call = (send, name) => send({ method: 'tools/call', params: { name } });\nexport const check = sendRequest => sendRequest(«{ method: 'ping', params: undefined }»);`, found: ['ping:sent'] },
    {
      name: 'one of several messages that go the same way',
      code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nclass Upstream {\n  #write(message) { this.transport.send(message); }\n  request(method, params) { this.#write({ jsonrpc: '2.0', id: 1, method, params }); }\n  check() { this.#write(«{ jsonrpc: '2.0', id: 2, method: 'ping' }»); }\n}`,
      found: ['ping:sent'],
    },
    {
      name: 'answered in front of the SDK',
      code: `import { PingRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nexport const pings = (req, res, next) => («PingRequestSchema.safeParse(req.body)».success ? res.json({ jsonrpc: '2.0', id: req.body.id, result: {} }) : next());`,
      found: ['ping:check'],
    },
    {
      name: 'sent by a helper that takes the schema of the answer',
      code: `import { EmptyResultSchema } from '@modelcontextprotocol/sdk/types.js';\nexport const check = makeRequest => makeRequest(«{ method: 'ping' as const, params: {} }», EmptyResultSchema);`,
      found: ['ping:sent'],
    },
    { name: 'a function that is told the method', code: `const sdk = '@modelcontextprotocol/sdk';\nclass Peer {\n  request(method, params) { return this.write({ jsonrpc: '2.0', id: this.next(), method, params }); }\n  list() { return this.request('tools/list', {}); }\n  alive() { return «this.request('ping', {})»; }\n}`, found: ['ping:sent'] },
    { name: 'a table of methods under constants', code: `const METHODS = { list: 'tools/list', call: 'tools/call', ping: 'ping' } as const;\nexport const table = { [METHODS.list]: list, [METHODS.call]: call, [«METHODS.ping»]: () => ({}) };`, found: ['ping:entry'] },
    { name: 'a keep-alive of a client', code: `${client}setInterval(() => «client.ping»().catch(reconnect), 30_000);`, found: ['ping:call'] },
    { name: 'a heartbeat of a server', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nexport function beat(mcp: McpServer) { return Promise.race([«mcp.server.ping»(), timeout()]); }`, found: ['ping:call'] },
    { name: 'a class field', code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nclass Pool { private client?: Client; async alive() { await «this.client?.ping»(); return true; } }`, found: ['ping:call'] },
    { name: 'a map of clients in another file', code: { 'pool.ts': `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nexport const clients = new Map<string, Client>();`, 'health.ts': `import { clients } from './pool.js';\nexport const check = async (name: string) => { await «clients.get(name)?.ping»(); };` }, found: ['ping:call'] },
    { name: 'CommonJS', code: { 'check.cjs': `const { Client } = require('@modelcontextprotocol/sdk/client/index.js');\nconst client = new Client({ name: 'a', version: '1' });\nexports.ok = async () => { await «client.ping»(); };` }, found: ['ping:call'] },
    { name: 'a handler', code: `${server}import { PingRequestSchema } from '@modelcontextprotocol/sdk/types.js';\n«server.setRequestHandler»(PingRequestSchema, () => ({}));`, found: ['ping:handler'] },
    { name: 'a request through the SDK', code: `${client}import { EmptyResultSchema } from '@modelcontextprotocol/sdk/types.js';\nawait client.request(«{ method: 'ping' }», EmptyResultSchema);`, found: ['ping:sent'] },
    { name: 'by hand', code: `await send(«{ jsonrpc: '2.0', id: 1, method: 'ping' }»);\nconst sdk = '@modelcontextprotocol/sdk';`, found: ['ping:sent'] },
    { name: 'a dispatcher by hand', code: `export function answer(request) { switch (request.method) { case 'tools/list': return tools(); case «'ping'»: return {}; } }`, found: ['ping:compare'] },
    { name: 'a comparison in front of a proxy', code: `export function proxy(message) { if (message?.method === «'ping'») return { jsonrpc: '2.0', id: message.id, result: {} }; if (message.method === 'tools/call') return call(message); }`, found: ['ping:compare'] },
    { name: 'the second SDK line', code: `import { Client } from '@modelcontextprotocol/client';\nconst client = new Client({ name: 'a', version: '1' });\nawait «client.ping»();`, found: ['ping:call'] },
    { name: 'a framework that pings', code: `import { FastMCP } from 'fastmcp';\nnew FastMCP({ name: 'a', version: '1.0.0', «ping: { enabled: true, intervalMs: 5000 }» });`, found: ['ping:framework'] },
  ],
});
