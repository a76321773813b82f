// The official reference server with every feature, at one commit, through all transforms: it is installed and compiled before and after,
// and each of its tools is called by an older client before, and by clients of both eras after. `npm run everything [-- CHECKOUT]`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const COMMIT = '76d64c822f5125032f89eb71dbdb94e42b434821';
const REPOSITORY = 'https://github.com/modelcontextprotocol/servers.git';
const root = new URL('../', import.meta.url).pathname;

/** What each tool is called with. */
const CALLS: Readonly<Record<string, object>> = {
  echo: { message: 'hello' },
  'get-annotated-message': { messageType: 'error', includeImage: true },
  'get-env': {},
  'get-resource-links': { count: 3 },
  'get-resource-reference': { resourceType: 'Text', resourceId: 1 },
  'get-roots-list': {},
  'get-structured-content': { location: 'Chicago' },
  'get-sum': { a: 2, b: 3 },
  'get-tiny-image': {},
  'gzip-file-as-resource': { name: 'x.gz', data: 'data:text/plain;base64,aGVsbG8=', outputType: 'resource' },
  'simulate-research-query': { topic: 'x' },
  'toggle-simulated-logging': {},
  'toggle-subscriber-updates': {},
  'trigger-elicitation-request': {},
  'trigger-elicitation-request-async': {},
  'trigger-long-running-operation': { duration: 1, steps: 2 },
  'trigger-sampling-request': { prompt: 'hello', maxTokens: 10 },
  'trigger-sampling-request-async': { prompt: 'hello', maxTokens: 10 },
  'trigger-url-elicitation': {},
};
const SAMPLED = { role: 'assistant', model: 'm', content: { type: 'text', text: 'AB' }, stopReason: 'endTurn' };
const META = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' }, 'io.modelcontextprotocol/clientCapabilities': { sampling: {}, roots: {} } };

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: { readonly tools?: readonly { readonly name: string }[]; readonly content?: readonly unknown[]; readonly structuredContent?: unknown; readonly isError?: boolean };
  readonly error?: { readonly code: number; readonly message: string };
}

interface Outcome {
  readonly answers: ReadonlyMap<string, string>;
  /** Lines of standard output that are no messages. */
  readonly foreign: number;
}

async function callAll(folder: string, modern: boolean, env: Readonly<Record<string, string>>): Promise<Outcome> {
  const child = spawn(process.execPath, ['dist/index.js', 'stdio'], { cwd: folder, env: { PATH: process.env['PATH'] ?? '', ...env } });
  const ended = once(child, 'close');
  const waiting = new Map<number, (message: Message) => void>();
  let foreign = 0;
  const send = (message: object): boolean => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  createInterface({ input: child.stdout }).on('line', line => {
    if (!line.startsWith('{"')) foreign++;
    const message = (line.startsWith('{') ? JSON.parse(line) : {}) as Message;
    if (message.method === 'sampling/createMessage') send({ id: message.id, result: SAMPLED });
    else if (message.method === 'roots/list') send({ id: message.id, result: { roots: [{ uri: 'file:///srv/a', name: 'a' }] } });
    else if (message.id !== undefined && message.method === undefined) waiting.get(message.id)?.(message);
  });
  let id = 0;
  const request = async (method: string, params: object): Promise<Message> => {
    const answer = new Promise<Message>(resolve => waiting.set(++id, resolve));
    send({ id, method, params: modern ? { ...params, _meta: META } : params });
    const late = new Promise<Message>(resolve => setTimeout(() => { resolve({ error: { code: 0, message: 'no answer within 20 s' } }); }, 20_000).unref());
    return Promise.race([answer, late, ended.then(() => ({ error: { code: 0, message: 'the server ended' } }))]);
  };
  if (!modern) {
    await request('initialize', { protocolVersion: '2025-11-25', capabilities: { sampling: {}, roots: {} }, clientInfo: { name: 'test', version: '1.0.0' } });
    send({ method: 'notifications/initialized' });
    await new Promise(resolve => setTimeout(resolve, 1000));
  }
  const listed = new Set((await request('tools/list', {})).result?.tools?.map(t => t.name));
  const answers = new Map<string, string>();
  for (const [name, given] of Object.entries(CALLS)) answers.set(name, listed.has(name) ? textOf(await request('tools/call', { name, arguments: given })) : 'not listed');
  child.kill();
  await ended;
  return { answers, foreign };
}

