// Starts a server over stdio and calls its tools, as a client of an older revision or of the new one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../..');

export interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly level?: string; readonly data?: unknown; readonly logger?: string; readonly tools?: unknown };
  readonly result?: { readonly content?: readonly { readonly text?: string }[] };
}

export interface Run {
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

/** A model that picks once where it has tools, and says the same otherwise. */
function answerTo({ method, params }: Message): unknown {
  const picks = method === 'sampling/createMessage' && params?.tools && !JSON.stringify(params).includes('tool_result');
  if (picks) return { role: 'assistant', model: 'm', content: [{ type: 'tool_use', id: 'c1', name: 'pick', input: { n: 1 } }], stopReason: 'toolUse' };
  return CLIENT[method ?? ''];
}

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

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly arguments?: readonly string[];
  /** A client of the new revision, and the level of the messages that it asks for. */
  readonly roots?: readonly string[];
  readonly modern?: { readonly logLevel?: string };
}

/** A client of an older revision can be asked for everything. */
export async function run(path: string, calls: readonly { readonly name: string; readonly arguments?: object }[], { env, arguments: given = [], modern, roots }: RunOptions = {}): Promise<Run> {
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
      send({ id: message.id, result: roots && message.method === 'roots/list' ? { roots: roots.map(path => ({ uri: pathToFileURL(path).href, name: basename(path) })) } : answerTo(message) });
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
    await request('initialize', { protocolVersion: '2025-11-25', capabilities: { sampling: { tools: {} }, roots: {} }, clientInfo: { name: 'test', version: '1.0.0' } });
    send({ method: 'notifications/initialized' });
  }
  const answers: (string | undefined)[] = [];
  for (const call of calls) answers.push((await request('tools/call', { ...call, ...(modern && { _meta: envelope(modern.logLevel) }) })).result?.content?.[0]?.text);
  child.kill();
  await ended;
  return { answers, asked, messages, foreign, stderr };
}

/** What stands on standard error as log messages. */
export function logged({ stderr }: Run): readonly NonNullable<Message['params']>[] {
  return stderr.split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as NonNullable<Message['params']>);
}
