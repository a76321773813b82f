import { defineCases } from '../../test/cases.js';

const v1 = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';\n`;

export default defineCases({
  valid: [
    { name: 'a factory', code: `import { McpServer } from '@modelcontextprotocol/server';\nimport { serveStdio } from '@modelcontextprotocol/server/stdio';\nserveStdio(() => new McpServer({ name: 'a', version: '1' }));` },
    { name: 'a transport that is given to serveStdio', code: `import { McpServer } from '@modelcontextprotocol/server';\nimport { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';\nserveStdio(() => new McpServer({ name: 'a', version: '1' }), { transport: new StdioServerTransport(input, output) });` },
    { name: 'a client', code: `import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';\nawait client.connect(new StdioClientTransport({ command: 'node' }));` },
    { name: 'a transport of a logger', code: `import '@modelcontextprotocol/sdk/types.js';\nimport pino from 'pino';\nconst logger = pino({ transport: { target: 'pino-pretty' }, stdio: true });` },
    { name: 'a framework that starts on HTTP', code: `import { FastMCP } from 'fastmcp';\nconst server = new FastMCP({ name: 'a', version: '1.0.0' });\nserver.start({ transportType: 'httpStream', httpStream: { port: 1 } });\nspawn('x', { stdio: 'inherit' });` },
  ],
  invalid: [
    { name: 'in a variable', code: `${v1}async function main() {\n  const transport = new «StdioServerTransport»();\n  await server.connect(transport);\n}`, found: ['stdio:transport'] },
    { name: 'inline', code: `${v1}await new McpServer({ name: 'a', version: '1' }).connect(new «StdioServerTransport»());`, found: ['stdio:transport'] },
    { name: 'the second SDK line, connected by hand', code: `import { McpServer } from '@modelcontextprotocol/server';\nimport { StdioServerTransport } from '@modelcontextprotocol/server/stdio';\nawait new McpServer({ name: 'a', version: '1' }).connect(new «StdioServerTransport»());`, found: ['stdio:transport'] },
    { name: 'CommonJS', code: { 'server.js': `const { StdioServerTransport } = require('@modelcontextprotocol/sdk/server/stdio');\nserver.connect(new «StdioServerTransport»());` }, found: ['stdio:transport'] },
    { name: 'a dynamic import', code: `const stdio = await import('@modelcontextprotocol/sdk/server/stdio.js');\nawait server.connect(new «stdio.StdioServerTransport»());`, found: ['stdio:transport'] },
    { name: 'a subclass', code: `${v1}class Buffered extends StdioServerTransport {}\nconst t = new «StdioServerTransport»();`, found: ['stdio:transport'] },
    { name: 'a framework', code: `import { FastMCP } from 'fastmcp';\nconst server = new FastMCP({ name: 'a', version: '1.0.0' });\n«server.start»({ transportType: 'stdio' });`, found: ['stdio:framework'] },
  ],
});
