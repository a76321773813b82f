// How values are recognised as MCP objects: by where they come from, each answer with its evidence.
import { describe, expect, it } from 'vitest';
import { auditFolder } from '../src/audit.js';
import { memoryTree } from '../src/files/memory.js';
import { memberName } from '../src/mcp/file-index.js';
import { McpModel, type SdkUse } from '../src/mcp/model.js';
import { chain, type Value } from '../src/mcp/values.js';
import { walkTree } from '../src/parse/walk.js';
import { Project } from '../src/project.js';
import { registry } from '../src/registry.js';

type Code = string | Readonly<Record<string, string>>;

const V1 = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\n`;
const LOW = `import { Server } from '@modelcontextprotocol/sdk/server/index.js';\n`;
const TYPE = `import type { Server } from '@modelcontextprotocol/sdk/server/index.js';\n`;
const V2 = `import { McpServer } from '@modelcontextprotocol/server';\n`;
const NEW = `new Server({ name: 'a', version: '1' })`;

interface Row {
  readonly name: string;
  readonly code: Code;
  /** The member that is asked for, where it is not createMessage. */
  readonly member?: string;
  /** Type and confidence, then the steps from the import to the place. */
  readonly answer: string;
}

function table(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    it.each(rows)('$name', ({ code, member, answer }) => expect(answerTo(code, member ?? 'createMessage')).toBe(answer));
  });
}

function projectOf(code: Code): Project {
  return new Project(memoryTree(new Map(Object.entries(typeof code === 'string' ? { 'a.ts': code } : code))));
}

function answerTo(code: Code, member: string): string {
  const project = projectOf(code);
  const uses = usesOf(project, member);
  if (uses.length !== 1) throw new Error(`${uses.length} places ask for ${member}.`);
  const [use] = uses;
  if (!use) return 'unknown';
  const steps = chain(use.because).map(({ why, file, range }) => {
    const text = (project.text(file) ?? '').slice(...range).replace(/\s+/g, ' ');
    return `${why} [${file === 'a.ts' ? '' : `${file}: `}${text.slice(0, 60)}]`;
  });
  return `${use.owner} ${use.confidence}: ${steps.join(' -> ')}`;
}

/** What the model says of each `x.member` and of each call of a name `member`. */
function usesOf(project: Project, member: string): readonly (SdkUse | undefined)[] {
  const mcp = new McpModel(project);
  const uses: (SdkUse | undefined)[] = [];
  for (const path of project.codeFiles()) {
    const file = project.source(path);
    if (!file) continue;
    expect(file.problems).toEqual([]);
    walkTree(file.program, node => {
      if (node.type === 'MemberExpression' && memberName(node) === member) uses.push(mcp.member(file, node));
      else if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === member) uses.push(mcp.call(file, node));
    });
  }
  return uses;
}

table('a name', [
  {
    name: 'an import that is constructed',
    code: `${LOW}const s = ${NEW};\ns.createMessage(p);`,
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> member [s.createMessage]`,
  },
  {
    name: 'an import under another name',
    code: `import { Server as Host } from '@modelcontextprotocol/sdk/server/index.js';\nconst s = new Host(i);\ns.createMessage(p);`,
    answer: 'sdk#Server certain: import [Server as Host] -> new [new Host(i)] -> member [s.createMessage]',
  },
  {
    name: 'a namespace import',
    code: `import * as sdk from '@modelcontextprotocol/sdk/server/index.js';\nconst s = new sdk.Server(i);\ns.createMessage(p);`,
    answer: 'sdk#Server certain: import [* as sdk] -> member [sdk.Server] -> new [new sdk.Server(i)] -> member [s.createMessage]',
  },
  {
    name: 'require',
    code: { 'a.cjs': `const { Server } = require('@modelcontextprotocol/sdk/server/index.js');\nconst s = new Server(i);\ns.createMessage(p);` },
    answer: `sdk#Server certain: import [a.cjs: require('@modelcontextprotocol/sdk/server/index.js')] -> member [a.cjs: Server] -> new [a.cjs: new Server(i)] -> member [a.cjs: s.createMessage]`,
  },
  {
    name: 'createRequire',
    code: `import { createRequire } from 'node:module';\nconst load = createRequire(import.meta.url);\nconst { Server } = load('@modelcontextprotocol/sdk/server/index.js');\nnew Server(i).createMessage(p);`,
    answer: `sdk#Server certain: import [load('@modelcontextprotocol/sdk/server/index.js')] -> member [Server] -> new [new Server(i)] -> member [new Server(i).createMessage]`,
  },
  {
    name: 'require of a whole module',
    code: { 'a.cjs': `const sdk = require('@modelcontextprotocol/sdk/server');\nlet s;\ns = new sdk.Server(i);\ns.createMessage(p);` },
    answer: `sdk#Server certain: import [a.cjs: require('@modelcontextprotocol/sdk/server')] -> member [a.cjs: sdk.Server] -> new [a.cjs: new sdk.Server(i)] -> member [a.cjs: s.createMessage]`,
  },
  {
    name: 'an annotation',
    code: `${TYPE}declare const s: Server;\ns.createMessage(p);`,
    answer: 'sdk#Server certain: import [Server] -> annotation [Server] -> member [s.createMessage]',
  },
  {
    name: 'a later assignment',
    code: `${LOW}let s;\nfunction start() { s = ${NEW}; }\nfunction run() { s.createMessage(p); }`,
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> member [s.createMessage]`,
  },
  {
    name: 'an element of a loop',
    code: `${TYPE}const all: Server[] = load();\nfor (const s of all) s.createMessage(p);`,
    answer: 'sdk#Server certain: import [Server] -> annotation [Server] -> member [s.createMessage]',
  },
  {
    name: 'a dynamic import',
    code: `const { Server } = await import('@modelcontextprotocol/sdk/server/index.js');\nconst s = new Server(i);\ns.createMessage(p);`,
    answer: `sdk#Server certain: import [import('@modelcontextprotocol/sdk/server/index.js')] -> member [Server] -> new [new Server(i)] -> member [s.createMessage]`,
  },
  {
    name: 'a specifier of the package as built',
    code: `import { Server } from '@modelcontextprotocol/sdk/dist/esm/server/index.js';\nnew Server(i).createMessage(p);`,
    answer: 'sdk#Server certain: import [Server] -> new [new Server(i)] -> member [new Server(i).createMessage]',
  },
]);