/** Without what differs from call to call. */
function textOf({ result, error }: Message): string {
  if (error) return `error ${error.message}`;
  return JSON.stringify([result?.content, result?.structuredContent, result?.isError ?? false]).replace(/\d+:\d\d:\d\d[^"\\]*/g, '<time>');
}

function run(folder: string, command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  return `${stdout}${status === 0 ? '' : stderr}`;
}

function checkout(given: string | undefined, to: string): string {
  if (given !== undefined) return given;
  for (const args of [['init', '-q', to], ['-C', to, 'fetch', '-q', '--depth', '1', REPOSITORY, COMMIT], ['-C', to, 'checkout', '-q', 'FETCH_HEAD']]) {
    if (spawnSync('git', args).status !== 0) throw new Error(`${REPOSITORY} cannot be fetched from here. Give a checkout of it at ${COMMIT}: npm run everything -- CHECKOUT`);
  }
  return to;
}

/** All sources, as one text. */
function sourcesIn(folder: string): string {
  return run(folder, 'sh', '-c', `find . -name node_modules -prune -o -name dist -prune -o -type f -name '*.ts' -print | sort | xargs cat`);
}

/** Stands in for the provider, and answers as the client did. */
async function provider(): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const message = { role: 'assistant', refusal: null, content: 'AB' };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [{ index: 0, finish_reason: 'stop', logprobs: null, message }] }));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function main(): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'everything-')));
  const source = checkout(process.argv[2], join(folder, 'checkout'));
  const [before, after] = [join(folder, 'packages/before'), join(folder, 'packages/after')];
  mkdirSync(join(folder, 'packages'));
  cpSync(join(source, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  for (const to of [before, after]) {
    cpSync(join(source, 'src/everything'), to, { recursive: true });
    run(to, 'npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund');
  }
  console.log('before, errors of the compiler:', run(before, 'npx', 'tsc').split('error TS').length - 1);
  const migrate = (...more: readonly string[]): string => run(root, process.execPath, '--import', 'tsx', 'src/cli.ts', 'migrate', after, '--write', '--allow-dirty', '--provider', 'openai', ...more);
  migrate('--summary', join(folder, 'summary.md'));
  run(after, 'npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund');
  const migrated = sourcesIn(after);
  migrate();
  console.log('a second run changes', migrated === sourcesIn(after) ? 'nothing' : 'something');
  console.log('after, errors of the compiler:\n', run(after, 'npx', 'tsc'));
  for (const to of [before, after]) cpSync(join(to, 'docs'), join(to, 'dist/docs'), { recursive: true });
  const markers = run(after, 'grep', '-rhoE', 'TODO\\(mcp-stateless:[a-z-]+\\)', '--include=*.ts', '--exclude-dir=node_modules', '.').trim().split('\n');
  const server = await provider();
  const env = { MCP_ROOTS: '/srv/a', MCP_SAMPLING_MODEL: 'm', OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1` };
  const outcomes = { before: await callAll(before, false, env), older: await callAll(after, false, env), newer: await callAll(after, true, env) };
  server.close();
  console.log('| tool | older client | new client |\n| --- | --- | --- |');
  for (const [name, expected] of outcomes.before.answers) {
    const cells = [outcomes.older, outcomes.newer].map(({ answers }) => (answers.get(name) === expected ? 'same' : (answers.get(name) ?? '').slice(0, 100)));
    console.log(`| ${name}${expected === 'not listed' ? ' (not listed before)' : ''} | ${cells.join(' | ')} |`);
  }
  console.log('lines that are no messages:', Object.values(outcomes).map(o => o.foreign).join(', '));
  console.log('markers:', [...new Set(markers)].map(m => `${m} ${String(markers.filter(x => x === m).length)}`).join(', '));
  console.log(/## What is left[\s\S]*?(?=\n## )/.exec(readFileSync(join(folder, 'summary.md'), 'utf8'))?.[0].split('\n').length, 'lines of what is left');
  if (process.env['KEEP'] === undefined) rmSync(folder, { recursive: true, force: true });
  else writeFileSync(join(folder, 'outcomes.json'), JSON.stringify(Object.fromEntries(Object.entries(outcomes).map(([k, o]) => [k, Object.fromEntries(o.answers)])), null, 1));
  console.log(folder);
}

await main();
