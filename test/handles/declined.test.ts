// What must not be moved automatically: nothing is rewritten, and the right marker says why.
import { describe, expect, it } from 'vitest';
import { transforms } from '../../transforms/index.js';
import { memoryTree } from '../../src/files/memory.js';
import { planMigration, type Plan } from '../../src/migrate/plan.js';
import { Project } from '../../src/project.js';
import { registry } from '../../src/registry.js';

const HEAD = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { z } from 'zod';\n`;
const content = (text: string): string => `{ content: [{ type: 'text', text: ${text} }] }`;

/** A server with these tools. \`outside\` stands before the factory, \`inside\` at its beginning. */
function server(outside: string, tools: readonly string[], inside = ''): string {
  return `${HEAD}${outside}\nexport function createServer() {\n  const server = new McpServer({ name: 's', version: '1.0.0' });\n${inside}\n${tools.map((t, i) => `  server.registerTool('tool_${String(i)}', { inputSchema: { text: z.string() } }, async ({ text }, extra) => {\n${t}\n  });`).join('\n')}\n  return server;\n}\n`;
}

function plan(text: string, file = 'server.ts'): Plan {
  return planMigration(new Project(memoryTree(new Map([[file, text]]))), transforms.filter(t => t.id === 'session-to-handle'), registry, { includeTests: true, choices: { target: 'v1-stateless' } });
}

/** A tool that keeps something, and something else that reads it. */
function reader(other: string): string {
  return server('const notes: string[] = [];', [`    notes.push(text);\n    return ${content('notes.join()')};`]).replace('  return server;', `  ${other}\n  return server;`);
}

const DECLINED: Readonly<Record<string, readonly (readonly [name: string, text: string])[]>> = {
  'state-key': [
    ['a key that is not the session', server('const m = new Map<string, string[]>();', [`    const list = m.get(extra.sessionId ?? '') ?? [];\n    list.push(text);\n    m.set(extra.sessionId ?? '', list);\n    return ${content('text')};`, `    return ${content("String(m.get('shared')?.length)")};`])],
    ['all sessions at once', server('const m = new Map<string, string[]>();', [`    m.set(extra.sessionId ?? '', [text]);\n    return ${content('text')};`, `    return ${content('[...m.values()].flat().join()')};`])],
    ['more than the session in a set', server('const asked = new Set<string>();', [`    const key = \`\${extra.sessionId}:\${text}\`;\n    if (asked.has(key)) return ${content("'again'")};\n    asked.add(key);\n    return ${content('text')};`, `    return ${content("String(asked.has(extra.sessionId ?? ''))")};`])],
    ['the session with something else', server('const m = new Map<string, number>();', [`    const key = \`\${extra.sessionId}:\${text}\`;\n    m.set(key, (m.get(key) ?? 0) + 1);\n    return ${content('String(m.get(key))')};`, `    return ${content("String(m.get(extra.sessionId + text))")};`])],
    ['the session with something else, by a function', server('const m = new Map<string, number>();\nconst keyFor = (session: string | undefined, name: string) => `${session}:${name}`;', [`    m.set(keyFor(extra.sessionId, text), 1);\n    return ${content('text')};`, `    return ${content("String(m.get(keyFor(extra.sessionId, text)))")};`])],
    ['several entries for one session', server('const m = new Map<string, string>();', [`    m.set(\`draft:\${extra.sessionId}\`, text);\n    return ${content('text')};`, `    m.set(\`final:\${extra.sessionId}\`, m.get(\`draft:\${extra.sessionId}\`) ?? '');\n    return ${content("m.get(`final:${extra.sessionId}`) ?? ''")};`])],
    ['how many sessions are in a set', server('const loud = new Set<string>();', [`    loud.add(extra.sessionId ?? '');\n    return ${content('String(loud.size)')};`, `    return ${content("String(loud.has(extra.sessionId ?? ''))")};`])],
    ['the session id in the answer', server('const m = new Map<string, string[]>();', [`    m.set(extra.sessionId ?? '', [text]);\n    return ${content('`${extra.sessionId}`')};`, `    return ${content("String(m.get(extra.sessionId ?? '')?.length)")};`])],
  ],
  'state-key and other lists': [
    ['a resource that reads it', reader('server.registerResource(\'notes\', \'notes://all\', {}, async uri => ({ contents: [{ uri: uri.href, text: notes.join() }] }));')],
    ['a prompt that reads it', reader(`server.registerPrompt('sum', {}, async () => ({ messages: [{ role: 'user', content: { type: 'text', text: notes.join() } }] }));`)],
  ],
  'state-initial': [
    ['a first value from the arguments', server('const m = new Map<string, { name: string; n: number }>();', [`    if (!m.has(extra.sessionId ?? '')) m.set(extra.sessionId ?? '', { name: text, n: 0 });\n    const own = m.get(extra.sessionId ?? '');\n    if (own) own.n++;\n    return ${content('`${own?.name} ${own?.n}`')};`])],
    ['a first value from the factory', `${HEAD}\nexport function createServer(start: string) {\n  const server = new McpServer({ name: 's', version: '1.0.0' });\n  let place: string = start;\n  server.registerTool('go', { inputSchema: { to: z.string() } }, async ({ to }) => {\n    const before = place;\n    place = to;\n    return ${content('before')};\n  });\n  return server;\n}\n`],
  ],
  'state-initial before what is not seen': [
    ['a first value of no known type, from the factory', `${HEAD}\nexport function createServer(context: { agent?: string }) {\n  const server = new McpServer({ name: 's', version: '1.0.0' });\n  let agent = context.agent ?? 'unknown';\n  server.registerTool('go', { inputSchema: { to: z.string() } }, async ({ to }) => {\n    const before = agent;\n    agent = to;\n    return ${content('before')};\n  });\n  return server;\n}\n`],
  ],
  'state-escapes': [
    ['a timer', server('let log: string[] = [];', [`    setTimeout(() => { log.push(text); }, 1000);\n    return ${content('text')};`, `    log = [...log, text];\n    return ${content('log.join()')};`])],
    ['work that is not waited for', server(`let log: string[] = [];\nasync function save(line: string) {\n  await Promise.resolve();\n  log.push(line);\n}`, [`    void save(text);\n    return ${content('log.join()')};`])],
    ['a listener', server(`let lines: string[] = [];`, [`    process.stdin.on('data', d => { lines.push(String(d)); });\n    return ${content('text')};`, `    lines.push(text);\n    return ${content('lines.join()')};`])],
  ],
  'state-not-serializable': [
    ['a Map', server('const notes = new Map<string, string>();\nlet last = "";', [`    notes.set('x' + notes.size, text);\n    return ${content('[...notes.keys()].join()')};`, `    return ${content('[...notes.values()].join()')};`])],
    ['a Set', server('const names = new Set<string>();', [`    names.add(text + names.size);\n    return ${content('text')};`, `    return ${content('[...names].join()')};`])],
    ['bytes', server('let image: Buffer | undefined;', [`    image = Buffer.from(text);\n    return ${content('text')};`, `    return ${content("image?.toString('base64') ?? ''")};`])],
    ['a date', server('let since: Date | undefined;', [`    since = new Date(text);\n    return ${content('text')};`, `    return ${content('String(since)')};`])],
    ['objects of a class', server('class Board {\n  constructor(readonly name: string) {}\n  show() { return this.name; }\n}\nconst boards: Board[] = [];', [`    boards.push(new Board(text));\n    return ${content('text')};`, `    return ${content('boards.map(b => b.show()).join()')};`])],
    ['a function', server('let format: ((x: string) => string) | undefined;', [`    format = x => x + text;\n    return ${content('text')};`, `    return ${content("String(format?.('a'))")};`])],
  ],
  'state-nested': [
    ['two entries at once', server('const m = new Map<string, number>();', [`    m.set(extra.sessionId ?? '', text.length);\n    return ${content('text')};`, `    const own = m.get(extra.sessionId ?? '') ?? 0;\n    const other = m.get(text) ?? 0;\n    return ${content('String(own - other)')};`])],
    ['a handler that another tool calls', `${HEAD}let total = 0;\nasync function add({ n }: { n: number }) {\n  total += n;\n  return ${content('`${total}`').replace("'text'", "'text' as const")};\n}\nexport function createServer() {\n  const server = new McpServer({ name: 's', version: '1.0.0' });\n  server.registerTool('add', { inputSchema: { n: z.number() } }, add);\n  server.registerTool('add_twice', { inputSchema: { n: z.number() } }, async ({ n }) => {\n    await add({ n });\n    return add({ n });\n  });\n  return server;\n}\n`],
  ],
  'dynamic-registration': [
    ['tools that are registered by a tool', server('let mode = "a";', [`    mode = text;\n    server.registerTool('extra_' + text, {}, async () => (${content("'x'")}));\n    return ${content('text')};`, `    return ${content('mode')};`])],
    ['tools that a tool switches on', server('let mode = "a";', [`    mode = text;\n    admin.enable();\n    return ${content('text')};`, `    return ${content('mode')};`], `  const admin = server.registerTool('admin', {}, async () => (${content("'x'")}));`)],
  ],
  'session-auth': [
    ['who a session belongs to', server('const sessionUsers = new Map<string, string>();', [`    sessionUsers.set(extra.sessionId ?? '', text);\n    return ${content('text')};`, `    return ${content("sessionUsers.get(extra.sessionId ?? '') ?? 'nobody'")};`])],
    ['tokens by session', server('const tokens = new Map<string, { token: string }>();', [`    tokens.set(extra.sessionId ?? '', { token: text });\n    return ${content("'signed in'")};`, `    return ${content("tokens.get(extra.sessionId ?? '')?.token ?? 'none'")};`])],
    ['the current user', server('let currentUser: string | undefined;', [`    currentUser = text;\n    return ${content('text')};`, `    return ${content("currentUser ?? 'nobody'")};`])],
  ],
  'session-store': [
    ['data in Redis, and the session id in an answer', server(`import Redis from 'ioredis';\nconst redis = new Redis();`, [`    await redis.set(\`cart:\${extra.sessionId}\`, text);\n    return ${content('`${extra.sessionId}`')};`, `    return ${content("(await redis.get(`cart:${extra.sessionId}`)) ?? ''")};`])],
    ['data in Redis that a resource reads', server(`import Redis from 'ioredis';\nconst redis = new Redis();`, [`    await redis.set(\`cart:\${extra.sessionId}\`, text);\n    return ${content('text')};`]).replace('  return server;', "  server.registerResource('cart', 'cart://mine', {}, async (uri, extra) => ({ contents: [{ uri: uri.href, text: (await redis.get(`cart:${extra.sessionId}`)) ?? '' }] }));\n  return server;")],
    ['data in Redis after the call', server(`import Redis from 'ioredis';\nconst redis = new Redis();`, [`    setTimeout(() => { void redis.set(\`cart:\${extra.sessionId}\`, text); }, 10);\n    return ${content('text')};`])],
    ['items in DynamoDB', server(`import { DynamoDBClient } from '@aws-sdk/client-dynamodb';\nimport { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';\nconst dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({}));`, [`    await dynamo.send(new PutCommand({ TableName: 'notes', Item: { pk: extra.sessionId, text } }));\n    return ${content('`${extra.sessionId}: ${text}`')};`, `    const { Item } = await dynamo.send(new GetCommand({ TableName: 'notes', Key: { pk: extra.sessionId } }));\n    return ${content("String(Item?.['text'])")};`])],
    ['rows in a database', server(`import { Pool } from 'pg';\nconst pool = new Pool();`, [`    await pool.query('insert into notes values ($1, $2)', [extra.sessionId, text]);\n    return ${content('text')};`], '').replace('async ({ text }, extra)', 'async ({ text }, { sessionId })').replace('extra.sessionId', 'sessionId')],
  ],
  'session-telemetry': [
    ['a count of calls', server('const requestCounts = new Map<string, number>();', [`    requestCounts.set(extra.sessionId ?? '', (requestCounts.get(extra.sessionId ?? '') ?? 0) + 1);\n    if ((requestCounts.get(extra.sessionId ?? '') ?? 0) > 10) throw new Error('too many');\n    return ${content('text')};`])],
    ['a rate limit', server('const rateLimits = new Map<string, number[]>();', [`    const times = rateLimits.get(extra.sessionId ?? '') ?? [];\n    times.push(Date.now());\n    rateLimits.set(extra.sessionId ?? '', times);\n    return ${content('`${times.length} ${text}`')};`])],
  ],
};

