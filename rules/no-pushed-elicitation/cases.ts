import { defineCases } from '../../test/cases.js';

const server = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\n`;
const low = `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\n`;
const form = `{ message: 'Sure?', requestedSchema: { type: 'object', properties: {} } }`;

export default defineCases({
  valid: [
    { name: 'the new way to ask', code: `import { McpServer, inputRequired } from '@modelcontextprotocol/server';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('t', {}, async ctx => inputRequired({ inputRequests: { ok: inputRequired.elicit(${form}) } }));` },
    { name: 'the handler of a client stays', code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nimport { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nconst client = new Client({ name: 'a', version: '1' }, { capabilities: { elicitation: {} } });\nclient.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'decline' }));` },
    { name: 'a study that elicits preferences', code: `import '@modelcontextprotocol/sdk/types.js';\nimport { study } from './study.js';\nawait study.elicit('colour');\nelicitPreferences();` },
    { name: 'an own class', code: `import '@modelcontextprotocol/sdk/types.js';\nclass Interview { elicitInput(q: string) { return q; } }\nnew Interview().elicitInput('why');` },
    { name: 'enumNames of a form library', code: `import '@modelcontextprotocol/sdk/types.js';\nexport const uiSchema = { size: { type: 'string', enum: ['s', 'l'], enumNames: ['Small', 'Large'] } };` },
    { name: 'a question that is built and never sent', code: `${server}export const question = { method: 'elicitation/create', params: ${form} };` },
    { name: 'a client that accepts the error of an older server', code: `import { UrlElicitationRequiredError } from '@modelcontextprotocol/sdk/types.js';\nexport const opens = (e: unknown) => e instanceof UrlElicitationRequiredError;` },
    { name: 'another error with the same class', code: `import { McpError, ErrorCode } from '@modelcontextprotocol/sdk/types.js';\nthrow new McpError(ErrorCode.InvalidParams, 'elicitation is off');` },
  ],
  invalid: [
    { name: 'through the server of McpServer', code: `${server}server.registerTool('drop', {}, async () => { const r = await «server.server.elicitInput»(${form}); return { content: [{ type: 'text', text: r.action }] }; });`, found: ['elicitation:elicitInput'] },
    { name: 'a helper in another file', code: { 'index.ts': `${server}import { confirm } from './confirm.js';\nserver.tool('drop', async () => { await confirm(server); return { content: [] }; });`, 'confirm.ts': `export const confirm = async mcp => (await «mcp.server.elicitInput»(${form})).action === 'accept';` }, found: ['elicitation:elicitInput'] },
    { name: 'a class field, with a fallback', code: `${low}class Guard { constructor(private readonly server: Server) {}\n  async ask() { try { return await «this.server.elicitInput»(${form}); } catch { return { action: 'accept' }; } } }`, found: ['elicitation:elicitInput'] },
    { name: 'an object around the server', code: `${server}const context = { config: {}, server };\nexport async function pick(ctx: typeof context) { return «ctx.server.server.elicitInput»(${form}); }`, found: ['elicitation:elicitInput'] },
    { name: 'a request of the handler’s context', code: `${low}import { CallToolRequestSchema, ElicitResultSchema } from '@modelcontextprotocol/sdk/types.js';\nconst server = new Server({ name: 'a', version: '1' }, {});\nserver.setRequestHandler(CallToolRequestSchema, async (request, { sendRequest }) => { await «sendRequest»({ method: 'elicitation/create', params: ${form} }, ElicitResultSchema); return { content: [] }; });`, found: ['elicitation:request'] },
    { name: 'the request in a variable', code: `${server}const ask = { method: 'elicitation/create' as const, params: ${form} };\nserver.tool('t', async extra => { await «extra.sendRequest»(ask, schema); return { content: [] }; });`, found: ['elicitation:request'] },
    { name: 'CommonJS', code: { 'server.cjs': `const { McpServer } = require('@modelcontextprotocol/sdk/server/mcp.js');\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.tool('t', async () => { await «server.server.elicitInput»(${form}); return { content: [] }; });` }, found: ['elicitation:elicitInput'] },
    { name: 'the second SDK line', code: `import { McpServer } from '@modelcontextprotocol/server';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('t', { inputSchema }, async (args, { mcpReq }) => { await «mcpReq.elicitInput»(${form}); await «mcpReq.send»({ method: 'elicitation/create', params: ${form} }); return { content: [] }; });`, found: ['elicitation:elicitInput', 'elicitation:request'] },
    { name: 'an agent of a platform', code: `import { McpAgent } from 'agents/mcp';\nexport class Shop extends McpAgent { async init() { this.server.tool('buy', async () => { await «this.elicitInput»(${form}); return { content: [] }; }); } }`, found: ['elicitation:elicitInput'] },
    { name: 'the context of a framework', code: `import { FastMCP } from 'fastmcp';\nconst server = new FastMCP({ name: 'a', version: '1.0.0' });\nserver.addTool({ name: 't', execute: async (args, { elicit }) => { const r = await «elicit»(${form}); return r.action; } });`, found: ['elicitation:elicit'] },
    { name: 'a tool class of a framework', code: `import { MCPTool } from 'mcp-framework';\nexport default class Drop extends MCPTool { async execute() { const r = await «this.elicit»('Sure?', schema); return r.action; } }`, found: ['elicitation:elicit'] },
    { name: 'the error that opens a page', code: `import { UrlElicitationRequiredError } from '@modelcontextprotocol/sdk/types.js';\nthrow new «UrlElicitationRequiredError»([{ mode: 'url', url, message: 'Sign in', elicitationId }]);`, found: ['elicitation:url-error'] },
    { name: 'the same error by its number', code: `import { McpError } from '@modelcontextprotocol/sdk/types.js';\nthrow new «McpError»(-32042, 'Sign in', { elicitations });`, found: ['elicitation:url-error'] },
    { name: 'the notice of the end', code: `${low}const server = new Server({ name: 'a', version: '1' }, {});\nconst done = «server.createElicitationCompletionNotifier»(id);\nawait «server.notification»({ method: 'notifications/elicitation/complete', params: { elicitationId: id } });`, found: ['elicitation:completion', 'elicitation:completion'] },
    { name: 'enumNames in a form', code: `${server}await «server.server.elicitInput»({ message: 'Size?', requestedSchema: { type: 'object', properties: { size: { type: 'string', enum: ['s', 'l'], «enumNames»: ['Small', 'Large'] } } } });`, found: ['elicitation:elicitInput', 'elicitation:enumNames'] },
  ],
});
