import { defineCases } from '../../test/cases.js';

const server = `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nconst server = new Server({ name: 'a', version: '1' }, { capabilities: {} });\n`;
const client = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\n`;

export default defineCases({
  valid: [
    { name: 'a file manager', code: `import '@modelcontextprotocol/sdk/types.js';\nimport { files } from './files.js';\nconst roots = await files.listRoots();\nawait listRoots();` },
    { name: 'an own class with such a method', code: `import '@modelcontextprotocol/sdk/types.js';\nclass Workspace { listRoots() { return []; } }\nnew Workspace().listRoots();` },
    { name: 'roots of a test runner', code: `import '@modelcontextprotocol/sdk/types.js';\nexport default { roots: ['<rootDir>/src'], testEnvironment: 'node' };` },
    { name: 'roots of a bundler with a flag of that name', code: `import '@modelcontextprotocol/sdk/types.js';\nwatch({ roots: { listChanged: true } });` },
    { name: 'a client that has roots and does not announce changes', code: `${client}const client = new Client({ name: 'a', version: '1' }, { capabilities: { roots: {} } });` },
    { name: 'a method name in a message', code: `${server}const problem = 'the client does not answer roots/list';\nconsole.error(problem);` },
    { name: 'notices of other lists', code: `${server}import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';\nserver.setNotificationHandler(ToolListChangedNotificationSchema, async () => {});` },
    { name: 'a proxy that only passes on', code: { 'proxy.ts': `${client}export async function forward(client: Client, message) { return client.request(message, schema); }` } },
  ],
  invalid: [
    { name: 'a client by hand that tells all its servers', code: `const sdk = '@modelcontextprotocol/sdk';\nexport const changed = servers => Promise.all([...servers.values()].map(server => «server.sendNotification»('notifications/roots/list_changed')));`, found: ['roots:sent-change'] },
    {
      name: 'answered by the wrong side',
      code: `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nconst server = new Server({ name: 'a', version: '1' }, { capabilities: { tools: {} } });\n«server.setRequestHandler»(ListRootsRequestSchema, async () => ({ roots: [] }));`,
      found: ['roots:server-handler'],
    },
    { name: 'in the hook after the handshake', code: `${server}server.oninitialized = async () => { const { roots } = await «server.listRoots»(); dirs = roots; };`, found: ['roots:list'] },
    { name: 'through the server of McpServer, in a class', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nexport class Files {\n  private readonly mcp = new McpServer({ name: 'a', version: '1' });\n  private async refresh() { const answer = await «this.mcp.server.listRoots»(); return answer.roots; }\n}`, found: ['roots:list'] },
    { name: 'a helper in another file', code: { 'index.ts': `${server}import { dirsOf } from './dirs.js';\nawait dirsOf(server);`, 'dirs.ts': `export async function dirsOf(host) { const { roots } = await «host.listRoots»(); return roots.map(r => r.uri); }` }, found: ['roots:list'] },
    { name: 'CommonJS', code: { 'server.cjs': `const { Server } = require('@modelcontextprotocol/sdk/server/index.js');\nconst server = new Server({ name: 'a', version: '1' }, {});\nmodule.exports.roots = () => «server.listRoots»();` }, found: ['roots:list'] },
    { name: 'a request of the handler’s context', code: `${server}import { CallToolRequestSchema, ListRootsResultSchema } from '@modelcontextprotocol/sdk/types.js';\nserver.setRequestHandler(CallToolRequestSchema, async (request, extra) => { const r = await «extra.sendRequest»({ method: 'roots/list' }, ListRootsResultSchema); return { content: [] }; });`, found: ['roots:request'] },
    { name: 'the second SDK line', code: `import { McpServer } from '@modelcontextprotocol/server';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('t', {}, async ctx => { await «ctx.mcpReq.send»({ method: 'roots/list' }); await «server.server.listRoots»(); return { content: [] }; });`, found: ['roots:request', 'roots:list'] },
    { name: 'a notice of changed roots', code: `${server}import { RootsListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';\n«server.setNotificationHandler»(RootsListChangedNotificationSchema, async () => { await «server.listRoots»(); });`, found: ['roots:changed-handler', 'roots:list'] },
    { name: 'the notice by its name', code: `import { McpServer } from '@modelcontextprotocol/server';\nexport function watch(server: McpServer) { «server.server.setNotificationHandler»('notifications/roots/list_changed', () => reload()); }`, found: ['roots:changed-handler'] },
    { name: 'a client that tells of changes', code: `${client}const client = new Client({ name: 'a', version: '1' }, { capabilities: { roots: { «listChanged: true» } } });\nawait «client.sendRootsListChanged»();\nawait «client.notification»({ method: 'notifications/roots/list_changed' });`, found: ['roots:capability', 'roots:sent-change', 'roots:sent-change'] },
    { name: 'a client that answers', code: `${client}import { ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nclass Host { client = new Client({ name: 'a', version: '1' }); start() { «this.client.setRequestHandler»(ListRootsRequestSchema, () => ({ roots: this.folders })); } }`, found: ['roots:client-handler'] },
    { name: 'the question in the way of the new revision', code: `import { McpServer, inputRequired } from '@modelcontextprotocol/server';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('t', {}, async () => inputRequired({ inputRequests: { roots: «inputRequired.listRoots»() } }));`, found: ['roots:input-request'] },
    { name: 'a tool class of a framework', code: `import { MCPTool } from 'mcp-framework';\nexport default class Scan extends MCPTool { async execute() { return await «this.getRoots»(); } }`, found: ['roots:list'] },
    { name: 'the list that a framework keeps', code: `import { FastMCP } from 'fastmcp';\nconst server = new FastMCP({ name: 'a', version: '1.0.0' });\nserver.on('connect', event => { «event.session.on»('rootsChanged', e => use(e.roots)); });`, found: ['roots:changed-handler'] },
  ],
});
