import { defineCases } from '../../test/cases.js';

const server = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\n`;
const low = `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nconst server = new Server({ name: 'a', version: '1' }, {});\n`;
const client = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nimport { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';\nconst client = new Client({ name: 'a', version: '1' });\n`;

export default defineCases({
  valid: [
    { name: 'a placeholder that goes again before anybody is connected', code: `${server}export function prepare() {\n  const first = server.registerResource('first', 'a://b', {}, read);\n  first.remove();\n}` },
    { name: 'the capability alone', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nnew McpServer({ name: 'a', version: '1' }, { capabilities: { tools: { listChanged: true } } });` },
    { name: 'a registered tool that is kept, and a hash that is updated', code: `${server}import { createHash } from 'node:crypto';\nconst tool = server.registerTool('t', {}, run);\ncreateHash('sha256').update('a');\nbutton.enable();\nlist.remove(tool);` },
    { name: 'a class of the application', code: `import '@modelcontextprotocol/sdk/types.js';\nclass Bus { sendToolListChanged() {} }\nnew Bus().sendToolListChanged();` },
    { name: 'the handler object of the new line', code: `import { McpServer, createMcpHandler } from '@modelcontextprotocol/server';\nconst mcp = createMcpHandler(() => build());\nmcp.notify.toolsChanged();\nmcp.notify.resourceUpdated('file:///a');` },
    { name: 'a log message', code: `${low}await server.notification({ method: 'notifications/message', params: { level: 'info', data: 'notifications/tools/list_changed' } });` },
    { name: 'a client that has the option', code: `import { Client } from '@modelcontextprotocol/client';\nconst client = new Client({ name: 'a', version: '1' }, { listChanged: { tools: { onChanged: refresh } } });\nclient.setNotificationHandler('notifications/tools/list_changed', refresh);` },
    { name: 'a client that listens', code: `import { Client } from '@modelcontextprotocol/client';\nconst client = new Client({ name: 'a', version: '1' });\nclient.setNotificationHandler('notifications/tools/list_changed', refresh);\nawait client.listen({ toolsListChanged: true });` },
    { name: 'a registered tool that is changed before it is served', code: `${server}const rows = new Map();\nrows.delete('a');\nstore.update({ id: 1 });` },
  ],
  invalid: [
    { name: 'by hand, through a method of its own', code: `const sdk = '@modelcontextprotocol/sdk';\nclass Router { changed() { «this._send»({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }); } }`, found: ['list-changed:tools'] },
    { name: 'McpServer and its server', code: `${server}export function changed() { «server.sendToolListChanged»(); void «server.server.sendPromptListChanged»(); }`, found: ['list-changed:tools', 'list-changed:prompts'] },
    { name: 'the low-level server', code: `${low}watcher.on('change', async uri => { await «server.sendResourceUpdated»({ uri }); await «server.sendResourceListChanged»(); });`, found: ['updated:resource', 'list-changed:resources'] },
    { name: 'all sessions in a loop', code: `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nconst servers: Record<string, Server> = {};\nexport function notifyAll() { for (const s of Object.values(servers)) «s.sendToolListChanged»().catch(log); }`, found: ['list-changed:tools'] },
    { name: 'a map of records in another file', code: { 'sessions.ts': `import type { Server } from '@modelcontextprotocol/sdk/server/index.js';\nexport interface Session { server: Server; user: string }\nexport const sessions = new Map<string, Session>();`, 'notify.ts': `import { sessions } from './sessions.js';\nexport const changed = () => sessions.forEach(({ server }) => { void «server.sendPromptListChanged»(); });` }, found: ['list-changed:prompts'] },
    { name: 'the notification by hand', code: `${low}await «server.notification»({ method: 'notifications/tools/list_changed' });`, found: ['list-changed:tools'] },
    { name: 'through the context of a handler', code: `${server}server.tool('write', async ({ sendNotification }) => { await «sendNotification»({ method: 'notifications/resources/updated', params: { uri } }); return { content: [] }; });`, found: ['updated:resource'] },
    { name: 'a tool that is switched off', code: `${server}const admin = server.registerTool('admin', {}, run);\nadmin.disable();\nif (isAdmin) «admin.enable»();`, found: ['list-changed:enable'] },
    { name: 'tools in a map', code: `import { McpServer, type RegisteredTool } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst tools = new Map<string, RegisteredTool>();\nexport function toggle(name: string, on: boolean) { const tool = tools.get(name); if (on) «tool?.enable»(); else «tool?.remove»(); }`, found: ['list-changed:enable', 'list-changed:remove'] },
    { name: 'CommonJS', code: { 'server.cjs': `const { McpServer } = require('@modelcontextprotocol/sdk/server/mcp.js');\nconst server = new McpServer({ name: 'a', version: '1' });\nsetInterval(() => «server.sendResourceListChanged»(), 1000);` }, found: ['list-changed:resources'] },
    { name: 'the second SDK line', code: `import { McpServer } from '@modelcontextprotocol/server';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('t', {}, async ctx => { await «ctx.mcpReq.notify»({ method: 'notifications/prompts/list_changed' }); await «server.sendToolListChanged»(); return { content: [] }; });`, found: ['list-changed:prompts', 'list-changed:tools'] },
    { name: 'a client that waits without listening', code: `${client}«client.setNotificationHandler»(ToolListChangedNotificationSchema, refresh);`, found: ['changes:client-handler'] },
    { name: 'a listen handler by hand that does not tag its messages', code: `export function listen(message, stream) { if (message.method === «'subscriptions/listen'») stream.send({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }); }`, found: ['listen:untagged'] },
    { name: 'the name of a draft', code: `const request = { jsonrpc: '2.0', id: 1, method: «'messages/listen'», params: {} };\nawait fetch(url, { method: 'POST', body: JSON.stringify(request), headers: { 'mcp-protocol-version': v } });`, found: ['listen:draft-name'] },
  ],
});
