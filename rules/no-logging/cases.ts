import { defineCases } from '../../test/cases.js';

const server = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\n`;
const low = `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\n`;

export default defineCases({
  valid: [
    { name: 'a choice of the command line', code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nexport const run = args => { if (args.method === 'logging/setLevel') return help(); };` },
    { name: 'a table of schemas by method', code: `import { SetLevelRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nexport const schemas = { 'tools/list': ListToolsRequestSchema, 'tools/call': CallToolRequestSchema, 'logging/setLevel': SetLevelRequestSchema };` },
    { name: 'a list of methods', code: `import '@modelcontextprotocol/sdk/types.js';\nexport const known = new Set(['logging/setLevel', 'tools/list']);` },
    { name: 'capabilities in a log line', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nlogger.debug('Making the server', { name: 'a', capabilities: { logging: {}, tools: {} } });\nconst server = new McpServer({ name: 'a', version: '1' });` },
    { name: 'capabilities of something else', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst capabilities = { logging: true, cdn: true, tools: [] };\nconst only = { capabilities: undefined };\nconst server = new McpServer({ name: 'a', version: '1' });` },
    { name: 'winston', code: `${server}import winston from 'winston';\nconst logger = winston.createLogger();\nlogger.info('ready');\nlogger.log('info', 'x');\nlogger.setLevel('debug');` },
    { name: 'the console', code: `${server}console.log('a');\nconsole.error('b');` },
    { name: 'logging of an HTTP framework', code: `${server}import Fastify from 'fastify';\nconst app = Fastify({ logging: true });\nconst config = { logging: { level: 'info' } };` },
    { name: 'another notification', code: `${server}server.tool('t', async extra => { await extra.sendNotification({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } }); });` },
    { name: 'capabilities of something else', code: `${server}const camera = { capabilities: { zoom: {}, logging: {} } };` },
  ],
  invalid: [
    { name: 'a dispatcher by hand', code: `export function answer(request) { switch (request.method) { case 'tools/list': return tools(); case «'logging/setLevel'»: return setLevel(request.params); } }`, found: ['logging:set-level-compare'] },
    { name: 'a table of methods', code: `export const handlers = { 'tools/list': list, 'tools/call': call, «'logging/setLevel'»: params => store(params.level) };`, found: ['logging:set-level-entry'] },
    { name: 'a client by hand', code: `const sdk = '@modelcontextprotocol/sdk';\nexport const setLevel = (sendRequest, level) => «sendRequest»({ method: 'logging/setLevel', params: { level } });`, found: ['logging:level-sent'] },
    {
      name: 'capabilities under a name',
      code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\ntype Options = ConstructorParameters<typeof McpServer>[1];\nexport function announced(): NonNullable<Options>['capabilities'] {\n  const capabilities: NonNullable<Options>['capabilities'] = { «logging: {}», tools: {}, prompts: {} };\n  return capabilities;\n}`,
      found: ['logging:capability'],
    },
    { name: 'sendLoggingMessage', code: `${server}await «server.sendLoggingMessage»({ level: 'info', data: 'x' });\nawait «server.server.sendLoggingMessage»({ level: 'info', data: 'y' }).catch(() => {});`, found: ['logging:sendLoggingMessage', 'logging:sendLoggingMessage'] },
    { name: 'the notification by hand', code: `${server}server.tool('t', async extra => { await «extra.sendNotification»({ method: 'notifications/message', params: { level: 'info', data: 'x' } }); await «server.server.notification»({ method: 'notifications/message', params: {} }); });`, found: ['logging:notification', 'logging:notification'] },
    { name: 'a wrapper that gets the message in a variable', code: `${low}const server = new Server({ name: 'a', version: '1' }, {});\nfunction log(data: string) { const message = { method: 'notifications/message', params: { level: 'info', data } }; return «server.notification»(message); }`, found: ['logging:notification'] },
    { name: 'the context of the second SDK line', code: `import { McpServer } from '@modelcontextprotocol/server';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('t', {}, async ctx => { await «ctx.mcpReq.log»('info', 'x'); return { content: [] }; });`, found: ['logging:log'] },
    { name: 'the log of a framework', code: `import { FastMCP } from 'fastmcp';\nconst server = new FastMCP({ name: 'a', version: '1.0.0' });\nserver.addTool({ name: 't', execute: async (args, { log }) => { «log.info»('x'); return ''; } });`, found: ['logging:log'] },
    { name: 'the level handler', code: `${low}import { SetLevelRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nconst server = new Server({ name: 'a', version: '1' }, { capabilities: { tools: {}, «logging: {}» } });\n«server.setRequestHandler»(SetLevelRequestSchema, async () => ({}));`, found: ['logging:capability', 'logging:set-level-handler'] },
    { name: 'the level handler by name', code: `import { Server } from '@modelcontextprotocol/server';\nconst server = new Server({ name: 'a', version: '1' }, {});\n«server.setRequestHandler»('logging/setLevel', async () => ({}));`, found: ['logging:set-level-handler'] },
    { name: 'capabilities in a variable', code: `import type { ServerCapabilities } from '@modelcontextprotocol/sdk/types.js';\nexport const capabilities: ServerCapabilities = { tools: {}, «logging: {}» };`, found: ['logging:capability'] },
    { name: 'capabilities that are registered', code: `${low}const server = new Server({ name: 'a', version: '1' }, {});\nserver.registerCapabilities({ «logging: { level: 'info' }» });`, found: ['logging:capability'] },
    { name: 'capabilities that are assigned', code: `import type { ServerCapabilities } from '@modelcontextprotocol/sdk/types.js';\nconst capabilities: ServerCapabilities = {};\nif (verbose) «capabilities.logging» = {};`, found: ['logging:capability'] },
    { name: 'a client that sets the level', code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nconst client = new Client({ name: 'a', version: '1' });\nawait «client.setLoggingLevel»('debug');`, found: ['logging:client-level'] },
    { name: 'a client that shows messages', code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nimport { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';\nconst client = new Client({ name: 'a', version: '1' });\n«client.setNotificationHandler»(LoggingMessageNotificationSchema, show);`, found: ['logging:client-handler'] },
  ],
});
