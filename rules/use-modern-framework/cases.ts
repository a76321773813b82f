import { defineCases } from '../../test/cases.js';

const beside = (dependency: string, code = `import 'x';\nconst sdk = '@modelcontextprotocol/sdk';`): Record<string, string> => ({ 'server.ts': code, 'package.json': `{ "dependencies": { ${dependency} } }` });

export default defineCases({
  valid: [
    { name: 'no framework', code: beside(`"@modelcontextprotocol/server": "^2.4.0"`) },
    { name: 'releases on the second line', code: beside(`"mcp-handler": "^2.0.0", "@rekog/mcp-nest": "2.1.0", "xmcp": "^1.0.0", "mcp-use": "^2.0.0"`) },
    { name: 'agents without MCP agents', code: beside(`"agents": "^0.20.0"`, `import { Agent } from 'agents';\nexport class Chat extends Agent {}\nconst sdk = '@modelcontextprotocol/server';`) },
    { name: 'a client of a framework', code: beside(`"mcp-use": "^1.0.0"`, `import { MCPClient } from 'mcp-use';\nconst sdk = '@modelcontextprotocol/sdk';`) },
    { name: 'packages with like names', code: beside(`"fastmcp-utils": "1.0.0", "mcp-handlers": "1.0.0", "hono": "^4.0.0"`) },
    { name: 'a bridge without sessions', code: { 'server.ts': `const sdk = '@modelcontextprotocol/sdk';`, 'Dockerfile': `FROM node:22\nCMD npx supergateway@4 --stdio "node server.js" --outputTransport streamableHttp\n# npx supergateway --stateful\n` } },
  ],
  invalid: [
    { name: 'fastmcp', code: beside(`«"fastmcp": "^3.1.0"»`), found: ['framework:fastmcp'] },
    { name: 'mcp-handler and its old name', code: beside(`«"mcp-handler": "^1.0.2"», «"@vercel/mcp-adapter": "^0.11.0"»`), found: ['framework:mcp-handler', 'framework:@vercel/mcp-adapter'] },
    { name: 'agents', code: beside(`«"agents": "^0.0.100"»`, `import { McpAgent } from 'agents/mcp';\nexport class Shop extends McpAgent {}`), found: ['framework:agents'] },
    { name: 'mcp-framework', code: beside(`«"mcp-framework": "^0.2.0"»`), found: ['framework:mcp-framework'] },
    { name: 'frameworks below their first release on the second line', code: beside(`«"@rekog/mcp-nest": "^1.9.0"», «"xmcp": "0.3.1"», «"mcp-use": "~1.30.0"»`, `import { MCPServer } from 'mcp-use/server';\nnew MCPServer({ name: 'a' });`), found: ['framework:@rekog/mcp-nest', 'framework:xmcp', 'framework:mcp-use'] },
    { name: 'adapters', code: beside(`«"@hono/mcp": "^0.1.0"»`), found: ['framework:@hono/mcp'] },
    { name: 'a dependency of a package in a workspace', code: { 'server.ts': `const sdk = '@modelcontextprotocol/sdk';`, 'package.json': `{ "workspaces": ["packages/*"] }`, 'packages/a/package.json': `{ "devDependencies": { «"fastify-mcp": "3.0.0"» } }` }, found: ['framework:fastify-mcp'] },
    { name: 'bridges', code: { 'server.ts': `const sdk = '@modelcontextprotocol/sdk';`, 'Dockerfile': `FROM node:22\n«CMD npx -y supergateway@3 --stdio "node server.js" --outputTransport streamableHttp»\n`, 'start.sh': `«npx supergateway@4 --stdio "node server.js" --outputTransport streamableHttp --stateful»\n«npx supergateway --stdio "node server.js"»\n` }, found: ['framework:bridge', 'framework:bridge', 'framework:bridge'] },
  ],
});
