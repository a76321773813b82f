// Servers before and after the rewrites of sampling, logging, roots and output, run over stdio: the same answers, and each line of their
// standard output is a message of the protocol.
import { symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logged, run, type Message } from './support/stdio.js';
import { tempFolder } from './support/temp.js';

const root = join(import.meta.dirname, '..');

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

it('what was registered after the handshake is there for clients of both eras', { timeout: 60_000 }, async () => {
  const calls = ['first', 'one', 'two'].map(name => ({ name }));
  const at = (side: 'before' | 'after'): string => file('handshake-to-request/registered-in-the-hook', side, 'server.ts');
  const answers = ['first', 'one', 'two'];
  expect((await run(at('before'), calls)).answers).toEqual(answers);
  expect((await run(at('before'), calls, { modern: {} })).answers).not.toEqual(answers);
  for (const options of [{}, { modern: {} }]) expect((await run(at('after'), calls, options)).answers).toEqual(answers);
  expect((await run(at('after'), [{ name: 'asks' }], { modern: {} })).answers).toEqual(['The client does not support elicitation.']);
});
