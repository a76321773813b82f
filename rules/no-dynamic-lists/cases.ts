import { defineCases } from '../../test/cases.js';

const mcp = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { z } from 'zod';\n`;
const server = `${mcp}const server = new McpServer({ name: 'a', version: '1.0.0' });\n`;

export default defineCases({
  valid: [
    { name: 'tools of a table, at the start', code: `${server}for (const tool of tools) server.registerTool(tool.name, {}, tool.run);` },
    { name: 'by configuration', code: `${server}if (process.env.WRITE === '1') server.registerTool('write', {}, async () => ({ content: [] }));` },
    { name: 'a function that builds a server for each request', code: `${mcp}import express from 'express';\nfunction build() { const server = new McpServer({ name: 'a', version: '1.0.0' }); server.registerTool('a', {}, async () => ({ content: [] })); return server; }\nconst app = express();\napp.post('/mcp', async (req, res) => { const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined }); await build().connect(transport); await transport.handleRequest(req, res, req.body); });` },
    { name: 'a command that a tool runs, which can start a server too', code: `${mcp}function start() { const server = new McpServer({ name: 'a', version: '1.0.0' }); register(server); return server; }\nfunction register(server: McpServer) { server.registerTool('run', {}, async () => { await main(['pack']); return { content: [] }; }); }\nasync function main(args: string[]) { if (args[0] === 'mcp') start(); }\nmain(process.argv);` },
    { name: 'a capability that is checked in the tool', code: `${server}server.registerTool('ask', {}, async () => { if (!server.server.getClientCapabilities()?.elicitation) return { content: [], isError: true }; return { content: [] }; });` },
    { name: 'registration of something else', code: `${server}server.registerTool('plugin', { inputSchema: { n: z.string() } }, async ({ n }) => { plugins.register(n); app.resource(n); return { content: [] }; });` },
  ],
  invalid: [
    { name: 'a tool that adds a tool', code: `${server}server.registerTool('enable', { inputSchema: { name: z.string() } }, async ({ name }) => { «server.registerTool»(name, {}, async () => ({ content: [] })); return { content: [] }; });`, found: ['list:mutated'] },
    { name: 'a resource for each result, in a helper', code: `${server}const kept = new Map<string, unknown>();\nfunction keep(uri: string) { kept.set(uri, «server.registerResource»(uri, uri, {}, async () => ({ contents: [] }))); }\nserver.registerTool('zip', { inputSchema: { uri: z.string() } }, async ({ uri }) => { keep(uri); return { content: [] }; });`, found: ['list:mutated'] },
    { name: 'by capability, after the handshake', code: `${server}server.server.oninitialized = () => { if (server.server.getClientCapabilities()?.sampling) «server.registerTool»('think', {}, async () => ({ content: [] })); };`, found: ['list:by-capability'] },
    { name: 'by capability that was kept', code: `${mcp}export function addRoots(server: McpServer) { const capabilities = server.server.getClientCapabilities() ?? {}; const has = capabilities.roots !== undefined; if (has) { «server.registerTool»('roots', {}, async () => ({ content: [] })); } }`, found: ['list:by-capability'] },
    { name: 'a group of tools that is switched on', code: `${server}class Groups { constructor(private readonly mcp: McpServer) {} enable(names: string[]) { for (const n of names) «this.mcp.registerTool»(n, {}, async () => ({ content: [] })); } }\nconst groups = new Groups(server);\nserver.registerTool('enable', { inputSchema: { names: z.array(z.string()) } }, async ({ names }) => { groups.enable(names); return { content: [] }; });`, found: ['list:mutated'] },
  ],
});
