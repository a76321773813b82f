import { defineCases } from '../../test/cases.js';

const sse = `import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';\n`;
const found = ['sse:server'];

export default defineCases({
  valid: [
    { name: 'the kind of an entry in a list of servers', code: `import { MCPServer } from 'mcp-framework';\nexport const entry = { name: 'a', transport: { type: 'sse' } };\nnew MCPServer({ transport: { type: 'http-stream' } });` },
    { name: 'a stream of something else', code: `import '@modelcontextprotocol/sdk/types.js';\nnew Feed({ transport: { type: 'sse' } });` },
    { name: 'events of the application', code: `import '@modelcontextprotocol/sdk/types.js';\napp.get('/events', (req, res) => { res.writeHead(200, { 'content-type': 'text/event-stream' }); });\nconst source = new EventSource('/sse');` },
    { name: 'an own class of that name', code: `import '@modelcontextprotocol/sdk/types.js';\nclass SSEServerTransport { constructor(readonly res: unknown) {} }\nnew SSEServerTransport(res);` },
    { name: 'the response of a POST', code: `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nnew StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: false });` },
    { name: 'a transport that is only typed', code: `${sse}const transports: Record<string, SSEServerTransport> = {};\nexport const find = (id: string): SSEServerTransport | undefined => transports[id];` },
    { name: 'a framework on another transport', code: `import { FastMCP } from 'fastmcp';\nconst server = new FastMCP({ name: 'a', version: '1.0.0' });\nserver.start({ transportType: 'httpStream', httpStream: { port: 3000 } });` },
    { name: 'a router that mounts something', code: `import { McpAgent } from 'agents/mcp';\nexport class A extends McpAgent { async init() {} }\napp.mount('/sse', handler);\nrouter.serveSSE('/x');` },
    { name: 'an option of another library', code: `import '@modelcontextprotocol/sdk/types.js';\ncreateClient({ transportType: 'sse' });\nserver.start({ transportType: 'sse' });` },
  ],
  invalid: [
    { name: 'an option of a framework', code: `import { MCPServer } from 'mcp-framework';\nnew MCPServer({ name: 'a', transport: { «type: 'sse'», options: { port: 8080 } } });`, found: ['sse:framework'] },
    { name: 'a client of another package', code: `import '@modelcontextprotocol/sdk/types.js';\nimport { experimental_createMCPClient } from 'ai';\nexport const client = await experimental_createMCPClient({ transport: { «type: 'sse'», url } });`, found: ['sse:client'] },
    { name: 'Express', code: `${sse}app.get('/sse', async (req, res) => { const transport = new «SSEServerTransport»('/messages', res); await server.connect(transport); });`, found },
    { name: 'in a class with a map', code: `${sse}class Http { private sessions = new Map<string, SSEServerTransport>();\n  open(res) { const t = new «SSEServerTransport»('/messages', res); this.sessions.set(t.sessionId, t); } }`, found },
    { name: 'passed to connect at once', code: `${sse}await server.connect(new «SSEServerTransport»('/message', response));`, found },
    { name: 'CommonJS', code: { 'server.cjs': `const { SSEServerTransport } = require('@modelcontextprotocol/sdk/server/sse.js');\nexports.open = res => new «SSEServerTransport»('/messages', res);` }, found },
    { name: 'a namespace', code: `import * as sse from '@modelcontextprotocol/sdk/server/sse.js';\nconst t = new «sse.SSEServerTransport»('/messages', res);`, found },
    { name: 'a dynamic import', code: `const { SSEServerTransport } = await import('@modelcontextprotocol/sdk/server/sse.js');\nconst t = new «SSEServerTransport»('/messages', res);`, found },
    { name: 'through a barrel', code: { 'mcp.ts': `export { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';`, 'http.ts': `import { SSEServerTransport } from './mcp.js';\nexport const open = (res: Res) => new «SSEServerTransport»('/messages', res);` }, found },
    { name: 'the compatibility package of the second line', code: `import { SSEServerTransport } from '@modelcontextprotocol/server-legacy/sse';\nnew «SSEServerTransport»('/messages', res);`, found },
    { name: 'a client that falls back', code: `import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';\nimport { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';\ntry { await client.connect(new StreamableHTTPClientTransport(url)); } catch { await client.connect(new «SSEClientTransport»(url)); }`, found: ['sse:client'] },
    { name: 'chosen by configuration', code: `import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';\nimport { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';\nconst make = (c: Config) => c.type === 'sse' ? new «SSEClientTransport»(new URL(c.url), { requestInit }) : new StreamableHTTPClientTransport(new URL(c.url));`, found: ['sse:client'] },
    { name: 'an agent of a platform', code: `import { McpAgent } from 'agents/mcp';\nexport class Shop extends McpAgent { async init() {} }\nexport default { fetch(request, env, ctx) { const { pathname } = new URL(request.url); if (pathname === '/sse') return «Shop.serveSSE»('/sse').fetch(request, env, ctx); return «Shop.mount»('/old').fetch(request, env, ctx); } };`, found: ['sse:agent', 'sse:agent'] },
    { name: 'a framework', code: `import { FastMCP } from 'fastmcp';\nconst server = new FastMCP({ name: 'a', version: '1.0.0' });\nawait server.start({ «transportType: 'sse'», sse: { endpoint: '/sse', port: 8080 } });`, found: ['sse:framework'] },
  ],
});