/** Where each container of these servers is declared. */
const DECLARED = /^\s*(?:const|let) (?!server|.*(?:new Redis|new Pool|require|randomUUID))|redis\.set|pool\.query|dynamo\.send/;

describe.each(Object.entries(DECLINED))('%s', (heading, cases) => {
  const [marker = ''] = heading.split(' ');
  it.each(cases)('%s', (_name, text) => {
    const { result, declines, left, dropped } = plan(text);
    expect(dropped).toEqual([]);
    const state = left.filter(f => /^no-(?:session|process)-state$|^no-session-auth$/.test(f.rule));
    expect(state.length, 'a finding is left').toBeGreaterThan(0);
    expect(declines.map(d => d.marker)).toContain(marker);
    // Only comments are added, and the marker stands above what it is about.
    const lines = (result['server.ts'] ?? '').split('\n');
    expect(lines.filter(l => !l.includes('TODO(mcp-stateless:')).join('\n')).toBe(text);
    const at = lines.findIndex(l => l.includes(`TODO(mcp-stateless:${marker})`));
    expect(at, 'a marker').toBeGreaterThanOrEqual(0);
    expect(lines.slice(at).find(l => !l.includes('TODO('))).toMatch(DECLARED);
    expect(declines.map(d => d.for).every(f => state.some(s => s.fingerprint === f))).toBe(true);
    expect(JSON.stringify(result)).not.toContain('HandleStore');
  });
});