table('new and calls', [
  {
    name: 'a function that returns one',
    code: `${LOW}function make() { return ${NEW}; }\nmake().createMessage(p);`,
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> member [make().createMessage]`,
  },
  {
    name: 'an async arrow function',
    code: `${LOW}const make = async () => ${NEW};\n(await make()).createMessage(p);`,
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> member [(await make()).createMessage]`,
  },
  {
    name: 'a method of the SDK that returns one',
    code: `${V1}new McpServer(i).registerTool('t', {}, h).disable();`,
    member: 'disable',
    answer: `sdk#RegisteredTool certain: import [McpServer] -> new [new McpServer(i)] -> member [new McpServer(i).registerTool] -> returned [new McpServer(i).registerTool('t', {}, h)] -> member [new McpServer(i).registerTool('t', {}, h).disable]`,
  },
  {
    name: 'a static factory',
    code: `${LOW}class Factory { static build() { return ${NEW}; } }\nFactory.build().createMessage(p);`,
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> member [Factory.build().createMessage]`,
  },
]);

table('members', [
  {
    name: 'a member of an SDK type',
    code: `${V1}const mcp = new McpServer(i);\nmcp.server.createMessage(p);`,
    answer: 'sdk#Server certain: import [McpServer] -> new [new McpServer(i)] -> member [mcp.server] -> member [mcp.server.createMessage]',
  },
  {
    name: 'a property of an object literal',
    code: `${LOW}const app = { inner: { host: ${NEW} } };\napp.inner.host.createMessage(p);`,
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> member [app.inner.host.createMessage]`,
  },
  {
    name: 'destructured from an SDK object',
    code: `${V1}const { server: low } = new McpServer(i);\nlow.createMessage(p);`,
    answer: 'sdk#Server certain: import [McpServer] -> new [new McpServer(i)] -> member [server: low] -> member [low.createMessage]',
  },
  {
    name: 'a property of an interface',
    code: `${TYPE}interface Context { readonly host: Server }\nfunction run(context: Context) { context.host.createMessage(p); }`,
    answer: 'sdk#Server certain: import [Server] -> annotation [Server] -> member [context.host.createMessage]',
  },
  {
    name: 'a method that is taken out',
    code: `${V1}new McpServer(i).tool('t', async ({ sendRequest }) => sendRequest(p));`,
    member: 'sendRequest',
    answer: `sdk#RequestHandlerExtra certain: import [McpServer] -> new [new McpServer(i)] -> member [new McpServer(i).tool] -> callback [new McpServer(i).tool('t', async ({ sendRequest }) => sendRe] -> member [sendRequest] -> member [sendRequest(p)]`,
  },
]);

