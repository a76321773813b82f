import { defineCases } from '../../test/cases.js';

const server = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\n`;
const schemas = `import { z } from 'zod';\nexport const query = z.object({ q: z.string() });\n`;
const v2 = `import { McpServer } from '@modelcontextprotocol/server';\nexport const build = () => new McpServer({ name: 'a', version: '1' });\n`;

export default defineCases({
  valid: [
    { name: 'a list without pages', code: `import { Client } from '@modelcontextprotocol/client';\nconst client = new Client({ name: 'a', version: '1' });\nfor (const c of clients) { const { tools, nextCursor } = await c.listTools(); }\ndo { page = await client.listTools({ cursor }); cursor = page.nextCursor; } while (cursor !== undefined);` },
    { name: 'the second line', code: { 'server.ts': v2, 'package.json': `{ "dependencies": { "@modelcontextprotocol/server": "^2.4.0", "zod": "^4.2.0" } }` } },
    { name: 'registrations in the way of both lines', code: `${server}server.registerTool('t', { description: 'T' }, async () => ({ content: [] }));` },
    { name: 'handlers by name', code: `import { Server } from '@modelcontextprotocol/server';\nexport const wire = (s: Server) => s.setRequestHandler('tools/list', async () => ({ tools: [] }));` },
    { name: 'tools of an AI library', code: `import '@modelcontextprotocol/sdk/types.js';\nimport { agent } from './agent.js';\nagent.tool('search', {}, run);\napp.resource('users', handler);` },
    { name: 'an own error of that name', code: `import '@modelcontextprotocol/sdk/types.js';\nclass McpError extends Error {}\nthrow new McpError('no');` },
    { name: 'a context of something else', code: `import '@modelcontextprotocol/sdk/types.js';\nexport const handler = (req, extra) => extra.requestInfo.headers['x'];\nfetch(url, { signal: controller.signal });` },
    { name: 'zod of another package', code: { 'mcp/server.ts': v2, 'mcp/package.json': `{ "dependencies": { "@modelcontextprotocol/server": "^2.4.0", "zod": "^4.3.0" } }`, 'web/package.json': `{ "dependencies": { "zod": "^3.20.0" } }` } },
    { name: 'zod that no code imports', code: { 'server.ts': `// Takes what "zod" gives.\n${v2}`, 'package.json': `{ "dependencies": { "@modelcontextprotocol/server": "^2.4.0", "zod": "^3.25.0" } }` } },
    { name: 'zod that only another package imports, from a dependency of its own', code: { 'server.ts': v2, 'package.json': `{ "dependencies": { "@modelcontextprotocol/server": "^2.4.0", "zod": "^4.0.0" } }`, 'web/form.ts': schemas, 'web/package.json': `{ "dependencies": { "zod": "^3.20.0" } }` } },
    { name: 'types only beside the second line', code: `import type { Tool } from '@modelcontextprotocol/sdk/types.js';\nimport { McpServer } from '@modelcontextprotocol/server';\nexport const build = (tools: Tool[]) => new McpServer({ name: 'a', version: '1' });` },
  ],
  invalid: [
    { name: 'pages of a list, and what was strict', code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nconst client = new Client({ name: 'a', version: '1' }, { «enforceStrictCapabilities: true» });\ndo { page = await «client.listTools»({ cursor }); cursor = page.nextCursor; } while (cursor !== undefined);`, found: ['sdk:strict', 'sdk:pages'] },
    { name: 'a package on the first line', code: { 'src/server.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nnew McpServer({ name: 'a', version: '1' });`, 'package.json': `{\n  "dependencies": {\n    «"@modelcontextprotocol/sdk": "^1.25.0"»,\n    "zod": "^3.25.0"\n  }\n}` }, found: ['sdk:v1'] },
    { name: 'both lines in a package', code: { 'server.ts': v2, 'schemas.ts': schemas, 'package.json': `{ "dependencies": { «"@modelcontextprotocol/sdk": "^1.25.0"», «"@modelcontextprotocol/server": "^2.4.0"», «"zod": "~4.1.0"» } }` }, found: ['sdk:v1', 'sdk:mixed', 'sdk:zod'] },
    { name: 'zod in a file without the SDK, and by require', code: { 'server.ts': v2, 'schemas.cjs': `exports.z = require('zod/v3');`, 'package.json': `{ "dependencies": { "@modelcontextprotocol/server": "^2.4.0", «"zod": "^3.25.0"» } }` }, found: ['sdk:zod'] },
    { name: 'zod of the root, in a package that takes it from there', code: { 'packages/a/server.ts': `import { z } from 'zod';\n${v2}`, 'packages/a/package.json': `{ "name": "a" }`, 'package.json': `{ "workspaces": ["packages/*"], "dependencies": { "@modelcontextprotocol/server": "^2.4.0", «"zod": "^4.0.0"» } }` }, found: ['sdk:zod'] },
    { name: 'a Deno project', code: { 'server.ts': server, 'deno.json': `{ "imports": { «"@modelcontextprotocol/sdk": "npm:@modelcontextprotocol/sdk@^1.20.0"» } }` }, found: ['sdk:v1'] },
    { name: 'Apps for the first line', code: { 'server.ts': v2, 'package.json': `{ "dependencies": { "@modelcontextprotocol/server": "^2.4.0", «"@modelcontextprotocol/ext-apps": "^1.0.0"» } }` }, found: ['sdk:apps-peer'] },
    { name: 'registrations by position', code: `${server}«server.tool»('a', 'A', { x: z.string() }, async ({ x }) => ({ content: [] }));\nserver.prompt('p', async () => ({ messages: [] }));\nserver.resource('r', 'a://r', async () => ({ contents: [] }));`, found: ['sdk:api'] },
    { name: 'handlers by schema, in a helper that only gets the server', code: { 'index.ts': `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { wire } from './wire.js';\nwire(new Server({ name: 'a', version: '1' }, {}));`, 'wire.ts': `import { ListToolsRequestSchema, CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nexport function wire(server) { «server.setRequestHandler»(ListToolsRequestSchema, list); server.setRequestHandler(CallToolRequestSchema, call); }` }, found: ['sdk:api'] },
    { name: 'members of the context', code: `${server}server.registerTool('t', {}, async extra => { const key = «extra.requestInfo»?.headers['x-key']; await extra.sendNotification({ method: 'notifications/progress', params }); return { content: [] }; });`, found: ['sdk:api'] },
    { name: 'error classes', code: `import { McpError, ErrorCode } from '@modelcontextprotocol/sdk/types.js';\nexport const isMcp = (e: unknown) => e instanceof «McpError» && e.code === ErrorCode.InvalidParams;`, found: ['sdk:api'] },
    { name: 'CommonJS, in a class', code: { 'server.cjs': `const { McpServer } = require('@modelcontextprotocol/sdk/server/mcp.js');\nclass Shop { constructor() { this.server = new McpServer({ name: 'a', version: '1' }); «this.server.tool»('t', async () => ({ content: [] })); } }` }, found: ['sdk:api'] },
    { name: 'both lines in a module', code: `import { McpError } from '@modelcontextprotocol/sdk/types.js';\nimport { Client } from «'@modelcontextprotocol/client'»;\nexport const failed = (e: unknown) => e instanceof «McpError»;\nexport const make = () => new Client({ name: 'a', version: '1' }, { versionNegotiation: { mode: 'auto' } });`, found: ['sdk:mixed-module', 'sdk:api'] },
  ],
});