describe('the comment says what stands in the way of this one', () => {
  const said = (heading: string, index: number): string | undefined => {
    const text = DECLINED[heading]?.[index]?.[1] ?? '';
    return plan(text).markers[0]?.text.replace(/^TODO\(mcp-stateless:/, '');
  };
  it.each([
    ['state-key', 1, 'state-key): Session state that cannot be moved automatically: m is also used as a whole, over all sessions. Give it a handle, as in create_<kind>.'],
    ['state-initial', 0, 'state-initial): Session state that cannot be moved automatically: what m begins with depends on the arguments of the tool that is called first. Give it a handle, as in create_<kind>.'],
    ['state-escapes', 0, 'state-escapes): Session state that cannot be moved automatically: log is used by a function that may run after the call. Give it a handle, as in create_<kind>.'],
    ['state-nested', 0, 'state-nested): Session state that cannot be moved automatically: a call uses two entries of m at once. Give it a handle, as in create_<kind>.'],
    ['state-not-serializable', 0, 'state-not-serializable): notes, made by new Map, cannot be stored outside this process. Keep it in one process, keyed by a handle, or replace it.'],
  ])('%s', (heading, index, expected) => {
    expect(said(heading, index)).toBe(expected);
  });
});

describe('stores outside', () => {
  const reasonFor = (text: string): string | undefined => plan(text).declines.find(d => d.marker === 'session-store')?.reason;
  it('with data of tools get the plan for another key, by tool', () => {
    expect(reasonFor(DECLINED['session-store']?.[0]?.[1] ?? '')).toMatch(/^tool_0 keeps data in Redis under the session id\. Let a tool give out an id.* Not rewritten: The session id is also used for something else than keys of the store/);
  });

  it('with the record of the session itself get the plan to remove it', () => {
    const record = `${HEAD}import express from 'express';\nimport Redis from 'ioredis';\nimport { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nconst redis = new Redis();\nconst app = express();\napp.post('/mcp', async (req, res) => {\n  const server = new McpServer({ name: 's', version: '1.0.0' });\n  const sessionId = req.headers['mcp-session-id'] as string;\n  await redis.set(\`session:\${sessionId}\`, JSON.stringify({ at: Date.now() }));\n  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });\n  await server.connect(transport);\n  await transport.handleRequest(req, res, req.body);\n});\n`;
    expect(reasonFor(record)).toMatch(/^This is the record of the session itself in Redis: remove it/);
  });
});

describe('data in stores outside', () => {
  const moved = (text: string): string => {
    const { result, declines, dropped, left, markers } = plan(text);
    expect([declines, dropped, markers, left.filter(f => /^no-session-state$/.test(f.rule))]).toEqual([[], [], [], []]);
    return result['server.ts'] ?? '';
  };
  it('in Redis gets a key that the handle holds', () => {
    const text = moved(server(`import Redis from 'ioredis';\nconst redis = new Redis();`, [`    await redis.set(\`cart:\${extra.sessionId}\`, text);\n    return ${content('text')};`, `    if (!extra.sessionId) throw new Error('no session');\n    return ${content("(await redis.get(`cart:${extra.sessionId}`)) ?? ''")};`]));
    expect(text).toContain('initial: () => ({ cartKey: crypto.randomUUID() })');
    expect(text).toContain('redis.set(`cart:${state.cartKey}`, text)');
    expect(text).toContain('redis.get(`cart:${state.cartKey}`)');
    expect(text).not.toMatch(/sessionId|no session/);
  });

  it('in DynamoDB and SQL too, through functions between', () => {
    const dynamo = moved(server(`import { DynamoDBClient } from '@aws-sdk/client-dynamodb';\nimport { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';\nconst dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({}));\nasync function load(session: string) {\n  const { Item } = await dynamo.send(new GetCommand({ TableName: 'notes', Key: { pk: session } }));\n  return Item;\n}`, [`    const session = extra.sessionId ?? 'default';\n    await dynamo.send(new PutCommand({ TableName: 'notes', Item: { pk: session, text } }));\n    return ${content('text')};`, `    return ${content("String((await load(extra.sessionId ?? 'default'))?.['text'])")};`]));
    expect(dynamo).toContain('const session = state.noteKey;');
    expect(dynamo).toContain('await load(state.noteKey)');
    const sql = moved(server(`import { Pool } from 'pg';\nconst pool = new Pool();`, [`    await pool.query('insert into notes values ($1, $2)', [extra.sessionId, text]);\n    return ${content('text')};`]));
    expect(sql).toContain("pool.query('insert into notes values ($1, $2)', [state.noteKey, text])");
    expect(sql).toContain("createTool: 'create_note'");
  });
});

describe('a store that the HTTP layer uses too', () => {
  const http = (key: string): string => `${HEAD}import express from 'express';\nimport { redis } from './redis.js';\nimport { createServer } from './server.js';\nimport { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nconst app = express();\napp.post('/mcp', async (req, res) => {\n  await redis.set(\`${key}:\${req.headers['mcp-session-id'] as string}\`, 'on');\n  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });\n  await createServer().connect(transport);\n  await transport.handleRequest(req, res, req.body);\n});\n`;
  const tools = server(`import { redis } from './redis.js';`, [`    await redis.set(\`cart:\${extra.sessionId}\`, text);\n    return ${content('text')};`]);
  const outcome = (key: string): Plan => planMigration(new Project(memoryTree(new Map([['server.ts', tools], ['http.ts', http(key)], ['redis.ts', `import Redis from 'ioredis';\nexport const redis = new Redis();\n`]]))), transforms.filter(t => t.id === 'session-to-handle'), registry, { includeTests: true, choices: { target: 'v1-stateless' } });
  it('is left where both may mean the same data', () => {
    const { result, declines } = outcome('cart');
    expect(result['server.ts']).not.toContain('HandleStore');
    expect(declines.map(d => d.reason).join('\n')).toMatch(/tool_0 keeps data in Redis.*may be the same data\. \(http\.ts:9\)/);
    expect(declines.map(d => d.reason).join('\n')).toMatch(/This is the record of the session itself in Redis/);
  });

  it('is rewritten where its keys tell them apart', () => {
    expect(outcome('session').result['server.ts']).toContain('redis.set(`cart:${state.cartKey}`, text)');
  });
});

describe('a server that knows its users', () => {
  const signedIn = (guard: string): string => server(`${guard}\nlet last = '';`, [`    last = text;\n    return ${content('text')};`, `    return ${content('last')};`]);
  it.each([
    ['by bearer tokens', signedIn("import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';\nexport const guard = requireBearerAuth;")],
    ['by a verifier of its own', signedIn('export const verifier = { verifyAccessToken: async (token: string) => ({ token }) };')],
  ])('%s is asked which claim names them', (_name, text) => {
    const { result, markers, declines } = plan(text);
    expect(declines).toEqual([]);
    expect(markers.map(m => m.id)).toEqual(['owner-claim']);
    expect(result['server.ts']).toMatch(/TODO\(mcp-stateless:owner-claim\).*\n\s+server\.registerTool\('tool_0'/);
  });

  it('and not any more when somebody chose', () => {
    const text = signedIn('export const verifyAccessToken = 1;');
    const { markers, result } = planMigration(new Project(memoryTree(new Map([['server.ts', text]]))), transforms.filter(t => t.id === 'session-to-handle'), registry, { choices: { target: 'v1-stateless', handles: { 'state:last': { owner: 'claim:email' } } } });
    expect(markers).toEqual([]);
    expect(result['server.ts']).toContain("ownerOf(extra, 'email')");
  });
});

describe('what is never touched', () => {
  it.each([
    ['a cache', server('const cache = new Map<string, string>();', [`    const hit = cache.get(text);\n    if (hit) return ${content('hit')};\n    cache.set(text, text.toUpperCase());\n    return ${content("cache.get(text) ?? ''")};`])],
    ['something made on first use', server('let pool: { name: string } | undefined;', [`    pool ??= { name: 'pool' };\n    return ${content('pool.name + text')};`])],
    ['handles that tools give out', server(`import { randomUUID } from 'node:crypto';\nconst tasks = new Map<string, { text: string }>();`, [`    const id = randomUUID();\n    tasks.set(id, { text });\n    return ${content('id')};`, `    return ${content("tasks.get(text)?.text ?? 'unknown'")};`])],
    ['names that the caller chose', server('const saved = new Map<string, string>();', [`    saved.set(text, text);\n    return ${content('text')};`, `    return ${content("saved.get(text) ?? 'unknown'")};`])],
    ['configuration', server(`const config = { unit: 'm' };`, [`    return ${content('config.unit + text')};`])],
  ])('%s', (_name, text) => {
    expect(plan(text).result).toEqual({});
  });
});

describe('choices', () => {
  const counter = server('', [`    count += text.length;\n    return ${content('`${count}`')};`, `    names.push(text);\n    return ${content('`${names.join()} ${count}`')};`], '  let count = 0;\n  const names: string[] = [];');
  const withChoices = (choices: object): string => Object.entries(planMigration(new Project(memoryTree(new Map([['server.ts', counter]]))), transforms.filter(t => t.id === 'session-to-handle'), registry, { choices: { target: 'v1-stateless', ...choices } }).result).flatMap(([f, t]) => (f === 'server.ts' ? [t ?? ''] : [])).join('');

  it('one handle for what the same tools use, or one for each container', () => {
    expect(withChoices({}).match(/new HandleStore</g)).toHaveLength(1);
    const two = withChoices({ handlePer: 'container' });
    expect(two.match(/new HandleStore</g)).toHaveLength(2);
    expect(two).toMatch(/count_id, name_list_id, text/);
  });

  it('a name, a lifetime, or nothing at all', () => {
    const named = withChoices({ handles: { 'closure:count': { kind: 'tally', ttlMinutes: 5 }, 'closure:names': { kind: 'tally' } } });
    expect(named).toContain("createTool: 'create_tally'");
    expect(named).toContain('ttlMs: 300000');
    expect(withChoices({ handles: { 'closure:count': { action: 'leave' }, 'closure:names': { action: 'leave' } } })).toBe('');
  });
});

it.each([['^0.5.0', false], ['^1.25.0', true]])('the server says in its instructions where handles come from, where its SDK has them: %s', (range, hasThem) => {
  const text = server('let log: string[] = [];', [`    log = [...log, text];\n    return ${content('log.join()')};`, `    return ${content("log.join(text)")};`]);
  const files = new Map([['server.ts', text], ['package.json', JSON.stringify({ name: 's', type: 'module', dependencies: { '@modelcontextprotocol/sdk': range } })]]);
  const { result } = planMigration(new Project(memoryTree(files)), transforms.filter(t => t.id === 'session-to-handle'), registry, { choices: { target: 'v1-stateless' } });
  expect(result['server.ts']).toContain('HandleStore');
  expect(result['server.ts']?.includes('instructions:')).toBe(hasThem);
});
