import { defineCases } from '../../test/cases.js';

const gateway = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nimport { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';\nimport { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nconst upstream = new Client({ name: 'g', version: '1.0.0' });\nconst server = new Server({ name: 'g', version: '1.0.0' }, { capabilities: { tools: {} } });\n`;

export default defineCases({
  valid: [
    { name: 'by the name of the tool', code: `${gateway}const routes = new Map<string, Client>();\nserver.setRequestHandler(CallToolRequestSchema, async ({ params }) => routes.get(params.name)!.callTool(params));` },
    { name: 'the transport of a session', code: `${gateway}const sessions: Record<string, { transport: SSEServerTransport }> = {};\nserver.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => { const { transport } = sessions[extra.sessionId!]!; await transport.send({ jsonrpc: '2.0', method: 'x' }); return upstream.callTool(params); });` },
    { name: 'a server that calls nobody', code: `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nconst server = new Server({ name: 'a', version: '1.0.0' }, { capabilities: { tools: {} } });\nconst sessions: Record<string, { group: string }> = {};\nserver.setRequestHandler(ListToolsRequestSchema, async (_request, extra) => ({ tools: toolsOf(sessions[extra.sessionId!]!.group) }));` },
  ],
  invalid: [
    { name: 'a group that is kept beside the transport', code: `${gateway}const sessions: Record<string, { transport: SSEServerTransport; group: string }> = {};\nserver.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => { const group = «sessions[extra.sessionId!]?.group»; return clientOf(group).callTool(params); });`, found: ['routing:group'] },
    { name: 'through an accessor', code: `${gateway}const sessions: Record<string, { transport: SSEServerTransport; group: string }> = {};\nconst groupOf = (id: string) => «sessions[id]?.group» || '';\nserver.setRequestHandler(ListToolsRequestSchema, async (_request, extra) => { const group = «groupOf(extra.sessionId!)»; return { tools: await list(group) }; });`, found: ['routing:group', 'routing:group'] },
  ],
});
