import { defineCases } from '../../test/cases.js';

const V1 = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\n`;
const LOW = `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { ListToolsRequestSchema, CallToolRequestSchema, CompleteRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nconst server = new Server({ name: 'a', version: '1' });\n`;
const ASK = `server.server.elicitInput({ message: 'ok?', requestedSchema: { type: 'object', properties: {} } })`;

export default defineCases({
  valid: [
    { name: 'a question in a tool', code: `${V1}server.registerTool('a', {}, async () => { await ${ASK}; return { content: [] }; });` },
    { name: 'a question in the handler of calls', code: `${LOW}server.setRequestHandler(CallToolRequestSchema, async () => { await server.elicitInput({ message: 'ok?', requestedSchema: { type: 'object', properties: {} } }); return { content: [] }; });` },
    { name: 'a question in a helper that tools and a timer use', code: `${V1}const ask = () => ${ASK};\nsetInterval(ask, 1000);\nserver.registerTool('a', {}, async () => { await ask(); return { content: [] }; });` },
    { name: 'a timer without a question', code: `${V1}setInterval(() => sweep(), 1000);\nserver.registerTool('a', {}, async () => { await ${ASK}; return { content: [] }; });` },
    { name: 'a timer within a call', code: `${V1}server.registerTool('a', {}, async () => { await new Promise(done => setTimeout(() => void ${ASK}.then(done), 10)); return { content: [] }; });` },
    { name: 'a question of something else', code: `${V1}setInterval(() => model.createMessage({}), 1000);` },
    { name: 'a helper that nobody calls in sight', code: `${V1}export const ask = () => ${ASK};` },
    { name: 'roots, which have a rule of their own', code: `${V1}server.server.oninitialized = async () => { roots = await server.server.listRoots(); };` },
    { name: 'the route of the protocol', code: `${V1}app.post('/mcp', async () => { await ${ASK}; });` },
  ],
  invalid: [
    { name: 'by a timer', code: `${V1}«setInterval»(async () => { await ${ASK}; }, 1000);`, found: ['hazard:question-outside'] },
    { name: 'by an event', code: `${V1}«queue.on»('needs-approval', async job => { await ${ASK}; });`, found: ['hazard:question-outside'] },
    { name: 'by a webhook', code: `${V1}«app.post»('/hooks/github', async (req, res) => { res.json(await ${ASK}); });`, found: ['hazard:question-outside'] },
    { name: 'through a helper', code: `${V1}async function ask() { return ${ASK}; }\n«setTimeout»(ask, 1000);`, found: ['hazard:question-outside'] },
    { name: 'through a helper of another file', code: { 'server.ts': `${V1}import { ask } from './ask.js';\n«queue.on»('job', () => ask(server));`, 'ask.ts': `import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nexport const ask = (server: McpServer) => ${ASK};` }, found: ['hazard:question-outside'] },
    { name: 'when the handshake ends', code: `${V1}server.server.oninitialized = async () => { answer = await «server.server.elicitInput»({ message: 'hello', requestedSchema: { type: 'object', properties: {} } }); };`, found: ['hazard:question-outside'] },
    { name: 'in a list', code: `${LOW}server.setRequestHandler(ListToolsRequestSchema, async () => { const { roots } = await «server.listRoots»(); return { tools: roots.map(toTool) }; });`, found: ['hazard:question-in-list'] },
    { name: 'in a completion, the new way', code: `import { Server, inputRequired } from '@modelcontextprotocol/server';\nconst server = new Server({ name: 'a', version: '1' });\nserver.setRequestHandler('completion/complete', async () => «inputRequired»({ inputRequests: {} }));`, found: ['hazard:question-in-list'] },
  ],
});
