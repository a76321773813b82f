import { defineCases } from '../../test/cases.js';

const server = `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport { SubscribeRequestSchema, UnsubscribeRequestSchema, ListResourcesRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nconst server = new Server({ name: 'a', version: '1' }, { capabilities: { resources: { subscribe: true } } });\n`;
const found = ['subscription:handler'];

export default defineCases({
  valid: [
    { name: 'a table of names', code: `export const titles = { 'tools/list': 'Tools', 'tools/call': 'Call', 'resources/subscribe': 'Subscribe' };` },
    { name: 'the capability alone', code: `import { McpServer } from '@modelcontextprotocol/server';\nnew McpServer({ name: 'a', version: '1' }, { capabilities: { resources: { subscribe: true, listChanged: true } } });` },
    { name: 'a message broker', code: `import '@modelcontextprotocol/sdk/types.js';\nimport { broker } from './broker.js';\nbroker.subscribeResource('topic', () => {});\nredis.subscribe('resources/updated');` },
    { name: 'an own class', code: `import '@modelcontextprotocol/sdk/types.js';\nclass Feed { subscribeResource(uri: string) {} unsubscribeResource(uri: string) {} }\nconst feed = new Feed();\nfeed.subscribeResource('a');\nfeed.unsubscribeResource('a');` },
    { name: 'another handler', code: `${server}server.setRequestHandler(ListResourcesRequestSchema, async () => ({ resources: [] }));` },
    { name: 'the client listens', code: `import { Client } from '@modelcontextprotocol/client';\nconst client = new Client({ name: 'a', version: '1' });\nawait client.listen({ resourceSubscriptions: ['file:///a'] });` },
    { name: 'a route of a web application', code: `import '@modelcontextprotocol/sdk/types.js';\napp.post('/resources/subscribe', subscribe);\nconst SUBSCRIBE = 'resources/subscribe';` },
    { name: 'a schema that only types', code: `import type { SubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nexport type Subscribe = typeof SubscribeRequestSchema;` },
  ],
  invalid: [
    { name: 'a table of methods', code: `export const handlers = { 'tools/list': list, 'tools/call': call, «'resources/subscribe'»: subscribe, «'resources/unsubscribe'»: params => drop(params.uri) };`, found: ['subscription:entry', 'subscription:entry'] },
    { name: 'by schema', code: `${server}«server.setRequestHandler»(SubscribeRequestSchema, async r => { uris.add(r.params.uri); return {}; });`, found },
    { name: 'the end of it too', code: `${server}«server.setRequestHandler»(UnsubscribeRequestSchema, async r => { uris.delete(r.params.uri); return {}; });`, found: ['subscription:end-handler'] },
    { name: 'through the server of McpServer, in a function of another file', code: { 'index.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { watch } from './watch.js';\nwatch(new McpServer({ name: 'a', version: '1' }));`, 'watch.ts': `import { SubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nexport function watch(mcp) { «mcp.server.setRequestHandler»(SubscribeRequestSchema, async () => ({})); }` }, found },
    { name: 'a class that is a server', code: `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nimport * as types from '@modelcontextprotocol/sdk/types.js';\nclass Notes { private server: Server; constructor() { this.server = new Server({ name: 'a', version: '1' }, {}); «this.server.setRequestHandler»(types.SubscribeRequestSchema, this.subscribe); } }`, found },
    { name: 'CommonJS', code: { 'server.js': `const { Server } = require('@modelcontextprotocol/sdk/server/index.js');\nconst { SubscribeRequestSchema } = require('@modelcontextprotocol/sdk/types.js');\nconst server = new Server({ name: 'a', version: '1' }, {});\n«server.setRequestHandler»(SubscribeRequestSchema, () => ({}));` }, found },
    { name: 'by name on the second SDK line', code: `import { Server } from '@modelcontextprotocol/server';\nexport const wire = (server: Server) => { «server.setRequestHandler»('resources/subscribe', async () => ({})); «server.setRequestHandler»('resources/unsubscribe', async () => ({})); };`, found: ['subscription:handler', 'subscription:end-handler'] },
    { name: 'a client', code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nconst client = new Client({ name: 'a', version: '1' });\nawait «client.subscribeResource»({ uri });\nawait «client.unsubscribeResource»({ uri });`, found: ['subscription:client', 'subscription:client'] },
    { name: 'a proxy passes on', code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\n${server}export async function proxy({ client }: { client: Client }) { «server.setRequestHandler»(SubscribeRequestSchema, async args => «client.subscribeResource»(args.params)); }`, found: ['subscription:handler', 'subscription:client'] },
    { name: 'a request by hand', code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nimport { EmptyResultSchema } from '@modelcontextprotocol/sdk/types.js';\nconst client = new Client({ name: 'a', version: '1' });\nawait «client.request»({ method: 'resources/subscribe', params: { uri } }, EmptyResultSchema);`, found: ['subscription:sent'] },
    { name: 'a dispatcher by hand', code: `export async function dispatch(message) { switch (message.method) { case 'tools/list': return list(); case «'resources/subscribe'»: return subscribe(message.params.uri); } }`, found: ['subscription:compare'] },
  ],
});
