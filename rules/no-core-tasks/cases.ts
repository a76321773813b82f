import { defineCases } from '../../test/cases.js';

const server = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\n`;
const store = `import { InMemoryTaskStore } from '@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js';\n`;
const client = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\n`;

export default defineCases({
  valid: [
    { name: 'tasks of a board', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nboard.tasks = { list: [], open: 0 };\nagent.capabilities.tasks = { planning: true };\nconst server = new McpServer({ name: 'a', version: '1' });` },
    { name: 'a job queue', code: `import '@modelcontextprotocol/sdk/types.js';\nimport { tasks } from './queue.js';\nawait tasks.get('a');\nawait getTask(id);\nawait board.listTasks();` },
    { name: 'an option of a scheduler', code: `import '@modelcontextprotocol/sdk/types.js';\nnew Scheduler({ taskStore: redis, tasks: { cleanup } });` },
    { name: 'a tool that manages tasks', code: `${server}const server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('tasks/list', { inputSchema: { task: z.string() } }, async ({ task }) => ({ content: [] }));` },
    { name: 'a tool that forbids tasks', code: `${server}const server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('t', { execution: { taskSupport: 'forbidden' } }, run);` },
    { name: 'capabilities without tasks', code: `${server}new McpServer({ name: 'a', version: '1' }, { capabilities: { tools: {}, extensions: { 'io.modelcontextprotocol/tasks': {} } } });` },
    { name: 'an own class of that name', code: `import '@modelcontextprotocol/sdk/types.js';\nclass InMemoryTaskStore {}\nnew InMemoryTaskStore();` },
    { name: 'the extension', code: `import { Server } from '@modelcontextprotocol/server';\nimport { randomUUID } from 'node:crypto';\nexport const create = (server: Server) => server.setRequestHandler('tasks/update', Params, async p => ({ resultType: 'complete', status: p.status }));` },
    { name: 'metadata of the application', code: `${server}export const result = { content: [], _meta: { 'com.example/related-task': id } };` },
  ],
  invalid: [
    {
      name: 'the capability, assigned',
      code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nexport function announce(capabilities, config) {\n  if (config.tasks) «capabilities.tasks» = { list: {}, cancel: {}, requests: { tools: { call: {} } } };\n  return new McpServer({ name: 'a', version: '1' }, { capabilities });\n}`,
      found: ['tasks:capability'],
    },
    { name: 'the store and the capability', code: `${server}${store}const server = new McpServer({ name: 'a', version: '1' }, { capabilities: { tools: {}, «tasks: { requests: { tools: { call: {} } } }» }, taskStore: new «InMemoryTaskStore»() });`, found: ['tasks:capability', 'tasks:InMemoryTaskStore'] },
    { name: 'an own store', code: `${server}import { RedisTasks } from './redis.js';\nnew McpServer({ name: 'a', version: '1' }, { «taskStore: new RedisTasks()» });`, found: ['tasks:taskStore'] },
    { name: 'options in a variable', code: `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nconst options = { capabilities: { «tasks: { list: {}, cancel: {} }» }, «taskMessageQueue: queue» };\nexport const server = new Server({ name: 'a', version: '1' }, options);`, found: ['tasks:capability', 'tasks:taskMessageQueue'] },
    { name: 'a tool as a task', code: `${server}const server = new McpServer({ name: 'a', version: '1' });\n«server.experimental.tasks.registerToolTask»('build', { execution: { taskSupport: 'required' } }, { createTask, getTask, getTaskResult });`, found: ['tasks:registerToolTask'] },
    { name: 'a tool as a task, on the line that has none', code: `import type { McpServer } from '@modelcontextprotocol/server';\nexport const register = (server: McpServer) => {\n  «server.experimental.tasks.registerToolTask»('build', { execution: { taskSupport: 'required' } }, { createTask, getTask, getTaskResult });\n};`, found: ['tasks:registerToolTask'] },
    { name: 'a tool that allows tasks', code: `${server}export const register = (server: McpServer) => server.registerTool('t', { description: 'T', execution: { «taskSupport: 'optional'» } }, run);`, found: ['tasks:taskSupport'] },
    { name: 'the store of the context', code: `${server}const server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('t', {}, async extra => { const task = await «extra.taskStore.createTask»({ ttl: 1000 }); return { content: [], task }; });`, found: ['tasks:createTask'] },
    { name: 'handlers', code: `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { ListTasksRequestSchema, GetTaskRequestSchema, GetTaskPayloadRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nclass Tasks { constructor(private server: Server) { «this.server.setRequestHandler»(ListTasksRequestSchema, this.list); «this.server.setRequestHandler»(GetTaskRequestSchema, this.get); «this.server.setRequestHandler»(GetTaskPayloadRequestSchema, this.result); } }`, found: ['tasks:handler:tasks/list', 'tasks:handler:tasks/get', 'tasks:handler:tasks/result'] },
    { name: 'a client', code: `${client}const client = new Client({ name: 'a', version: '1' });\nfor await (const m of «client.experimental.tasks.callToolStream»({ name: 't' })) show(m);\nawait «client.experimental.tasks.getTaskResult»(id, schema);`, found: ['tasks:callToolStream', 'tasks:getTaskResult'] },
    { name: 'a client that asks for a task', code: `${client}const client = new Client({ name: 'a', version: '1' });\nawait client.callTool({ name: 'build', arguments: {} }, undefined, { «task: { ttl: 60000 }» });`, found: ['tasks:request'] },
    { name: 'a client that hosts tasks', code: `${client}new Client({ name: 'a', version: '1' }, { capabilities: { elicitation: {}, «tasks: { requests: { elicitation: { create: {} } } }» } });`, found: ['tasks:capability'] },
    { name: 'requests by hand from a helper in another file', code: { 'index.ts': `${server}import { poll } from './poll.js';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('t', {}, async extra => poll(extra, 'x'));`, 'poll.ts': `export async function poll(extra, taskId) { return «extra.sendRequest»({ method: 'tasks/result', params: { taskId } }, schema); }` }, found: ['tasks:sent:tasks/result'] },
    { name: 'CommonJS, status notices', code: { 'server.cjs': `const { McpServer } = require('@modelcontextprotocol/sdk/server/mcp.js');\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.tool('t', async ({ sendNotification }) => { await «sendNotification»({ method: 'notifications/tasks/status', params: task }); return { content: [] }; });` }, found: ['tasks:sent:notifications/tasks/status'] },
    { name: 'metadata of the core', code: `import { RELATED_TASK_META_KEY } from '@modelcontextprotocol/sdk/types.js';\nexport const a = { _meta: { «'io.modelcontextprotocol/related-task'»: { taskId } } };\nexport const b = { _meta: { [«RELATED_TASK_META_KEY»]: { taskId } } };`, found: ['tasks:related', 'tasks:related'] },
    { name: 'the extension with older fields and a counter as id', code: `import { McpServer } from '@modelcontextprotocol/server';\nlet n = 0;\nexport const start = () => ({ «resultType: 'task'», task: { taskId: String(++n), ttl: 60000 } });`, found: ['tasks:extension'] },
  ],
});
