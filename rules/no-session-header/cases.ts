import { defineCases } from '../../test/cases.js';

const read = 'header:read';

export default defineCases({
  valid: [
    { name: 'a session of the web application', code: `app.get('/me', (req, res) => res.json({ user: req.session.user, id: req.sessionID, h: req.headers['x-session-id'] }));` },
    { name: 'the name in a comment and in a message', code: `// Mcp-Session-Id must be there\nconst problem = 'Bad Request: Mcp-Session-Id header is required';` },
    { name: 'an OpenAPI description of the header', code: `export const docs = { parameters: [{ name: 'mcp-session-id', in: 'header', description: 'Session', schema: { type: 'string' } }] };` },
    { name: 'a response header that is only described', code: `export const responses = { headers: { 'Mcp-Session-Id': { description: 'Session', schema: { type: 'string' } } } };` },
    { name: 'the headers of the new revision', code: `app.use(cors({ allowedHeaders: ['Content-Type', 'Mcp-Protocol-Version', 'Mcp-Method', 'Mcp-Name'] }));` },
  ],
  invalid: [
    { name: 'a list that a function gives', code: `class Host {\n  corsAllowedHeaders() { return «'Content-Type, Mcp-Session-Id'»; }\n}\nconst exposedHeaders = () => «'Mcp-Session-Id, X-Trace'»;`, found: ['cors:session-header', 'cors:session-header'] },
    { name: 'Express and node:http', code: `app.post('/mcp', (req, res) => {\n  const sessionId = «req.headers['mcp-session-id']» as string | undefined;\n});`, found: [read] },
    { name: 'any case', code: `const id = «req.headers['Mcp-Session-Id']» ?? «req.get('MCP-SESSION-ID')»;`, found: [read, read] },
    { name: 'fetch style', code: `export const POST = (request: Request) => run(«request.headers.get('mcp-session-id')»);`, found: [read] },
    { name: 'Hono', code: `app.all('/mcp', c => handle(«c.req.header('mcp-session-id')», c));`, found: [read] },
    { name: 'destructured', code: `const { «'mcp-session-id'»: sessionId } = request.headers;`, found: [read] },
    { name: 'the name in a constant, read through it', code: `const SESSION_HEADER = «'mcp-session-id'»;\nexport const idOf = (req) => «req.headers[SESSION_HEADER]»;`, found: ['header:constant', read] },
    {
      name: 'a constant of another file',
      code: { 'names.ts': `export const SESSION_HEADER = «'mcp-session-id'»;`, 'server.ts': `import { SESSION_HEADER } from './names.js';\nexport const idOf = (req) => «req.headers[SESSION_HEADER]»;\nconst sdk = '@modelcontextprotocol/sdk';` },
      found: ['header:constant', read],
    },
    { name: 'written on a response', code: `res.setHeader(«'Mcp-Session-Id'», transport.sessionId);`, found: ['header:write'] },
    { name: 'sent by a hand-written client', code: `await fetch(url, { method: 'POST', headers: { «'mcp-session-id'»: id, accept: 'application/json' }, body });`, found: ['header:write'] },
    { name: 'read from an answer by a hand-written client', code: `const answer = await fetch(url, { method: 'POST', body });\nconst id = «answer.headers.get('mcp-session-id')»;`, found: ['client:session-header'] },
    { name: 'a list of headers to forward', code: `const FORWARDED = ['authorization', «'mcp-session-id'»];`, found: ['header:list'] },
    { name: 'compared', code: `for (const [name, value] of entries) if (name.toLowerCase() === «'mcp-session-id'») session = value;`, found: ['header:compare'] },
    { name: 'a CORS header with this name alone', code: `app.use((req, res, next) => { res.header('Access-Control-Expose-Headers', «'mcp-session-id'»); next(); });`, found: ['cors:session-header'] },
    { name: 'a property of that kind', code: `export const preflight = () => new Response(null, { headers: { 'Access-Control-Expose-Headers': «'mcp-session-id'» } });`, found: ['cors:session-header'] },
    { name: 'an assignment with a default', code: `result.headers['access-control-allow-headers'] = cors.allowHeaders ?? «'Content-Type, mcp-session-id'»;`, found: ['cors:session-header'] },
    {
      name: 'a constant in CORS lists',
      code: `const SESSION = «'mcp-session-id'»;
app.use(cors({ exposedHeaders: [«SESSION», 'x-trace'] }));
export const open = res => res.header('Access-Control-Allow-Headers', «\`Content-Type, \${SESSION}\`»);`,
      found: ['header:constant', 'cors:session-header', 'cors:session-header'],
    },
    { name: 'the cors middleware', code: `app.use(cors({ origin: '*', exposedHeaders: [«'Mcp-Session-Id'»] }));`, found: ['cors:session-header'] },
    { name: 'a CORS header by hand', code: `res.setHeader('Access-Control-Allow-Headers', «'Content-Type, mcp-session-id'»);`, found: ['cors:session-header'] },
    { name: 'a CORS header of nothing else', code: `res.setHeader('Access-Control-Expose-Headers', «'Mcp-Session-Id'»);`, found: ['cors:session-header'] },
    { name: 'CORS headers in an object', code: `const headers = { 'Access-Control-Expose-Headers': «'Mcp-Session-Id, Content-Length'» };`, found: ['cors:session-header'] },
    { name: 'a CORS list that is joined', code: `res.header('Access-Control-Allow-Headers', ['Content-Type', «'mcp-session-id'»].join(', '));`, found: ['cors:session-header'] },
    { name: 'Hono cors', code: `app.use('/mcp', cors({ origin: '*', allowHeaders: ['Content-Type', «'mcp-session-id'»], exposeHeaders: [«'mcp-session-id'»] }));`, found: ['cors:session-header', 'cors:session-header'] },
    { name: 'one read in several parts of an expression', code: `const id = Array.isArray(«req.headers['mcp-session-id']») ? req.headers['mcp-session-id'][0] : req.headers['mcp-session-id'];`, found: ['header:read'] },
  ],
});