table('this', [
  {
    name: 'a field annotation',
    code: `${TYPE}class A { private host!: Server; run() { this.host.createMessage(p); } }`,
    answer: 'sdk#Server certain: import [Server] -> annotation [Server] -> field [private host!: Server;] -> member [this.host.createMessage]',
  },
  {
    name: 'a field initialiser',
    code: `${LOW}class A { #host = ${NEW}; run() { this.#host.createMessage(p); } }`,
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> member [this.#host.createMessage]`,
  },
  {
    name: 'an assignment in the constructor',
    code: `${LOW}class A { constructor() { this.host = ${NEW}; } run() { this.host.createMessage(p); } }`,
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> member [this.host.createMessage]`,
  },
  {
    name: 'a parameter property',
    code: `${TYPE}class A { constructor(private readonly host: Server) {} run() { this.host.createMessage(p); } }`,
    answer: 'sdk#Server certain: import [Server] -> annotation [Server] -> field [host: Server] -> member [this.host.createMessage]',
  },
  {
    name: 'a superclass of the SDK',
    code: `${LOW}class Mine extends Server { run() { return this.createMessage(p); } }`,
    answer: 'sdk#Server certain: import [Server] -> new [Server] -> member [this.createMessage]',
  },
  {
    name: 'a field of a superclass',
    code: `${TYPE}class Base { protected host!: Server; }\nclass A extends Base { run() { this.host.createMessage(p); } }`,
    answer: 'sdk#Server certain: import [Server] -> annotation [Server] -> field [protected host!: Server;] -> member [this.host.createMessage]',
  },
  {
    name: 'a getter',
    code: `${TYPE}class A { private s!: Server; get host() { return this.s; } run() { this.host.createMessage(p); } }`,
    answer: 'sdk#Server certain: import [Server] -> annotation [Server] -> field [private s!: Server;] -> member [this.host.createMessage]',
  },
]);

table('parameters', [
  {
    name: 'an annotation',
    code: `${TYPE}export function run(host: Server) { host.createMessage(p); }`,
    answer: 'sdk#Server certain: import [Server] -> annotation [Server] -> member [host.createMessage]',
  },
  {
    name: 'the context of a tool',
    code: `${V1}new McpServer(i).registerTool('t', { inputSchema: s }, async (args, extra) => extra.sendNotification(p));`,
    member: 'sendNotification',
    answer: `sdk#RequestHandlerExtra certain: import [McpServer] -> new [new McpServer(i)] -> member [new McpServer(i).registerTool] -> callback [new McpServer(i).registerTool('t', { inputSchema: s }, async] -> member [extra.sendNotification]`,
  },
  {
    name: 'the context of a tool without arguments',
    code: `${V1}new McpServer(i).registerTool('t', {}, async extra => extra.sendNotification(p));`,
    member: 'sendNotification',
    answer: `sdk#RequestHandlerExtra certain: import [McpServer] -> new [new McpServer(i)] -> member [new McpServer(i).registerTool] -> callback [new McpServer(i).registerTool('t', {}, async extra => extra.] -> member [extra.sendNotification]`,
  },
  {
    name: 'the context of a request handler',
    code: `${LOW}import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';\n${NEW}.setRequestHandler(CallToolRequestSchema, async (request, extra) => extra.sendNotification(p));`,
    member: 'sendNotification',
    answer: `sdk#RequestHandlerExtra certain: import [Server] -> new [${NEW}] -> member [${NEW}.setRequestHandler] -> callback [${NEW}.setRequestHandler(Ca] -> member [extra.sendNotification]`,
  },
  {
    name: 'the context of the second SDK line',
    code: `${V2}new McpServer(i).registerTool('t', {}, async ctx => ctx.mcpReq.log('info', 'x'));`,
    member: 'log',
    answer: `server#ServerContext.mcpReq certain: import [McpServer] -> new [new McpServer(i)] -> member [new McpServer(i).registerTool] -> callback [new McpServer(i).registerTool('t', {}, async ctx => ctx.mcpR] -> member [ctx.mcpReq] -> member [ctx.mcpReq.log]`,
  },
  {
    name: 'a handler that is declared apart',
    code: `${V1}const handler = async (args, extra) => { extra.sendNotification(p); };\nnew McpServer(i).registerTool('t', { inputSchema: s }, handler);`,
    member: 'sendNotification',
    answer: `sdk#RequestHandlerExtra certain: import [McpServer] -> new [new McpServer(i)] -> member [new McpServer(i).registerTool] -> callback [new McpServer(i).registerTool('t', { inputSchema: s }, handl] -> member [extra.sendNotification]`,
  },
  {
    name: 'an argument of a call',
    code: `${LOW}function run(host) { host.createMessage(p); }\nrun(${NEW});`,
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> argument [${NEW}] -> member [host.createMessage]`,
  },
  {
    name: 'an argument of a call in another file',
    code: { 'a.ts': `${LOW}import { run } from './b.js';\nrun(${NEW});`, 'b.ts': `export function run(host) { host.createMessage(p); }` },
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> argument [${NEW}] -> member [b.ts: host.createMessage]`,
  },
  {
    name: 'an argument of a constructor in another file',
    code: { 'a.ts': `${LOW}import { Runner } from './b.js';\nnew Runner(${NEW});`, 'b.ts': `export class Runner { constructor(host) { this.host = host; } run() { this.host.createMessage(p); } }` },
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> argument [${NEW}] -> member [b.ts: this.host.createMessage]`,
  },
  {
    name: 'a default',
    code: `${LOW}function run(host = ${NEW}) { host.createMessage(p); }`,
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> member [host.createMessage]`,
  },
  {
    name: 'destructured with an annotation',
    code: `${TYPE}export function run({ host }: { host: Server }) { host.createMessage(p); }`,
    answer: 'sdk#Server certain: import [Server] -> annotation [Server] -> member [host.createMessage]',
  },
]);

table('collections', [
  {
    name: 'type arguments',
    code: `${TYPE}const all = new Map<string, Server>();\nall.get('a')?.createMessage(p);`,
    answer: `sdk#Server certain: import [Server] -> annotation [Server] -> member [all.get('a')?.createMessage]`,
  },
  {
    name: 'what is put in',
    code: `${LOW}const all = new Map();\nall.set('a', ${NEW});\nall.get('a').createMessage(p);`,
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> member [all.get('a').createMessage]`,
  },
  {
    name: 'a list',
    code: `${LOW}const all = [];\nall.push(${NEW});\nall.pop().createMessage(p);`,
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> member [all.pop().createMessage]`,
  },
  {
    name: 'an object by key',
    code: `${TYPE}const all: Record<string, Server> = {};\nall[id].createMessage(p);`,
    answer: 'sdk#Server certain: import [Server] -> annotation [Server] -> member [all[id].createMessage]',
  },
  {
    name: 'a callback of the collection',
    code: `${TYPE}const all = new Set<Server>();\nall.forEach(s => s.createMessage(p));`,
    answer: 'sdk#Server certain: import [Server] -> annotation [Server] -> member [s.createMessage]',
  },
]);

table('casts, await and choices', [
  {
    name: 'a cast',
    code: `${TYPE}(value as Server).createMessage(p);`,
    answer: 'sdk#Server certain: import [Server] -> annotation [Server] -> member [(value as Server).createMessage]',
  },
  {
    name: 'await and a fallback',
    code: `${LOW}const s = (await cached) ?? ${NEW};\ns.createMessage(p);`,
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> member [s.createMessage]`,
  },
  {
    name: 'a condition',
    code: `${LOW}const s = ready ? ${NEW} : undefined;\ns!.createMessage(p);`,
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> member [s!.createMessage]`,
  },
  {
    name: 'satisfies',
    code: `${LOW}const s = ${NEW} satisfies object;\ns.createMessage(p);`,
    answer: `sdk#Server certain: import [Server] -> new [${NEW}] -> member [s.createMessage]`,
  },
]);

table('other files of the project', [
  {
    name: 'an import',
    code: { 'a.ts': `import { host } from './b.js';\nhost.createMessage(p);`, 'b.ts': `${LOW}export const host = ${NEW};` },
    answer: `sdk#Server certain: import [b.ts: Server] -> new [b.ts: ${NEW}] -> member [host.createMessage]`,
  },
  {
    name: 'a barrel',
    code: { 'a.ts': `import { host } from './index.js';\nhost.createMessage(p);`, 'index.ts': `export * from './b.js';`, 'b.ts': `${LOW}export const host = ${NEW};` },
    answer: `sdk#Server certain: import [b.ts: Server] -> new [b.ts: ${NEW}] -> member [host.createMessage]`,
  },
  {
    name: 'a renamed re-export',
    code: { 'a.ts': `import { main } from './index.js';\nmain.createMessage(p);`, 'index.ts': `export { default as main } from './b.js';`, 'b.ts': `${LOW}export default ${NEW};` },
    answer: `sdk#Server certain: import [b.ts: Server] -> new [b.ts: ${NEW}] -> member [main.createMessage]`,
  },
  {
    name: 'a namespace',
    code: { 'a.ts': `import * as all from './b.js';\nall.host.createMessage(p);`, 'b.ts': `${LOW}export const host = ${NEW};` },
    answer: `sdk#Server certain: import [b.ts: Server] -> new [b.ts: ${NEW}] -> member [all.host.createMessage]`,
  },
  {
    name: 'module.exports',
    code: { 'a.cjs': `const { host } = require('./b.cjs');\nhost.createMessage(p);`, 'b.cjs': `const { Server } = require('@modelcontextprotocol/sdk/server/index.js');\nmodule.exports = { host: ${NEW} };` },
    answer: `sdk#Server certain: import [b.cjs: require('@modelcontextprotocol/sdk/server/index.js')] -> member [b.cjs: Server] -> new [b.cjs: ${NEW}] -> member [a.cjs: host.createMessage]`,
  },
  {
    name: 'exports.name',
    code: { 'a.cjs': `const b = require('./b.cjs');\nb.host.createMessage(p);`, 'b.cjs': `const { Server } = require('@modelcontextprotocol/sdk/server/index.js');\nexports.host = ${NEW};` },
    answer: `sdk#Server certain: import [b.cjs: require('@modelcontextprotocol/sdk/server/index.js')] -> member [b.cjs: Server] -> new [b.cjs: ${NEW}] -> member [a.cjs: b.host.createMessage]`,
  },
  {
    name: 'a package of the repository',
    code: { 'a.ts': `import { host } from '@acme/core';\nhost.createMessage(p);`, 'core/package.json': `{"name":"@acme/core","main":"dist/index.js"}`, 'core/src/index.ts': `${LOW}export const host = ${NEW};` },
    answer: `sdk#Server certain: import [core/src/index.ts: Server] -> new [core/src/index.ts: ${NEW}] -> member [host.createMessage]`,
  },
]);

table('confidence', [
  {
    name: 'likely: a wrapper',
    code: `import { FastMCP } from 'fastmcp';\nconst f = new FastMCP(i);\nf.addTool({ execute: async (a, { log }) => { log.info('x'); } });`,
    member: 'info',
    answer: 'fastmcp#Log likely: member [log] -> member [log.info]',
  },
  {
    name: 'likely: a parameter that nobody fills',
    code: `import '@modelcontextprotocol/sdk/types.js';\nexport function run(host) { host.sendLoggingMessage(p); }`,
    member: 'sendLoggingMessage',
    answer: 'sdk#Server likely: name [host.sendLoggingMessage]',
  },
  {
    name: 'certain: the schema',
    code: `import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nexport function run(host) { host.setRequestHandler(CallToolRequestSchema, h); }`,
    member: 'setRequestHandler',
    answer: 'sdk#Server certain: import [CallToolRequestSchema] -> argument [host.setRequestHandler]',
  },
  {
    name: 'possible: only the name',
    code: `import '@modelcontextprotocol/sdk/types.js';\nimport { host } from 'elsewhere';\nlet x = unknownGlobal;\nx.sendLoggingMessage(p);`,
    member: 'sendLoggingMessage',
    answer: 'sdk#Server possible: name [x.sendLoggingMessage]',
  },
]);

table('what is not of the SDK', [
  {
    name: 'a class of that name',
    code: `class Server { createMessage() {} }\nnew Server().createMessage(p);`,
    answer: 'unknown',
  },
  {
    name: 'another package',
    code: `import { Server } from 'socket.io';\nnew Server().createMessage(p);`,
    answer: 'unknown',
  },
  {
    name: 'a local file that is not there',
    code: `import { Server } from './mine.js';\nnew Server().createMessage(p);`,
    answer: 'unknown',
  },
  {
    name: 'a shadowed name',
    code: `${LOW}function run(Server) { new Server().createMessage(p); }`,
    answer: 'unknown',
  },
  {
    name: 'a member that the SDK does not have',
    code: `${LOW}const s = ${NEW};\ns.createMessages(p);`,
    member: 'createMessages',
    answer: 'unknown',
  },
  {
    name: 'a field of another class',
    code: `${TYPE}class A { host!: Server }\nclass B { host = db; run() { this.host.createMessage(p); } }`,
    answer: 'unknown',
  },
]);

/** What the argument of the only call of `ask` is known to be. */
function valuesOf(code: string): readonly Value[] {
  const project = projectOf(code);
  const file = project.source('a.ts');
  if (!file) throw new Error('no file');
  const mcp = new McpModel(project);
  let found: readonly Value[] | undefined;
  walkTree(file.program, node => {
    if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'ask') found = mcp.values(file, node.arguments[0]).map(k => k.value);
  });
  if (!found) throw new Error('nobody asks');
  return found;
}

