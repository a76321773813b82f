import { defineCases } from '../../test/cases.js';

const fast = `import { FastMCP } from 'fastmcp';\nconst server = new FastMCP({ name: 'a', version: '1.0.0' });\n`;
const agent = `import { McpAgent } from 'agents/mcp';\n`;

export default defineCases({
  valid: [
    { name: 'a framework without sessions', code: `${fast}server.start({ transportType: 'httpStream', httpStream: { port: 3000, stateless: true } });` },
    { name: 'a framework on stdio', code: `${fast}server.start({ transportType: 'stdio' });\nserver.start();` },
    { name: 'an HTTP server that is started', code: `import '@modelcontextprotocol/sdk/types.js';\nimport { serve } from '@hono/node-server';\nserve({ fetch: app.fetch, port: 1 });\nBun.serve({ port: 1 });\napp.start({ transportType: 'httpStream' });` },
    { name: 'an agent that is no MCP server', code: `import { Agent } from 'agents';\nimport '@modelcontextprotocol/sdk/types.js';\nexport class Chat extends Agent {}\nChat.serve('/chat');` },
    { name: 'the handler of the new line', code: `import { createMcpHandler } from 'agents/mcp/server';\nimport { McpServer } from '@modelcontextprotocol/server';\nexport default { fetch: createMcpHandler(() => new McpServer({ name: 'a', version: '1' })) };` },
    { name: 'a stateless hosting SDK', code: `import { createStatelessServer } from '@smithery/sdk/server/stateless.js';\nexport const { app } = createStatelessServer(build);` },
    { name: 'the handler of another package', code: `import { createMcpHandler } from './handler.js';\nimport '@modelcontextprotocol/sdk/types.js';\nexport const handler = createMcpHandler(init, {}, { redisUrl: url });` },
  ],
  invalid: [
    { name: 'an agent', code: `${agent}export class Shop extends McpAgent<Env, State, Props> { async init() {} }\nexport default { fetch: (r, env, ctx) => «Shop.serve»('/mcp').fetch(r, env, ctx) };`, found: ['framework:agent'] },
    { name: 'an agent with options', code: `${agent}export class Shop extends McpAgent { async init() {} }\nexport default «Shop.serve»('/mcp', { binding: 'SHOP' });`, found: ['framework:agent'] },
    { name: 'an agent of another file', code: { 'shop.ts': `${agent}export class Shop extends McpAgent { async init() {} }`, 'index.ts': `import { Shop } from './shop';\nexport default new OAuthProvider({ apiHandlers: { '/mcp': «Shop.serve»('/mcp') } });` }, found: ['framework:agent'] },
    { name: 'an agent with a base class', code: `${agent}abstract class Base extends McpAgent { abstract init(): Promise<void> }\nexport class Shop extends Base { async init() {} }\nconst handler = «Shop.serve»('/mcp');`, found: ['framework:agent'] },
    { name: 'agents in a function', code: `${agent}export function route(agent: typeof McpAgent) { return «agent.serve»('/mcp'); }`, found: ['framework:agent'] },
    { name: 'FastMCP', code: `${fast}«server.start»({ transportType: 'httpStream', httpStream: { port: 8080 } });`, found: ['framework:fastmcp'] },
    { name: 'FastMCP with options in a variable', code: `${fast}const options = { transportType: 'httpStream' as const, httpStream: { port: 8080, endpoint: '/mcp' } };\nawait «server.start»(options);`, found: ['framework:fastmcp'] },
    { name: 'FastMCP in JavaScript', code: { 'server.js': `import { FastMCP } from 'fastmcp';\nconst server = new FastMCP({ name: 'a', version: '1.0.0' });\n«server.start»({ transportType: 'httpStream', httpStream: { port: process.env.PORT, stateless: false } });` }, found: ['framework:fastmcp'] },
    { name: 'a stateful hosting SDK', code: `import { createStatefulServer } from '@smithery/sdk/server/stateful.js';\nimport { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst build = () => new McpServer({ name: 'a', version: '1' }).server;\nexport const { app } = «createStatefulServer»(build);`, found: ['framework:stateful-server'] },
    { name: 'a handler that keeps streams in Redis', code: `import { createMcpHandler } from 'mcp-handler';\nconst handler = createMcpHandler(server => { register(server); }, {}, { basePath: '/api', «redisUrl: process.env.REDIS_URL», maxDuration: 60 });\nexport { handler as GET, handler as POST };`, found: ['framework:mcp-handler'] },
    { name: 'a framework with session options', code: `import { MCPServer } from 'mcp-framework';\nnew MCPServer({ transport: { type: 'http-stream', options: { port: 1, «session: { enabled: true }» } } });`, found: ['framework:mcp-framework'] },
    { name: 'a framework with a session store', code: `import { MCPServer, RedisSessionStore } from 'mcp-use/server';\nnew MCPServer({ name: 'a', version: '1.0.0', «sessionStore: new RedisSessionStore({ client })» });`, found: ['framework:mcp-use'] },
    { name: 'a module with session ids', code: `import { McpModule } from '@rekog/mcp-nest';\n@Module({ imports: [McpModule.forRoot({ name: 'a', version: '1', streamableHttp: { «sessionIdGenerator: () => randomUUID()» } })] })\nexport class App {}`, found: ['framework:mcp-nest'] },
  ],
});
