import { defineCases } from '../../test/cases.js';

const server = `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nimport { z } from 'zod';\nconst server = new Server({ name: 'a', version: '1' }, { capabilities: { tools: {} } });\nconst Answer = z.object({ ok: z.boolean() });\n`;
const client = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nimport { z } from 'zod';\nconst client = new Client({ name: 'a', version: '1' });\nconst Answer = z.object({ ok: z.boolean() });\n`;

export default defineCases({
  valid: [
    { name: 'a request of a client', code: `${client}await client.request({ method: 'acme/status' }, Answer);` },
    { name: 'what other rules are about', code: `${server}server.setRequestHandler(CallToolRequestSchema, async (request, extra) => {\n  await extra.sendRequest({ method: 'elicitation/create', params: { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } } }, Answer);\n  return { content: [] };\n});` },
    { name: 'a notification', code: `${server}server.setRequestHandler(CallToolRequestSchema, async (request, extra) => {\n  await extra.sendNotification({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });\n  return { content: [] };\n});` },
    { name: 'a client that cancels', code: `${client}await client.notification({ method: 'notifications/cancelled', params: { requestId: 1 } });` },
    { name: 'requests of the web', code: `${server}import axios from 'axios';\nawait axios.request({ method: 'GET', url: 'https://example.com' });\nconst api = { request: (options: object) => fetch('/', options) };\nawait api.request({ method: 'POST' });` },
    { name: 'a bus of the application', code: `${server}import { bus } from './bus.js';\nawait bus.send({ method: 'orders/created' });` },
  ],
  invalid: [
    { name: 'a method of its own', code: `${server}export const refresh = () => «server.request»({ method: 'acme/refresh', params: {} }, Answer);`, found: ['request:acme/refresh'] },
    { name: 'inside a handler', code: `${server}server.setRequestHandler(CallToolRequestSchema, async (request, extra) => {\n  await «extra.sendRequest»({ method: 'acme/confirm', params: { id: 1 } }, Answer);\n  return { content: [] };\n});`, found: ['request:acme/confirm'] },
    { name: 'a context under another name', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { Answer } from './schemas.js';\nconst mcp = new McpServer({ name: 'a', version: '1' });\nmcp.registerTool('open', {}, async ({ sendRequest }) => {\n  await «sendRequest»({ method: 'editor/open', params: {} }, Answer);\n  return { content: [] };\n});`, found: ['request:editor/open'] },
    { name: 'through the server below', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nexport async function ask(mcp: McpServer, schema: never) {\n  return «mcp.server.request»({ method: 'ui/show', params: {} }, schema);\n}`, found: ['request:ui/show'] },
    { name: 'a method that is a constant', code: { 'server.ts': `${server}import { SHOW } from './methods.js';\nexport const show = () => «server.request»({ method: SHOW }, Answer);`, 'methods.ts': `export const SHOW = 'acme/show';` }, found: ['request:acme/show'] },
    { name: 'a server that cancels', code: `${server}export const stop = (requestId: number) => «server.notification»({ method: 'notifications/cancelled', params: { requestId, reason: 'too late' } });`, found: ['cancelled:sent'] },
    { name: 'the second SDK line', code: `import { McpServer } from '@modelcontextprotocol/server';\nimport { Answer } from './schemas.js';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('open', {}, async ctx => {\n  await «ctx.mcpReq.send»({ method: 'editor/open', params: {} }, Answer);\n  return { content: [] };\n});`, found: ['request:editor/open'] },
  ],
});
