// Runs a server before its migration in one process and after it as several replicas, with the same calls.
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import ts from 'typescript';
import { freePort } from '../../src/prove/processes.js';
import { transforms } from '../../transforms/index.js';
import type { Choices } from '../../src/choices.js';
import { diskTree } from '../../src/files/disk.js';
import { planMigration, type Plan } from '../../src/migrate/plan.js';
import { writePlan } from '../../src/migrate/write.js';
import { Project } from '../../src/project.js';
import { registry } from '../../src/registry.js';

const root = join(import.meta.dirname, '../..');
export const CASES = join(root, 'fixtures/handles');

export interface Call {
  readonly tool: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

export interface Case {
  readonly shape: 'A' | 'B' | 'C' | 'D';
  readonly calls: readonly Call[];
  readonly parallel?: Call & { readonly begin?: Call; readonly then: Call; readonly text: string };
}

export interface Answer {
  readonly text: string;
  readonly isError: boolean;
}

export function caseNames(): readonly string[] {
  return readdirSync(CASES).sort();
}

export function readCase(name: string): Case {
  return JSON.parse(readFileSync(join(CASES, name, 'case.json'), 'utf8')) as Case;
}

export function copyOf(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-stateless-handles-'));
  cpSync(join(CASES, name), folder, { recursive: true });
  rmSync(join(folder, 'case.json'), { force: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, type: 'module', dependencies: { '@modelcontextprotocol/sdk': '1.32.2', zod: '4.6.7' } }));
  return folder;
}

export function migrate(folder: string, choices: Partial<Choices>): Plan {
  const transform = transforms.filter(t => t.id === 'session-to-handle');
  const plan = planMigration(new Project(diskTree(folder)), transform, registry, { includeTests: true, choices: { target: 'v1-stateless', ...choices } });
  writePlan(plan);
  return plan;
}

/** Errors that the compiler sees in the sources of folders. */
export function typeErrors(folders: readonly string[]): readonly string[] {
  for (const folder of folders) link(folder);
  const files = folders.flatMap(sources).filter(f => f.endsWith('.ts'));
  const program = ts.createProgram(files, { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, strict: true, noEmit: true, skipLibCheck: true, types: ['node'], typeRoots: [join(root, 'node_modules/@types')] });
  return ts.getPreEmitDiagnostics(program).map(d => `${d.file?.fileName ?? ''}:${String(d.file && d.start !== undefined ? d.file.getLineAndCharacterOfPosition(d.start).line + 1 : 0)} ${ts.flattenDiagnosticMessageText(d.messageText, ' ')}`);
}

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap(e => (e.isFile() && /\.[cm]?[jt]s$/.test(e.name) && !e.parentPath.includes('node_modules') && !e.parentPath.endsWith('/out') ? [join(e.parentPath, e.name)] : []));
}

