import { defineCases } from '../../test/cases.js';

const mcp = `import '@modelcontextprotocol/sdk/types.js';\n`;
const server = `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nconst server = new Server({ name: 'a', version: '1' }, {});\n`;
const gateway = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nimport { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';\n${server}const client = new Client({ name: 'a', version: '1' });\n`;

export default defineCases({
  valid: [
    { name: 'names in headers that are plain, read or encoded', code: `import '@modelcontextprotocol/client';\nconst headers: Record<string, string> = { 'mcp-name': 'search' };\nheaders['mcp-name'] = headerValue(params.uri);\nconst name = request.headers['mcp-name'];\nconst cors = { 'Mcp-Name': undefined };` },
    { name: 'a request with its metadata', code: `const _meta = { 'io.modelcontextprotocol/protocolVersion': v, 'io.modelcontextprotocol/clientCapabilities': {} };\nawait fetch(url, { method: 'POST', headers: { 'mcp-method': 'tools/list' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta } }) });` },
    { name: 'another protocol', code: `${mcp}await fetch(rpc, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_call', params: [] }) });` },
    { name: 'notifications and answers', code: `${mcp}send({ jsonrpc: '2.0', method: 'notifications/progress', params: {} });\nsend({ jsonrpc: '2.0', id, result: { tools: [] } });` },
    { name: 'a message that is only described', code: `${mcp}export const example = { jsonrpc: '2.0', id: 1, method: 'tools/list' };` },
    { name: 'keys of one’s own', code: `${mcp}export const a = { content: [], _meta: { 'com.example.mcp/cost': 3, 'com.example/x': 1, progressToken: 1, 'io.modelcontextprotocol/related-task': {} } };` },
    { name: 'options of a builder', code: `${mcp}export default { experimental: { turbo: true }, ui: { theme: 'dark' } };` },
    { name: 'a closed schema of arguments', code: `${mcp}const Args = z.object({ name: z.string() }).strict();\nconst Shape = z.object({ jsonrpc: z.literal('2.0'), method: z.string() }).passthrough();` },
    { name: 'a call that is passed on whole', code: `${gateway}server.setRequestHandler(CallToolRequestSchema, async request => client.callTool({ ...request.params, name: strip(request.params.name) }));` },
    { name: 'a tool that uses another server', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\n${gateway}export const search = async (q: string) => client.callTool({ name: 'search', arguments: { q } });` },
  ],
  invalid: [
    { name: 'a name in a header as it is', code: `import '@modelcontextprotocol/client';\nconst headers: Record<string, string> = { 'Mcp-Name': «params.name» };\nheaders['mcp-param-city'] = «encodeURIComponent(city)»;\nnew Headers().set('mcp-name', «uri»);`, found: ['header:unencoded', 'header:unencoded', 'header:unencoded'] },
    { name: 'fetch', code: `${mcp}await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(«{ jsonrpc: '2.0', id: 1, method: 'tools/list' }») });`, found: ['meta:request'] },
    { name: 'several requests of a script', code: { 'check.mjs': `const list = «{ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }»;\nserver.stdin.write(JSON.stringify(list) + '\\n');\nserver.stdin.write(JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'a', arguments: {} } }) + '\\n');` }, found: ['meta:request'] },
    { name: 'a helper that makes all requests', code: `import axios from 'axios';\n// 'tools/call' and 'tools/list'\nexport async function rpc(method: string, params?: object) { const { data } = await axios.post(url, «{ jsonrpc: '2.0', id: ++n, method, params }»); return data.result; }`, found: ['meta:request'] },
    { name: 'a maker of requests, in CommonJS', code: { 'rpc.cjs': `// mcp\nfunction buildRequest(id, name, args) { return «{ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } }»; }\nexports.buildRequest = buildRequest;` }, found: ['meta:request'] },
    { name: 'a class that sends through a socket', code: `class Peer { list() { const message = «{ jsonrpc: '2.0', id: this.id++, method: 'resources/read', params: { uri: this.uri } }»; this.socket.send(JSON.stringify(message)); } }\nconst sdk = '@modelcontextprotocol/sdk';`, found: ['meta:request'] },
    { name: 'reserved keys', code: `${mcp}export const result = { content: [], _meta: { «'io.modelcontextprotocol/cost'»: 3, «'dev.mcp/owner'»: 'a' } };`, found: ['meta:reserved', 'meta:reserved'] },
    { name: 'private names of a trace', code: `${mcp}await client.callTool({ name: 'a', _meta: { «traceId»: span.traceId, «'x-b3-spanid'»: span.id } });`, found: ['meta:trace', 'meta:trace'] },
    { name: 'experimental capabilities', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nnew McpServer({ name: 'a', version: '1' }, { capabilities: { tools: {}, «experimental: { streaming: {} }» } });`, found: ['meta:experimental'] },
    { name: 'closed schemas of messages', code: `import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nconst Message = «z.object({ jsonrpc: z.literal('2.0'), method: z.string(), params: z.object({}) }).strict»();\nconst Closed = «CallToolRequestSchema.strict»();`, found: ['meta:strict', 'meta:strict'] },
    { name: 'a gateway that rebuilds calls', code: `${gateway}server.setRequestHandler(CallToolRequestSchema, async request => { const { name, arguments: args } = request.params; return await «client.callTool»({ name, arguments: args }); });`, found: ['meta:rebuilt'] },
    { name: 'a gateway that rebuilds requests', code: `${gateway}class Gateway { constructor() { server.setRequestHandler(CallToolRequestSchema, async ({ params }) => «client.request»({ method: 'tools/call', params: { name: params.name, arguments: params.arguments } }, schema)); } }`, found: ['meta:rebuilt'] },
  ],
});
