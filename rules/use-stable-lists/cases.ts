import { defineCases } from '../../test/cases.js';

const v1 = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { readdirSync } from 'node:fs';\nimport { readdir } from 'node:fs/promises';\nimport { load } from './load.js';\nconst server = new McpServer({ name: 'a', version: '1' });\n`;

export default defineCases({
  valid: [
    { name: 'a folder in order', code: `${v1}for (const name of readdirSync('tools').sort()) server.registerTool(name, {}, async () => ({ content: [] }));` },
    { name: 'a folder that is sorted later', code: `${v1}const names = await readdir('tools');\nnames.sort();\nfor (const name of names) server.registerTool(name, {}, async () => ({ content: [] }));` },
    { name: 'loaded together, registered one by one', code: `${v1}const tools = await Promise.all(['a', 'b'].map(async name => load(name)));\nfor (const tool of tools) server.registerTool(tool.name, {}, tool.run);` },
    { name: 'registered before anything is awaited', code: `${v1}await Promise.all(['a', 'b'].map(async name => { server.registerTool(name, {}, async () => ({ content: [] })); await load(name); }));` },
    { name: 'a table', code: `${v1}const tools = { a: load, b: load };\nfor (const [name, run] of Object.entries(tools)) server.registerTool(name, {}, run);\nreaddirSync('.');` },
    { name: 'a router', code: `${v1}import { router } from './router.js';\nfor (const name of readdirSync('pages')) router.resource(name, load);` },
  ],
  invalid: [
    { name: 'in the order of a folder', code: `${v1}for (const name of readdirSync('tools')) «server.registerTool»(name, {}, async () => ({ content: [] }));`, found: ['order:folder'] },
    { name: 'a folder that is filtered', code: `${v1}const names = (await readdir('tools')).filter(n => n.endsWith('.js'));\nfor (const name of names) { const { run } = await load(name); «server.tool»(name, run); }`, found: ['order:folder'] },
    { name: 'as they are ready', code: `${v1}await Promise.all(['a', 'b'].map(async name => { const tool = await load(name); «server.registerTool»(tool.name, {}, tool.run); }));`, found: ['order:race'] },
    { name: 'by chance', code: `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nimport { tools } from './tools.js';\nconst server = new Server({ name: 'a', version: '1' }, {});\nserver.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: «tools.sort»(() => Math.random() - 0.5) }));`, found: ['order:random'] },
  ],
});