describe('session ids', () => {
  it.each([
    ['the header of a request', `ask(req.headers['Mcp-Session-Id']);`, 'header'],
    ['the header through a constant and a cast', `const NAME = 'mcp-session-id';\nconst id = req.get(NAME) as string;\nask(id.trim());`, 'header'],
    ['a transport', `import type { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nexport function f(transport: StreamableHTTPServerTransport) { ask(transport.sessionId); }`, 'transport'],
    ['the context of a handler', `${V1}new McpServer(i).registerTool('t', {}, async extra => { const { sessionId = 'none' } = extra; ask(sessionId); });`, 'context'],
    ['the callback of a transport', `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nnew StreamableHTTPServerTransport({ sessionIdGenerator: g, onsessioninitialized: id => { ask(id); } });`, 'callback'],
    ['the generator of a transport', `const id = randomUUID();\nnew Transport({ sessionIdGenerator: () => id });\nask(id);`, 'generator'],
    ['a key that is made from one', `ask(\`mcp:\${req.headers['mcp-session-id']}:cart\`);`, 'header'],
  ])('come from %s', (_, code, from) => {
    expect(valuesOf(code)).toContainEqual({ kind: 'session-id', from });
  });

  it.each([
    ['a session of the web framework', `ask(req.session.id ?? req.sessionID);`],
    ['another header', `ask(req.headers['x-session-id']);`],
    ['a property of that name of something else', `const chat = { sessionId: '1' };\nask(chat.sessionId);`],
  ])('do not come from %s', (_, code) => {
    expect(valuesOf(code).filter(v => v.kind === 'session-id')).toEqual([]);
  });
});

