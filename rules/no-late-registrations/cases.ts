import { defineCases } from '../../test/cases.js';

const V1 = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\n`;
const V2 = `import { McpServer, createMcpHandler } from '@modelcontextprotocol/server';\n`;

export default defineCases({
  valid: [
    { name: 'by what the client can do, which another rule tells', code: `${V1}server.server.oninitialized = async () => {\n  if (server.server.getClientCapabilities()?.sampling) server.tool('a', run);\n};` },
    { name: 'a registration at the start', code: `${V1}server.registerTool('a', {}, run);\nserver.server.oninitialized = () => console.error('ready');` },
    { name: 'a helper that the start calls too', code: `${V1}function add() { server.registerTool('a', {}, run); }\nadd();\nserver.registerTool('more', {}, async () => { add(); return { content: [] }; });\nserver.server.oninitialized = () => add();` },
    { name: 'a registration of something else', code: `${V1}const bus = new Bus();\nserver.server.oninitialized = () => { bus.registerTool('a', run); };` },
    { name: 'the hook of something else', code: `${V1}import { AppBridge } from '@modelcontextprotocol/ext-apps/app-bridge';\nconst view = new AppBridge(null, { name: 'a', version: '1' }, {});\nview.oninitialized = () => { server.registerTool('a', {}, run); };` },
    { name: 'a registration when a call asks for it', code: `${V1}server.registerTool('add', {}, async () => { server.registerTool('b', {}, run); return { content: [] }; });` },
    { name: 'a registration in the factory', code: `${V2}export default createMcpHandler(() => { const server = new McpServer({ name: 'a', version: '1' }); server.registerTool('a', {}, run); return server; });` },
  ],
  invalid: [
    { name: 'in the hook', code: `${V1}server.server.oninitialized = () => { «server.registerTool»('a', {}, run); };`, found: ['hazard:late-registration'] },
    { name: 'in a function that the hook calls, in another file', code: { 'server.ts': `${V1}import { addAll } from './add.js';\nserver.server.oninitialized = () => addAll(server);`, 'add.ts': `import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nexport function addAll(server: McpServer) { «server.registerPrompt»('p', {}, run); }` }, found: ['hazard:late-registration'] },
    { name: 'in the handler of the notification', code: `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { InitializedNotificationSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nconst server = new Server({ name: 'a', version: '1' });\nserver.setNotificationHandler(InitializedNotificationSchema, () => { «server.setRequestHandler»(ListToolsRequestSchema, list); });`, found: ['hazard:late-registration'] },
    { name: 'in a factory for each request', code: `${V2}export default createMcpHandler(() => { const server = new McpServer({ name: 'a', version: '1' }); server.server.oninitialized = () => { «server.registerTool»('a', {}, run); }; return server; });`, found: ['hazard:late-registration'] },
    { name: 'in a named function', code: `${V1}function onReady() { «server.registerResource»('r', 'r://r', {}, run); }\nserver.server.oninitialized = onReady;`, found: ['hazard:late-registration'] },
  ],
});
