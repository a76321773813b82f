import { defineCases } from '../../test/cases.js';

const http = `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\n`;
const server = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\n`;

export default defineCases({
  valid: [
    { name: 'an event sourced application', code: `import '@modelcontextprotocol/sdk/types.js';\nclass Ledger { constructor(private eventStore: Store) {} }\nnew Ledger({ eventStore });\nstart({ eventStore: new Store() });` },
    { name: 'a store with one such method', code: `import '@modelcontextprotocol/sdk/types.js';\nclass Audit { async storeEvent(e: unknown) { return e; } }` },
    { name: 'no store', code: `${http}new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, eventStore: undefined });` },
    { name: 'the header in a list for browsers', code: `import '@modelcontextprotocol/sdk/types.js';\napp.use(cors({ allowedHeaders: ['content-type', 'last-event-id'] }));\n// last-event-id is not read` },
    { name: 'a stream of the application', code: `import { stream } from './stream.js';\nconst lastId = req.headers['last-event-id'];` },
    { name: 'an interval of something else', code: `import '@modelcontextprotocol/sdk/types.js';\nqueue.process({ retryInterval: 500 });\nsource.closeSSEStream();` },
    { name: 'an interface that is only imported', code: `import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nexport interface Options { eventStore?: EventStore }` },
  ],
  invalid: [
    { name: 'an implementation', code: `import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nexport class «Redis» implements EventStore { async storeEvent() { return '1'; } async replayEventsAfter() { return 's'; } }`, found: ['resume:store'] },
    { name: 'an implementation without types', code: { 'store.js': `// for @modelcontextprotocol/sdk\nexport class «MemoryEvents» { async storeEvent(stream, message) {} async replayEventsAfter(id, { send }) {} }` }, found: ['resume:store'] },
    { name: 'a class in a variable', code: { 'store.cjs': `require('@modelcontextprotocol/sdk/types.js');\nexports.Store = «class { storeEvent() {} replayEventsAfter() {} }»;` }, found: ['resume:store'] },
    { name: 'the option of the transport', code: `${http}import { InMemoryEventStore } from '@modelcontextprotocol/sdk/examples/shared/inMemoryEventStore.js';\nconst eventStore = new InMemoryEventStore();\nnew StreamableHTTPServerTransport({ sessionIdGenerator: () => id, «eventStore» });`, found: ['resume:eventStore'] },
    { name: 'options in a variable', code: `${http}const options = { sessionIdGenerator: makeId, «eventStore: store», «retryInterval: 2000» };\nnew StreamableHTTPServerTransport(options);`, found: ['resume:eventStore', 'resume:retryInterval'] },
    { name: 'the header', code: `${http}app.get('/mcp', (req, res) => { const last = «req.headers['last-event-id']»; if (last) log(last); });`, found: ['resume:header'] },
    { name: 'the header fetch style', code: `${http}app.get('/mcp', c => resume(«c.req.header('Last-Event-ID')», «request.headers.get('last-event-id')»));`, found: ['resume:header', 'resume:header'] },
    { name: 'a tool that ends its stream', code: `${server}server.registerTool('slow', {}, async extra => { «extra.closeSSEStream»?.(); await work(); return { content: [] }; });`, found: ['resume:disconnect'] },
    { name: 'a destructured context', code: `${server}server.registerTool('slow', {}, async ({ closeStandaloneSSEStream }) => { «closeStandaloneSSEStream»?.(); return { content: [] }; });`, found: ['resume:disconnect'] },
    { name: 'the second SDK line', code: `import { McpServer } from '@modelcontextprotocol/server';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('slow', {}, async ctx => { «ctx.http?.closeSSE»?.(); return { content: [] }; });`, found: ['resume:disconnect'] },
    { name: 'a client that resumes', code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nconst client = new Client({ name: 'a', version: '1' });\nawait client.request({ method: 'tools/call', params }, schema, { «resumptionToken: last», «onresumptiontoken: token => { last = token; }» });`, found: ['resume:resumptionToken', 'resume:onresumptiontoken'] },
    { name: 'a client that takes up its stream', code: `import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';\nconst transport = new StreamableHTTPClientTransport(url);\nawait «transport.resumeStream»(last);`, found: ['resume:client'] },
    { name: 'a framework', code: `import { FastMCP } from 'fastmcp';\nconst server = new FastMCP({ name: 'a', version: '1.0.0' });\nserver.start({ transportType: 'httpStream', httpStream: { port: 1, «eventStore: store» } });`, found: ['resume:eventStore'] },
  ],
});
