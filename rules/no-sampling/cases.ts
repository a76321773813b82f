import { defineCases } from '../../test/cases.js';

const server = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\n`;
const ask = `{ messages: [], maxTokens: 10 }`;

export default defineCases({
  valid: [
    { name: 'a chat application', code: `import '@modelcontextprotocol/sdk/types.js';\nimport { createMessage } from './db/messages.js';\nawait createMessage({ chatId, content });\nawait db.createMessage(row);` },
    { name: 'a vendor’s client', code: `import '@modelcontextprotocol/sdk/types.js';\nimport OpenAI from 'openai';\nconst openai = new OpenAI();\nawait openai.beta.threads.messages.createMessage('t', {});` },
    { name: 'tracing options', code: `${server}const tracing = { sampling: { ratio: 0.1 } };` },
    { name: 'an own class with such a method', code: `import '@modelcontextprotocol/sdk/types.js';\nclass McpServer { createMessage() {} }\nnew McpServer().createMessage();` },
    { name: 'a request of another method', code: `${server}await server.server.request({ method: 'roots/list' }, schema);` },
    { name: 'includeContext none', code: `${server}const params = { messages: [], includeContext: 'none' };` },
  ],
  invalid: [
    { name: 'the low-level server', code: `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nconst server = new Server({ name: 'a', version: '1' }, {});\nawait «server.createMessage»(${ask});`, found: ['sampling:createMessage'] },
    { name: 'through the server of McpServer', code: `${server}server.registerTool('sum', {}, async () => { const r = await «server.server.createMessage»(${ask}); return { content: [r.content] }; });`, found: ['sampling:createMessage'] },
    { name: 'a request of the handler’s context', code: `${server}import { CreateMessageResultSchema } from '@modelcontextprotocol/sdk/types.js';\nserver.registerTool('sum', {}, async extra => «extra.sendRequest»({ method: 'sampling/createMessage', params: ${ask} }, CreateMessageResultSchema));`, found: ['sampling:request'] },
    { name: 'the request in a variable, the context destructured', code: `${server}server.tool('sum', async ({ sendRequest }) => { const request = { method: 'sampling/createMessage' as const, params: ${ask} }; return «sendRequest»(request, schema); });`, found: ['sampling:request'] },
    { name: 'a helper in another file gets the server', code: { 'index.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { ask } from './ask.js';\nconst mcp = new McpServer({ name: 'a', version: '1' });\nmcp.registerTool('t', {}, async () => ask(mcp, 'hi'));`, 'ask.ts': `export async function ask(host, text: string) { return «host.server.createMessage»({ messages: [{ role: 'user', content: { type: 'text', text } }], maxTokens: 5 }); }` }, found: ['sampling:createMessage'] },
    { name: 'a class that keeps the server', code: { 'index.ts': `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { Writer } from './writer.js';\nnew Writer(new Server({ name: 'a', version: '1' }, {}));`, 'writer.ts': `export class Writer { constructor(private readonly host) {}\n  write() { return «this.host.createMessage»({ messages: [], maxTokens: 1 }); } }` }, found: ['sampling:createMessage'] },
    { name: 'a base class', code: `import type { Server } from '@modelcontextprotocol/sdk/server/index.js';\nabstract class Base { constructor(protected server: Server) {} }\nclass Tool extends Base { run() { return «this.server.createMessage»(${ask}); } }`, found: ['sampling:createMessage'] },
    { name: 'the second SDK line', code: `import { McpServer } from '@modelcontextprotocol/server';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('t', {}, async ctx => { await «ctx.mcpReq.requestSampling»(${ask}); await «ctx.mcpReq.send»({ method: 'sampling/createMessage', params: ${ask} }); return { content: [] }; });`, found: ['sampling:requestSampling', 'sampling:request'] },
    { name: 'CommonJS', code: { 'server.cjs': `const { Server } = require('@modelcontextprotocol/sdk/server/index.js');\nconst server = new Server({ name: 'a', version: '1' }, {});\nexports.run = () => «server.createMessage»(${ask});` }, found: ['sampling:createMessage'] },
    { name: 'a framework', code: `import { FastMCP } from 'fastmcp';\nconst server = new FastMCP({ name: 'a', version: '1.0.0' });\nserver.addTool({ name: 't', execute: async () => { const [session] = server.sessions; return «session.requestSampling»(${ask}); } });`, found: ['sampling:requestSampling'] },
    { name: 'the question in the way of the new revision', code: `import { McpServer, inputRequired } from '@modelcontextprotocol/server';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('t', {}, async () => inputRequired({ inputRequests: { s: «inputRequired.createMessage»(${ask}) } }));`, found: ['sampling:input-request'] },
    { name: 'the handler of a client', code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nimport { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nconst client = new Client({ name: 'a', version: '1' }, { capabilities: { sampling: {} } });\n«client.setRequestHandler»(CreateMessageRequestSchema, async () => answer);`, found: ['sampling:client-handler'] },
    { name: 'includeContext', code: `${server}await «server.server.createMessage»({ messages: [], maxTokens: 1, «includeContext: 'thisServer'» });`, found: ['sampling:createMessage', 'sampling:includeContext'] },
  ],
});