function link(folder: string): void {
  rmSync(join(folder, 'node_modules'), { force: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
}

/** JavaScript that node runs as it is, with a host. */
export function build(folder: string, host: 'stateful' | 'stateless'): string {
  link(folder);
  const out = join(folder, 'out');
  rmSync(out, { recursive: true, force: true });
  for (const path of sources(folder)) {
    const target = join(out, path.slice(folder.length + 1)).replace(/\.ts$/, '.js');
    mkdirSync(dirname(target), { recursive: true });
    const text = readFileSync(path, 'utf8');
    writeFileSync(target, path.endsWith('.ts') ? ts.transpileModule(text, { compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true } }).outputText : text);
  }
  const server = readdirSync(out).find(f => /^server\.c?js$/.test(f)) ?? 'server.js';
  writeFileSync(join(out, 'host.mjs'), (host === 'stateful' ? STATEFUL : STATELESS).replace('SERVER', `./${server}`));
  return join(out, 'host.mjs');
}

const COMMON = `import express from 'express';
import { randomUUID } from 'node:crypto';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createServer } from 'SERVER';
const app = express();
app.use(express.json());
app.use((req, _res, next) => { const user = req.headers['x-user']; if (user) req.auth = { token: 't', clientId: 'test', scopes: [], extra: { sub: user } }; next(); });
`;
const STATEFUL = `${COMMON}
const transports = {};
app.all('/mcp', async (req, res) => {
  let transport = transports[req.headers['mcp-session-id']];
  if (!transport) {
    transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID(), onsessioninitialized: id => { transports[id] = transport; } });
    await createServer().connect(transport);
  }
  await transport.handleRequest(req, res, req.body);
});
app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
`;
const STATELESS = `${COMMON}
app.post('/mcp', async (req, res) => {
  const server = createServer();
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  res.on('close', () => { void transport.close(); void server.close(); });
  await server.connect(transport);
  await transport.handleRequest(req, res, req.body);
});
app.get('/mcp', (_req, res) => { res.status(405).end(); });
app.delete('/mcp', (_req, res) => { res.status(405).end(); });
app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
`;

export interface Replica {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export async function start(host: string, env: Readonly<Record<string, string>>): Promise<Replica> {
  const port = await freePort();
  const child = spawn(process.execPath, [host], { env: { ...process.env, ...env, PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'] });
  await ready(child);
  return { url: `http://127.0.0.1:${String(port)}/mcp`, stop: () => ended(child) };
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (d: Buffer) => { if (d.toString().includes('ready')) resolve(); });
    child.stderr?.on('data', (d: Buffer) => { text += d.toString(); });
    child.once('exit', () => { reject(new Error(`The server ended: ${text}`)); });
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    child.once('exit', () => { resolve(); });
    child.kill('SIGKILL');
  });
}

export async function connect(url: string, user?: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), user === undefined ? {} : { requestInit: { headers: { 'x-user': user } } }));
  return client;
}

type Raw = Awaited<ReturnType<Client['callTool']>>;

/** Calls tools, and gives each the handle that an earlier one returned. */
export class Caller {
  readonly handles = new Map<string, unknown>();
  #next = 0;

  private constructor(
    readonly clients: readonly Client[],
    /** Arguments that a tool has after the migration only. */
    readonly added: ReadonlyMap<string, readonly string[]>,
    readonly creators: readonly string[],
  ) {}

  static async over(clients: readonly Client[], before: ReadonlyMap<string, readonly string[]>): Promise<Caller> {
    const after = clients[0] ? await toolsOf(clients[0]) : new Map<string, readonly string[]>();
    const added = new Map([...before].map(([name, names]) => [name, (after.get(name) ?? []).filter(n => !names.includes(n))]));
    return new Caller(clients, added, [...after.keys()].filter(name => !before.has(name)));
  }

  async begin(): Promise<void> {
    for (const tool of this.creators) await this.raw({ tool });
  }

  async raw(call: Call): Promise<Raw> {
    const client = this.clients[this.#next++ % this.clients.length];
    if (!client) throw new Error('no client');
    const handles = Object.fromEntries((this.added.get(call.tool) ?? []).map(name => [name, this.handles.get(name) ?? 'none']));
    const result = await client.callTool({ name: call.tool, arguments: { ...call.arguments, ...handles } });
    const known = new Set([...this.added.values()].flat());
    for (const [name, value] of Object.entries(result.structuredContent ?? {})) if (known.has(name)) this.handles.set(name, value);
    return result;
  }

  async call(call: Call): Promise<Answer> {
    const result = await this.raw(call);
    const texts = (result.content as readonly { readonly text?: string }[]).map(c => c.text ?? '');
    const kept = texts.filter(t => ![...this.handles].some(([name, value]) => t === `${name}: ${String(value)}`));
    return { text: kept.join('\n'), isError: result.isError === true };
  }
}

export async function toolsOf(client: Client): Promise<ReadonlyMap<string, readonly string[]>> {
  const { tools } = await client.listTools();
  return new Map(tools.map(t => [t.name, Object.keys(t.inputSchema.properties ?? {})]));
}
