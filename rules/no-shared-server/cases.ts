import { defineCases } from '../../test/cases.js';

const http = `import express from 'express';\nimport { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nconst app = express();\n`;
const v2 = `import { McpServer } from '@modelcontextprotocol/server';\n`;

export default defineCases({
  valid: [
    { name: 'a server for each request', code: `${http}function build() { return new McpServer({ name: 'a', version: '1.0.0' }); }\napp.post('/mcp', async (req, res) => { const server = build(); const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined }); await server.connect(transport); await transport.handleRequest(req, res, req.body); });` },
    { name: 'one server for the one pipe', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';\nconst server = new McpServer({ name: 'a', version: '1.0.0' });\nawait server.connect(new StdioServerTransport());` },
    { name: 'a factory', code: `import { createMcpHandler } from '@modelcontextprotocol/server';\n${v2}const handler = createMcpHandler(() => new McpServer({ name: 'a', version: '1.0.0' }));` },
    { name: 'a factory that registers', code: `import { createMcpHandler } from '@modelcontextprotocol/server';\n${v2}const handler = createMcpHandler(() => { const server = new McpServer({ name: 'a', version: '1.0.0' }); server.registerTool('a', {}, async () => ({ content: [] })); return server; });` },
    { name: 'something else that connects', code: `${http}const db = new Database();\napp.post('/mcp', async (req, res) => { await db.connect(); const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined }); await transport.handleRequest(req, res, req.body); });` },
  ],
  invalid: [
    { name: 'one server, a transport for each request', code: `${http}const server = new McpServer({ name: 'a', version: '1.0.0' });\napp.post('/mcp', async (req, res) => { const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined }); await «server.connect»(transport); await transport.handleRequest(req, res, req.body); });`, found: ['server:shared-connect'] },
    { name: 'the server is made in another file', code: { 'app.ts': `${http.replace(/import \{ McpServer.*\n/, '')}import { server } from './server.js';\napp.post('/mcp', async (req, res) => { const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined }); await «server.connect»(transport); await transport.handleRequest(req, res, req.body); });`, 'server.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nexport const server = new McpServer({ name: 'a', version: '1.0.0' });` }, found: ['server:shared-connect'] },
    { name: 'a factory that gives the same one', code: `import { createMcpHandler } from '@modelcontextprotocol/server';\n${v2}const server = new McpServer({ name: 'a', version: '1.0.0' });\nconst handler = createMcpHandler(() => «server»);`, found: ['server:shared-factory'] },
  ],
});
