import { defineCases } from '../../test/cases.js';

const http = `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\n`;
const sse = `import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';\n`;

export default defineCases({
  valid: [
    { name: 'a client that makes up an id', code: `const first = 'notifications/initialized';\nexport async function open(url) {\n  const answer = await fetch(url, { method: 'POST' });\n  const sessionId = answer.headers.get('mcp-session-id') ?? randomUUID();\n  return fetch(url, { headers: { 'mcp-session-id': sessionId } });\n}` },
    { name: 'other ids of a server with sessions', code: `const answered = 'notifications/initialized';\nexport const handle = (req, res) => {\n  const requestId = crypto.randomUUID();\n  const session = sessions.get(req.headers['mcp-session-id']);\n  audit({ id: randomUUID(), requestId, session });\n};` },
    { name: 'what a proxy keeps of each upstream server', code: `import type { Client } from '@modelcontextprotocol/sdk/client/index.js';\nimport type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';\ninterface Upstream { name: string; client: Client; transport: Transport }\nconst upstreams = new Map<string, Upstream>();` },
    { name: 'the leg for older clients', code: `import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';\nimport { isLegacyRequest } from '@modelcontextprotocol/server';\nif (await isLegacyRequest(request)) await new NodeStreamableHTTPServerTransport({ sessionIdGenerator: undefined }).handleRequest(req, res);` },
    { name: 'a variable of one request, used in a function inside', code: `${http}app.post('/mcp', async (req, res) => {\n  let transport = sessions.get(req.query.id);\n  await lock(async () => { transport = new StreamableHTTPServerTransport(options); });\n  await transport.handleRequest(req, res);\n});` },
    { name: 'a field of an object for each session', code: `${sse}export class Link {\n  constructor(res) { this.res = res; }\n  open() { this.transport = new SSEServerTransport('/messages', this.res); }\n  receive(req, res) { return this.transport.handlePostMessage(req, res); }\n}` },
    { name: 'answers that are kept as a cache, and feeds that are not MCP', code: `${http}interface Feed { name: string; at: number }\nconst sessions = new Map<string, Feed>();\nconst answers = new Map<string, Response>();\nres.writeHead(200, { 'Content-Type': 'text/event-stream' });` },
    { name: 'a list in the constructor of a class without fields', code: `${sse}export class Hub {\n  constructor() { this.open = new Map(); this.names = new Map(); }\n  add(name, size) { this.open.set(name, { size }); this.names.set(name, name); }\n}` },
    { name: 'a stateless transport', code: `${http}const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });` },
    { name: 'a stateless transport without options', code: `${http}const transport = new StreamableHTTPServerTransport();` },
    { name: 'void 0 and null', code: `${http}new StreamableHTTPServerTransport({ sessionIdGenerator: void 0 });\nnew StreamableHTTPServerTransport({ sessionIdGenerator: null as never });` },
    { name: 'somebody else’s class of that name', code: `import { StreamableHTTPServerTransport } from './mine.js';\nimport '@modelcontextprotocol/sdk/types.js';\nnew StreamableHTTPServerTransport({ sessionIdGenerator: () => '1' });` },
    { name: 'clients by server name', code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nconst clients = new Map<string, Client>();` },
    { name: 'a list of servers that are closed at the end', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst servers: McpServer[] = [];` },
    { name: 'express-session', code: `import session from 'express-session';\nimport '@modelcontextprotocol/sdk/types.js';\nconst sessions = new Map<string, Session>();\napp.use(session({ genid: () => 'x' }));` },
    { name: 'a table of starters', code: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst servers = { one: new McpServer({ name: 'one', version: '1' }), two: new McpServer({ name: 'two', version: '1' }) };` },
    { name: 'a store of something else with a transport', code: { 'orders.ts': `import './server.js';\nexport class Orders<T extends Carrier> { private orders: { [orderId: string]: { transport: T } } = {}; add(id: string, transport: T) { this.orders[id] = { transport }; } }`, 'server.ts': `import '@modelcontextprotocol/sdk/server/mcp.js';` } },
  ],
  invalid: [
    {
      name: 'an id made first and given out by the generator: told once',
      code: `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nexport const open = (req) => {\n  if (req.headers['mcp-session-id']) return;\n  const sessionId = crypto.randomUUID();\n  return new «StreamableHTTPServerTransport»({ «sessionIdGenerator: () => sessionId» });\n};`,
      found: ['transport:stateful', 'sessionIdGenerator'],
    },
    {
      name: 'ids that a server by hand gives out',
      code: `import { createServer } from 'node:http';\nconst answered = 'notifications/initialized';\ncreateServer((req, res) => {\n  const existing = req.headers['mcp-session-id'];\n  const sessionId = existing ?? «crypto.randomUUID()»;\n  res.setHeader('mcp-session-id', sessionId);\n});\nconst generateSessionId = () => { return «randomBytes(16)».toString('hex'); };`,
      found: ['sessionIdGenerator:minted', 'sessionIdGenerator:minted'],
    },
    {
      name: 'a transport of the project itself',
      code: { 'wire.ts': `import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';\nexport class WireTransport implements Transport { constructor(private options: { sessionIdGenerator?: () => string }) {} }`, 'server.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { WireTransport } from './wire.js';\nexport const open = async (id?: string) => { const t = new «WireTransport»({ «sessionIdGenerator: () => id ?? crypto.randomUUID()» }); await new McpServer({ name: 'a', version: '1' }).connect(t); };` },
      found: ['transport:stateful', 'sessionIdGenerator'],
    },
    { name: 'a handler that is only spoken of', code: `import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';\n// Not with createMcpHandler yet.\nconst transport = new «NodeStreamableHTTPServerTransport»({});`, found: ['legacy-only:http'] },
    { name: 'a transport per request, on the second line of the SDK', code: `import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';\nconst transport = new «NodeStreamableHTTPServerTransport»({ sessionIdGenerator: undefined });`, found: ['legacy-only:http'] },
    {
      name: 'the SDK example',
      code: `${http}import { randomUUID } from 'node:crypto';
const «transports»: Record<string, StreamableHTTPServerTransport> = {};
app.post('/mcp', async (req, res) => {
  const transport = new «StreamableHTTPServerTransport»({ «sessionIdGenerator: () => randomUUID()», onsessioninitialized: id => { transports[id] = transport; } });
});`,
      found: ['map:transports', 'transport:stateful', 'sessionIdGenerator'],
    },
    { name: 'the generator by name', code: `${http}import { randomUUID } from 'node:crypto';\nnew «StreamableHTTPServerTransport»({ «sessionIdGenerator: randomUUID» });`, found: ['transport:stateful', 'sessionIdGenerator'] },
    { name: 'options in a variable', code: `${http}const options = { «sessionIdGenerator: () => crypto.randomUUID()» };\nconst transport = new «StreamableHTTPServerTransport»(options);`, found: ['sessionIdGenerator', 'transport:stateful'] },
    { name: 'stateless only on demand', code: `${http}new «StreamableHTTPServerTransport»({ «sessionIdGenerator: stateless ? undefined : () => crypto.randomUUID()» });`, found: ['transport:stateful', 'sessionIdGenerator'] },
    { name: 'CommonJS', code: { 'server.cjs': `const { StreamableHTTPServerTransport } = require('@modelcontextprotocol/sdk/server/streamableHttp.js');\nconst «sessions» = {};\nfunction open(id) { sessions[id] = new «StreamableHTTPServerTransport»({ «sessionIdGenerator: () => id» }); }` }, found: ['map:sessions', 'transport:stateful', 'sessionIdGenerator'] },
    { name: 'a dynamic import', code: `const { StreamableHTTPServerTransport } = await import('@modelcontextprotocol/sdk/server/streamableHttp.js');\nnew «StreamableHTTPServerTransport»({ «sessionIdGenerator: () => 'a'» });`, found: ['transport:stateful', 'sessionIdGenerator'] },
    { name: 'the second SDK line', code: `import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';\nnew «NodeStreamableHTTPServerTransport»({ «sessionIdGenerator: () => 'a'» });`, found: ['transport:stateful', 'sessionIdGenerator'] },
    { name: 'a Map without types, filled elsewhere', code: `${sse}const «live» = new Map();\nfunction open(res) { const transport = new SSEServerTransport('/messages', res); live.set(transport.sessionId, transport); }`, found: ['map:live'] },
    { name: 'a class field', code: `${sse}class Hub { private readonly «live» = new Map<string, SSEServerTransport>(); }`, found: ['map:live'] },
    {
      name: 'one variable for the transport of the last connection',
      code: `${sse}const app = express();\nlet «transport»;\napp.get('/sse', async (req, res) => {\n  transport = new SSEServerTransport('/message', res);\n  await server.connect(transport);\n});\napp.post('/message', async (req, res) => {\n  await transport.handlePostMessage(req, res);\n});`,
      found: ['last:transport'],
    },
    {
      name: 'the same in a function, with a type, and with the new transport',
      code: `${sse}import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nexport function listen(app: Express): void {\n  let «open»: SSEServerTransport | null = null;\n  app.post('/messages', (req, res) => { if (open) open.handlePostMessage(req, res); });\n  app.get('/sse', (req, res) => { open = new SSEServerTransport('/messages', res); open.onclose = () => { open = null; }; });\n}\nlet «shared»: StreamableHTTPServerTransport | undefined;\nexport const handle = async (req: Request, res: Response) => {\n  if (!shared) { shared = new «StreamableHTTPServerTransport»({ «sessionIdGenerator: () => crypto.randomUUID()» }); }\n  await shared!.handleRequest(req, res);\n};`,
      found: ['last:open', 'last:shared', 'transport:stateful', 'sessionIdGenerator'],
    },
    {
      name: 'a field for the last connection',
      code: `${sse}export class Host {\n  private «transport»?: SSEServerTransport;\n  routes(app: Express): void {\n    app.get('/sse', async (req, res) => { this.transport = new SSEServerTransport('/messages', res); });\n    app.post('/messages', async (req, res) => { await this.transport?.handlePostMessage(req, res); });\n  }\n}`,
      found: ['last:transport'],
    },
    { name: 'a field that the constructor of a class in JavaScript makes', code: { 'hub.js': `${sse}export class Hub {\n  constructor(name) { this.name = name; this.«live» = new Map(); }\n  open(res) { const transport = new SSEServerTransport('/messages', res); const sessionId = transport.sessionId; this.live.set(sessionId, { transport, since: Date.now() }); }\n}` }, found: ['map:live'] },
    {
      name: 'open answers of streams that are written by hand',
      code: `import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';\nimport { Server } from '@modelcontextprotocol/sdk/server/index.js';\ninterface Connection { response: express.Response; since: number }\nconst «connections» = new Map<string, Connection>();\nconst «clients»: Map<string, ServerResponse> = new Map();\nclass Streams {\n  private static «sessions»: Record<string, { server: Server; res: Response }> = {};\n}\napp.get('/sse', (req, res) => { res.writeHead(200, { 'Content-Type': 'text/event-stream' }); });`,
      found: ['map:connections', 'map:clients', 'map:sessions'],
    },
    {
      name: 'sessions of a transport of the project',
      code: `import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';\ninterface Session { open: Set<http.ServerResponse>; pending: Set<string> }\nexport class StreamingTransport implements Transport {\n  private «sessions»: Map<string, Session> = new Map();\n}`,
      found: ['map:sessions'],
    },
    { name: 'a field that the constructor makes', code: `${sse}class Hub { «live»: Map<string, SSEServerTransport>; constructor() { this.live = new Map(); } }`, found: ['map:live'] },
    { name: 'records that hold more than the transport', code: `${http}interface Session { transport: StreamableHTTPServerTransport; seen: number }\nconst «sessions» = new Map<string, Session>();`, found: ['map:sessions'] },
    { name: 'a generic class around the map', code: `import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';\nclass Sessions<T extends Transport> { private readonly «byId»: Map<string, T> = new Map(); }`, found: ['map:byId'] },
    { name: 'a record of servers', code: `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\nconst «servers»: { [sessionId: string]: Server } = {};`, found: ['map:servers'] },
    { name: 'an index signature behind an alias', code: `${http}type Transports = { [id: string]: StreamableHTTPServerTransport };\nconst «byId»: Transports = {};`, found: ['map:byId'] },
    { name: 'a store that is written for any transport', code: { 'server.ts': `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nimport { SessionStore } from './store.js';\nconst store = new SessionStore<StreamableHTTPServerTransport>();`, 'store.ts': `interface Closeable { close(): Promise<void> }\nexport class SessionStore<T extends Closeable> { private «sessions»: { [sessionId: string]: { transport: T; timer: NodeJS.Timeout } } = {}; set(sessionId: string, transport: T, timer: NodeJS.Timeout) { this.sessions[sessionId] = { transport, timer }; } }` }, found: ['map:sessions'] },
    { name: 'records whose type is written in another file', code: { 'model.ts': `import type { Server } from '@modelcontextprotocol/sdk/server/index.js';\nexport interface Session { server: Server; seen: number }`, 'sessions.ts': `import type { Session } from './model.js';\nexport class Sessions { private «active»: Record<string, Session>; constructor() { this.active = {}; } }` }, found: ['map:active'] },
  ],
});