describe('texts', () => {
  it.each([
    ['a constant', `const A = 'tools/list';\nask(A);`, 'tools/list'],
    ['an enum', `enum Method { List = 'tools/list' }\nask(Method.List);`, 'tools/list'],
    ['a table', `const METHODS = { list: 'tools/list' } as const;\nask(METHODS.list);`, 'tools/list'],
    ['a template', 'const p = "tools";\nask(`${p}/list`);', 'tools/list'],
    ['a sum', `ask('tools' + '/list');`, 'tools/list'],
  ])('are followed through %s', (_, code, text) => expect(valuesOf(code)).toEqual([{ kind: 'text', text }]));

  it('are unknown when a part is', () => expect(valuesOf('ask(`${part}/list`);')).toEqual([]));
});

it('answers in a circle of assignments and of calls', () => {
  expect(answerTo(`${LOW}let a = b;\nlet b = a;\nb = ${NEW};\na.createMessage(p);`, 'createMessage')).toMatch(/^sdk#Server certain/);
  expect(answerTo(`${LOW}function f(x) { return x ? g(x) : ${NEW}; }\nfunction g(x) { return f(x); }\ng(1).createMessage(p);`, 'createMessage')).toMatch(/^sdk#Server certain/);
});

it('finds nothing in a project that only uses the same words', () => {
  const report = auditFolder(new URL('../fixtures/decoy', import.meta.url).pathname, registry, { all: true, includeTests: true });
  expect(report.mcp, 'the project has to do with MCP').toBe(true);
  expect(report.files.broken).toEqual([]);
  expect(report.files.parsed).toBeGreaterThan(5);
  expect(report.findings.map(f => `${f.file}:${f.line} ${f.rule} ${f.subject}`)).toEqual([]);
});
