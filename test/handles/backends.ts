// The storages that handle stores run on, each made for one test file and thrown away.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/prove/processes.js';

export interface Running {
  /** Environment that the backend's module reads. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

export interface Storage {
  readonly name: 'file' | 'redis' | 'ioredis' | 'postgres';
  /** Why it cannot run here; undefined when it can. */
  readonly missing: string | undefined;
  readonly start: () => Promise<Running>;
}

const redisServer = process.env['REDIS_SERVER'] ?? find('redis-server', []);
const postgresFolder = process.env['POSTGRES_BIN'] ?? find('initdb', ['17', '16', '15', '14'].map(v => `/usr/lib/postgresql/${v}/bin`))?.replace(/\/initdb$/, '');

export const storages: readonly Storage[] = [
  { name: 'file', missing: undefined, start: startFile },
  { name: 'redis', missing: redisServer ? undefined : 'redis-server is not installed', start: startRedis },
  { name: 'ioredis', missing: redisServer ? undefined : 'redis-server is not installed', start: startRedis },
  { name: 'postgres', missing: postgresFolder ? undefined : 'initdb of PostgreSQL is not installed', start: startPostgres },
];

export function storage(name: Storage['name']): Storage {
  const found = storages.find(s => s.name === name);
  if (!found) throw new Error(`no storage ${name}`);
  if (found.missing !== undefined) console.warn(`Skipped: the handle store on ${name}, because ${found.missing}.`);
  return found;
}

function find(command: string, folders: readonly string[]): string | undefined {
  const inFolder = folders.map(f => join(f, command)).find(existsSync);
  const { stdout, status } = spawnSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' });
  return inFolder ?? (status === 0 ? stdout.trim() : undefined);
}

function folder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'mcp-stateless-handles-'));
  return { path, remove: () => { rmSync(path, { recursive: true, force: true }); } };
}

function startFile(): Promise<Running> {
  const { path, remove } = folder();
  return Promise.resolve({ env: { MCP_HANDLE_DIR: path }, stop: () => { remove(); return Promise.resolve(); } });
}

async function startRedis(): Promise<Running> {
  const { path, remove } = folder();
  const port = await freePort();
  const server = spawn(redisServer ?? '', ['--port', String(port), '--bind', '127.0.0.1', '--dir', path, '--save', ''], { stdio: ['ignore', 'pipe', 'ignore'] });
  await said(server, /Ready to accept connections/);
  return { env: { REDIS_URL: `redis://127.0.0.1:${String(port)}` }, stop: async () => { await ended(server, 'SIGTERM'); remove(); } };
}

/** PostgreSQL refuses to run as the superuser of the machine. */
async function startPostgres(): Promise<Running> {
  const { path, remove } = folder();
  const port = await freePort();
  const bin = postgresFolder ?? '';
  const data = join(path, 'data');
  const asOther = process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  if (asOther.length > 0) run(['chown', 'postgres', path]);
  run([...asOther, join(bin, 'initdb'), '-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync']);
  const command = [...asOther, join(bin, 'postgres'), '-D', data, '-p', String(port), '-k', path, '-h', '127.0.0.1', '-F'];
  const server = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
  await said(server, /ready to accept connections/);
  return { env: { DATABASE_URL: `postgres://postgres@127.0.0.1:${String(port)}/postgres` }, stop: async () => { await ended(server, 'SIGINT'); remove(); } };
}

function run([command = '', ...rest]: readonly string[]): void {
  const { status, stderr } = spawnSync(command, rest, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
}

function said(server: ChildProcess, words: RegExp): Promise<void> {
  process.once('exit', () => server.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    let text = '';
    const listen = (data: Buffer): void => {
      text += data.toString();
      if (words.test(text)) resolve();
    };
    server.stdout?.on('data', listen);
    server.stderr?.on('data', listen);
    server.once('error', reject);
    server.once('exit', () => { reject(new Error(`ended: ${text}`)); });
  });
}

function ended(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise(resolve => {
    server.once('exit', () => { resolve(); });
    server.kill(signal);
  });
}

