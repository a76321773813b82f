import { defineCases } from '../../test/cases.js';

const server = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\n`;

export default defineCases({
  valid: [
    { name: 'a language server is asked to begin', code: `const createInitializeRequest = () => ({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { processId: process.pid, rootUri: root, capabilities: {} } });\nsocket.write(JSON.stringify(createInitializeRequest()));\nconst sdk = '@modelcontextprotocol/sdk';` },
    { name: 'the hook of a page, in a helper', code: `import type { AppBridge } from '@modelcontextprotocol/ext-apps/app-bridge';\nimport '@modelcontextprotocol/sdk/types.js';\nexport function watch(bridge: AppBridge) { bridge.oninitialized = () => show(); }` },
    { name: 'a method of that name beside tools', code: `const sdk = '@modelcontextprotocol/sdk';\nexport const plugin = { initialize: () => {}, tools: [] };\nexport const states = { INITIALIZE: 1 };\nif (state === states.INITIALIZE) start();` },
    { name: 'a program that speaks another protocol', code: `const sdk = '@modelcontextprotocol/sdk';\nfunction request(method, params) { return send({ jsonrpc: '2.0', id: 1, method, params }); }\nawait request('initialize', { clientInfo: { name: 'a' } });\nawait request('model/list', {});` },
    { name: 'a class of the application that has an initialize method', code: `${server}class Database { async initialize() {} }\nawait new Database().initialize();` },
    { name: 'the handshake of an embedded app', code: `${server}window.addEventListener('message', e => { if (e.data.method === 'ui/initialize') reply(e); });` },
    { name: 'a client that asks what the server can do', code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nconst client = new Client({ name: 'a', version: '1' });\nclient.getServerCapabilities();` },
    { name: 'a function of that name', code: `import '@modelcontextprotocol/sdk/types.js';\nimport { isInitializeRequest } from './protocol.js';\nisInitializeRequest(body);` },
    { name: 'oninitialized of something else', code: `${server}player.oninitialized = () => play();` },
    { name: 'an HTTP method', code: `${server}if (req.method === 'POST') run();` },
    { name: 'the handshake of a language server', code: `const mcp = 'bridge';\nconst jsonrpc = '2.0';\nawait this.request({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { processId: process.pid, rootUri: null, capabilities: {} } });` },
    { name: 'a choice of the command line', code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nif (args.method === 'initialize') console.log(client.getServerVersion());` },
    { name: 'what older clients said, where a request says nothing', code: `${server}server.registerTool('who', {}, async extra => { const said = extra._meta?.['io.modelcontextprotocol/clientInfo']; return { content: [{ type: 'text', text: (said ?? server.server.getClientVersion())?.name ?? '' }] }; });` },
  ],
  invalid: [
    {
      name: 'written into the body of a request that a helper makes',
      code: `const answer = await makeRequest(\`\${server}/mcp\`, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, «method: 'initialize'», params: { protocolVersion: '2024-11-05', capabilities: {}, clientInfo } }) });\nconst sdk = '@modelcontextprotocol/sdk';`,
      found: ['handshake:written'],
    },
    {
      name: 'made by functions',
      code: `const createInitializeRequest = (id) => ({ jsonrpc: '2.0', id, «method: 'initialize'», params: { capabilities: {} } });\nconst createInitializedNotification = () => ({ jsonrpc: '2.0', «method: 'notifications/initialized'» });\nchild.stdin.write(JSON.stringify(createInitializeRequest(1)) + '\\n' + JSON.stringify(createInitializedNotification()));\nconst sdk = '@modelcontextprotocol/sdk';`,
      found: ['handshake:written', 'handshake:written'],
    },
    { name: 'a function that is told the method', code: `class Peer {\n  request(method, params) { return this.write({ jsonrpc: '2.0', id: this.next(), method, params }); }\n  notify(method) { this.write({ jsonrpc: '2.0', method }); }\n  async open() { await «this.request('initialize', { protocolVersion: '2025-06-18', capabilities: {} })»; «this.notify('notifications/initialized')»; return this.request('tools/list', {}); }\n}`, found: ['handshake:sent', 'handshake:sent'] },
    { name: 'a table of methods', code: `export const table = { «initialize»: params => hello(params), 'tools/list': () => tools, 'tools/call': call };`, found: ['handshake:entry'] },
    { name: 'the method under a constant', code: `const METHODS = { INITIALIZE: 'initialize', CALL: 'tools/call' };\nexport function answer(message) { switch (message.method) { case «METHODS.INITIALIZE»: return hello(); case METHODS.CALL: return call(message); } }`, found: ['handshake:compare'] },
    { name: 'a batch that is searched', code: `import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';\nconst opens = messages.some(«isInitializeRequest»);`, found: ['handshake:check'] },
    { name: 'isInitializeRequest', code: `import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';\nif (!sessionId && «isInitializeRequest(req.body)») open();`, found: ['handshake:check'] },
    { name: 'isInitializeRequest through a namespace', code: `import * as types from '@modelcontextprotocol/sdk/types.js';\nif («types.isInitializeRequest(req.body)») open();`, found: ['handshake:check'] },
    { name: 'the schema used as a check', code: `import { InitializeRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nif («InitializeRequestSchema.safeParse(body)».success) open();`, found: ['handshake:check'] },
    { name: 'a handler of its own', code: `${server}import { InitializeRequestSchema } from '@modelcontextprotocol/sdk/types.js';\n«server.server.setRequestHandler»(InitializeRequestSchema, async r => ({ protocolVersion: r.params.protocolVersion, capabilities: {}, serverInfo: { name: 'a', version: '1' } }));`, found: ['handshake:handler'] },
    { name: 'the hook', code: `${server}«server.server.oninitialized» = () => console.error('ready');`, found: ['handshake:oninitialized'] },
    { name: 'the hook through a name', code: `${server}«server.server['oninitialized']» = ready;`, found: ['handshake:oninitialized'] },
    { name: 'the notification handler', code: `${server}import { InitializedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';\n«server.server.setNotificationHandler»(InitializedNotificationSchema, async () => {});`, found: ['handshake:initialized-handler'] },
    { name: 'the client’s identity', code: `${server}server.registerTool('who', {}, async () => ({ content: [{ type: 'text', text: «server.server.getClientVersion»()?.name ?? '' }] }));`, found: ['handshake:getClientVersion'] },
    { name: 'a value that is no part of the request', code: `${server}const known = cache.get('client');\nserver.registerTool('who', {}, async () => ({ content: [{ type: 'text', text: String(known ?? «server.server.getClientVersion»()?.name) }] }));`, found: ['handshake:getClientVersion'] },
    { name: 'the client’s capabilities in a helper of another file', code: { 'caps.ts': `import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nexport const canAsk = (mcp: McpServer) => Boolean(«mcp.server.getClientCapabilities»()?.elicitation);` }, found: ['handshake:getClientCapabilities'] },
    { name: 'a helper without types, called with the server', code: { 'index.js': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { canAsk } from './caps.js';\nconst server = new McpServer({ name: 'a', version: '1' });\ncanAsk(server.server);`, 'caps.js': `export function canAsk(peer) { return Boolean(«peer.getClientCapabilities»()?.elicitation); }` }, found: ['handshake:getClientCapabilities'] },
    { name: 'a dispatcher by hand', code: `function dispatch(message) {\n  switch (message.method) {\n    case «'initialize'»: return { protocolVersion: '2025-06-18' };\n    case 'tools/list': return { tools: [] };\n  }\n}`, found: ['handshake:compare'] },
    { name: 'a comparison by hand', code: `const jsonrpc = '2.0';\nif (request.method === «'notifications/initialized'») return;`, found: ['handshake:compare'] },
    { name: 'a handshake by hand', code: `await upstream.send(«{ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18' } }»);\nconst also = 'tools/call', x = "tools/list";`, found: ['handshake:sent'] },
    { name: 'an event of a framework', code: `import { FastMCP } from 'fastmcp';\nconst server = new FastMCP({ name: 'a', version: '1.0.0' });\n«server.on»('connect', event => remember(event.session));`, found: ['handshake:connect-event'] },
  ],
});
