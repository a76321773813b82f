// Servers before and after the rewrites of sampling, logging, roots and output, run over stdio: the same answers, and each line of their
// standard output is a message of the protocol.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempFolder } from './support/temp.js';

const root = join(import.meta.dirname, '..');

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly level?: string; readonly data?: unknown; readonly logger?: string };
  readonly result?: { readonly content?: readonly { readonly text?: string }[] };
}

interface Run {
  readonly answers: readonly (string | undefined)[];
  /** Methods of the requests that the server made. */
  readonly asked: readonly string[];
  readonly messages: readonly NonNullable<Message['params']>[];
  /** Lines of standard output that are no messages. */
  readonly foreign: readonly string[];
  readonly stderr: string;
}

const CLIENT: Readonly<Record<string, unknown>> = {
  'sampling/createMessage': { role: 'assistant', model: 'm', content: { type: 'text', text: 'AB' }, stopReason: 'endTurn' },
  'roots/list': { roots: [{ uri: 'file:///srv/a', name: 'a' }, { uri: 'file:///srv/b', name: 'b' }] },
};

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'jsonrpc' in value;
}

function messageIn(line: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isMessage(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What a client of the new revision says with each request. */
function envelope(logLevel: string | undefined): object {
  return {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
    ...(logLevel !== undefined && { 'io.modelcontextprotocol/logLevel': logLevel }),
  };
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly arguments?: readonly string[];
  /** A client of the new revision, and the level of the messages that it asks for. */
  readonly roots?: readonly string[];
  readonly modern?: { readonly logLevel?: string };
}

/** A client of an older revision can be asked for everything. */
async function run(path: string, calls: readonly { readonly name: string; readonly arguments?: object }[], { env, arguments: given = [], modern, roots }: RunOptions = {}): Promise<Run> {
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...given], { cwd: root, env: { ...process.env, ...env } });
  const ended = once(child, 'close');
  const waiting = new Map<number | string, (message: Message) => void>();
  const asked: string[] = [];
  const messages: NonNullable<Message['params']>[] = [];
  const foreign: string[] = [];
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const send = (message: object): boolean => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  createInterface({ input: child.stdout }).on('line', line => {
    const message = messageIn(line);
    if (!message) foreign.push(line);
    else if (message.method !== undefined && message.id !== undefined) {
      asked.push(message.method);
      send({ id: message.id, result: roots && message.method === 'roots/list' ? { roots: roots.map(path => ({ uri: pathToFileURL(path).href, name: basename(path) })) } : CLIENT[message.method] });
    } else if (message.method === 'notifications/message' && message.params) messages.push(message.params);
    else if (message.id !== undefined) waiting.get(message.id)?.(message);
  });
  let id = 0;
  const request = async (method: string, params: object): Promise<Message> => {
    const answer = new Promise<Message>(resolve => waiting.set(++id, resolve));
    send({ id, method, params });
    return answer;
  };
  if (!modern) {
    await request('initialize', { protocolVersion: '2025-11-25', capabilities: { sampling: {}, roots: {} }, clientInfo: { name: 'test', version: '1.0.0' } });
    send({ method: 'notifications/initialized' });
  }
  const answers: (string | undefined)[] = [];
  for (const call of calls) answers.push((await request('tools/call', { ...call, ...(modern && { _meta: envelope(modern.logLevel) }) })).result?.content?.[0]?.text);
  child.kill();
  await ended;
  return { answers, asked, messages, foreign, stderr };
}

function file(fixture: string, side: 'before' | 'after', name: string): string {
  return join(root, 'fixtures', fixture, side, name);
}

describe('sampling', () => {
  const seen: OpenAI.ChatCompletionCreateParamsNonStreaming[] = [];
  let provider: Server;
  let address = '';
  beforeAll(async () => {
    provider = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const body = JSON.parse(text) as OpenAI.ChatCompletionCreateParamsNonStreaming;
        seen.push(body);
        const message: OpenAI.ChatCompletionMessage = { role: 'assistant', refusal: null, content: 'AB' };
        const answer: OpenAI.ChatCompletion = { id: 'c', object: 'chat.completion', created: 1, model: body.model, choices: [{ index: 0, finish_reason: 'stop', logprobs: null, message }] };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      });
    });
    await new Promise<void>(resolve => provider.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${String((provider.address() as AddressInfo).port)}/v1`;
  });
  afterAll(() => provider.close());

  const calls = [{ name: 'summary' }, { name: 'title' }];

  it('the client is asked before, the provider after, and the answers are the same', { timeout: 60_000 }, async () => {
    const before = await run(file('sampling-to-provider/runs-over-stdio', 'before', 'server.ts'), calls);
    expect(before).toMatchObject({ answers: ['AB', 'AB (endTurn)'], asked: ['sampling/createMessage', 'sampling/createMessage'] });
    const after = await run(file('sampling-to-provider/runs-over-stdio', 'after', 'server.ts'), calls, { env: { MCP_SAMPLING_MODEL: 'm', OPENAI_API_KEY: 'k', OPENAI_BASE_URL: address } });
    expect(after.answers).toEqual(before.answers);
    expect([after.asked, after.foreign]).toEqual([[], []]);
    expect(seen.map(body => [body.model, body.max_completion_tokens, body.messages[0]?.role])).toEqual([['m', 100, 'user'], ['m', 20, 'system']]);
  });

  it('without a model the guard takes its other way', { timeout: 60_000 }, async () => {
    const { answers } = await run(file('sampling-to-provider/runs-over-stdio', 'after', 'server.ts'), [{ name: 'title' }], { env: { MCP_SAMPLING_MODEL: '' } });
    expect(answers).toEqual(['untitled']);
  });
});

it('log messages go to the client before, to stderr after, alike', { timeout: 60_000 }, async () => {
  const before = await run(file('logging-to-logger/runs-over-stdio', 'before', 'server.cjs'), [{ name: 'import' }]);
  expect(before.messages).toHaveLength(3);
  const after = await run(file('logging-to-logger/runs-over-stdio', 'after', 'server.cjs'), [{ name: 'import' }]);
  expect([after.answers, after.messages, after.foreign]).toEqual([before.answers, [], []]);
  expect(logged(after)).toMatchObject(before.messages);
});

function logged({ stderr }: Run): readonly NonNullable<Message['params']>[] {
  return stderr.split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as NonNullable<Message['params']>);
}

describe('messages that are kept', () => {
  const calls = [{ name: 'send', arguments: { to: 'ann' } }, { name: 'weigh', arguments: { to: 'ann' } }];
  const ofRequests = ({ data }: NonNullable<Message['params']>): boolean => !JSON.stringify(data).includes('ready');

  it('older clients get what they got, and the log has it too', { timeout: 60_000 }, async () => {
    const before = await run(file('logging-to-logger/kept', 'before', 'server.ts'), calls);
    const after = await run(file('logging-to-logger/kept', 'after', 'server.ts'), calls, { env: { LOG_LEVEL: 'debug' } });
    const messages = before.messages.filter(ofRequests);
    expect(messages).toHaveLength(8);
    expect([after.answers, after.messages, after.foreign]).toEqual([before.answers, messages, []]);
    expect(logged(after).filter(ofRequests)).toMatchObject(messages);
  });

  it.each([
    [undefined, []],
    ['warning', ['warning', 'error']],
    ['debug', ['info', 'notice', 'warning', 'debug', 'debug', 'debug', 'info', 'error']],
  ])('new clients get what the request asks for: %s', { timeout: 60_000 }, async (logLevel, levels) => {
    const after = await run(file('logging-to-logger/kept', 'after', 'server.ts'), calls, { modern: logLevel === undefined ? {} : { logLevel }, env: { LOG_LEVEL: 'debug' } });
    expect(after.answers).toEqual(['sent to ann', 'weighed']);
    expect(after.messages.map(m => m.level)).toEqual(levels);
    expect(logged(after).filter(ofRequests)).toHaveLength(8);
  });

  it('on the first SDK line as well', { timeout: 60_000 }, async () => {
    const both = [{ name: 'send' }, { name: 'weigh' }];
    const before = await run(file('logging-to-logger/kept-first-line', 'before', 'server.cjs'), both);
    const after = await run(file('logging-to-logger/kept-first-line', 'after', 'server.cjs'), both, { env: { LOG_LEVEL: 'debug' } });
    expect([after.answers, after.messages, after.foreign]).toEqual([before.answers, before.messages, []]);
    expect(before.messages).toHaveLength(3);
    expect(logged(after)).toMatchObject(before.messages);
  });
});

it('roots come from the client before, from the operator after, alike', { timeout: 60_000 }, async () => {
  const before = await run(file('roots-to-params/runs-over-stdio', 'before', 'server.mjs'), [{ name: 'folders' }]);
  expect(before).toMatchObject({ answers: ['file:///srv/a file:///srv/b'], asked: ['roots/list'] });
  const after = await run(file('roots-to-params/runs-over-stdio', 'after', 'server.mjs'), [{ name: 'folders' }], { env: { MCP_ROOTS: '/srv/a:/srv/b' } });
  expect([after.answers, after.asked, after.foreign]).toEqual([before.answers, [], []]);
  expect((await run(file('roots-to-params/runs-over-stdio', 'after', 'server.mjs'), [{ name: 'folders' }], { env: { MCP_ROOTS: '' } })).answers).toEqual(['none']);
});

describe('roots with a boundary', () => {
  const folder = tempFolder({ 'a/one.txt': 'first', 'a/inner/two.txt': 'second', 'a-evil/three.txt': 'third', 'outside/four.txt': 'fourth' });
  symlinkSync(join(folder, 'outside'), join(folder, 'a/link'));
  const a = join(folder, 'a');
  const at = (path: string): string => join(folder, path);

  it.each(['arguments', 'MCP_ROOTS'])('paths are refused as before, and where they only look allowed: %s', { timeout: 60_000 }, async how => {
    const paths = [at('a/one.txt'), at('outside/four.txt'), `${a}/../outside/four.txt`];
    const tricks = [at('a-evil/three.txt'), at('a/link/four.txt')];
    const calls = [...paths, ...tricks].flatMap(path => [{ name: 'read', arguments: { path } }, { name: 'peek', arguments: { path } }]);
    const before = await run(file('roots-to-params/checked', 'before', 'server.ts'), calls, { roots: [a] });
    const options = how === 'arguments' ? { arguments: [a], env: { MCP_ROOTS: folder } } : { env: { MCP_ROOTS: a } };
    const after = await run(file('roots-to-params/checked', 'after', 'server.ts'), calls, options);
    expect(before.answers.slice(0, 2)).toEqual(['first', 'f']);
    expect([after.answers.slice(0, 6), after.asked, after.foreign]).toEqual([before.answers.slice(0, 6), [], []]);
    expect(after.answers.slice(6)).toEqual(tricks.flatMap(path => [`refused: ${path}`, `refused: ${path}`]));
    expect(before.answers.slice(6), 'text alone lets some pass').not.toEqual(after.answers.slice(6));
  });

  it('nothing named means nothing allowed', { timeout: 60_000 }, async () => {
    const { answers } = await run(file('roots-to-params/checked', 'after', 'server.ts'), [{ name: 'read', arguments: { path: at('a/one.txt') } }, { name: 'peek', arguments: { path: at('a/one.txt') } }], { env: { MCP_ROOTS: '' } });
    expect(answers).toEqual(['no roots', `refused: ${at('a/one.txt')}`]);
  });

  it.each([undefined, {}])('tools take a directory inside of those: %s', { timeout: 60_000 }, async modern => {
    const plain = [{ name: 'list' }, { name: 'find', arguments: { name: 'one.txt' } }, { name: 'count', arguments: {} }];
    const before = await run(file('roots-to-params/tool-parameter', 'before', 'server.ts'), plain, { roots: [a] });
    const given = ['a', 'a/inner', 'outside', 'a-evil', 'a/link', 'a/../outside', 'a/none'].map(path => ({ name: 'list', arguments: { root: at(path) } }));
    const after = await run(file('roots-to-params/tool-parameter', 'after', 'server.ts'), [...plain, ...given, { name: 'find', arguments: { name: 'two.txt', directory: at('a/inner') } }], { env: { MCP_ROOTS: a }, ...(modern && { modern }) });
    expect([after.answers.slice(0, 3), after.asked, after.foreign]).toEqual([before.answers, [], []]);
    const refused = ['outside', 'a-evil', 'a/link', 'a/../outside'].map(path => `Access denied: ${at(path)}`);
    expect(after.answers.slice(3, 9)).toEqual(['inner,link,one.txt', 'two.txt', ...refused]);
    expect(after.answers[9]).toMatch(/ENOENT/);
    expect(after.answers[10]).toBe('inner false');
  });

  it('on the first SDK line as well', { timeout: 60_000 }, async () => {
    const before = await run(file('roots-to-params/tool-parameter-first-line', 'before', 'server.mjs'), [{ name: 'list' }], { roots: [a] });
    const after = await run(file('roots-to-params/tool-parameter-first-line', 'after', 'server.mjs'), [{ name: 'list' }, { name: 'list', arguments: { root: at('a/inner') } }, { name: 'list', arguments: { root: at('outside') } }], { env: { MCP_ROOTS: a } });
    expect(after.answers).toEqual([...before.answers, 'two.txt', `Access denied: ${at('outside')}`]);
  });
});

it.each([
  ['server-and-helper', 'server.ts', 3, [{ name: 'search', arguments: { query: 'x' } }]],
  ['commonjs', 'server.cjs', 2, [{ name: 'echo' }]],
] as const)('lines between the messages are gone: %s', { timeout: 60_000 }, async (fixture, name, lines, calls) => {
  const before = await run(file(`stdout-to-stderr/${fixture}`, 'before', name), calls, { env: { DEBUG: '' } });
  expect(before.foreign).toHaveLength(lines);
  const after = await run(file(`stdout-to-stderr/${fixture}`, 'after', name), calls, { env: { DEBUG: '' } });
  expect([after.answers, after.foreign]).toEqual([before.answers, []]);
  for (const line of before.foreign) expect(after.stderr).toContain(line);
});
