// Every form of call x SDK line x handler, helper, class or low-level server x TypeScript or JavaScript x ES modules or CommonJS: servers that are
// made from one table, rewritten, and run over stdio before and after.
import { symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CELLS, entryOf, formsIn, nameOf, type Cell } from './support/forms.js';
import { rewritten } from './support/rewritten-forms.js';
import { logged, run, type Run } from './support/stdio.js';
import { tempFolder, writeFiles } from './support/temp.js';
import { typeErrors } from './support/types.js';

const root = join(import.meta.dirname, '..');
let provider: Server;
let env: Readonly<Record<string, string>> = {};

/** Picks once where it has tools, and says the same otherwise, as the client does. */
function answerTo(body: OpenAI.ChatCompletionCreateParamsNonStreaming): OpenAI.ChatCompletion {
  const picks = body.tools !== undefined && !body.messages.some(m => m.role === 'tool');
  const message: OpenAI.ChatCompletionMessage = picks ? { role: 'assistant', refusal: null, content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'pick', arguments: '{"n":1}' } }] } : { role: 'assistant', refusal: null, content: 'AB' };
  return { id: 'c', object: 'chat.completion', created: 1, model: body.model, choices: [{ index: 0, finish_reason: picks ? 'tool_calls' : 'stop', logprobs: null, message }] };
}

beforeAll(async () => {
  provider = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answerTo(JSON.parse(text) as OpenAI.ChatCompletionCreateParamsNonStreaming))));
  });
  await new Promise<void>(resolve => provider.listen(0, '127.0.0.1', resolve));
  env = { MCP_SAMPLING_MODEL: 'm', OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `http://127.0.0.1:${String((provider.address() as AddressInfo).port)}/v1`, MCP_ROOTS: '/srv/a:/srv/b', LOG_LEVEL: 'debug' };
});
afterAll(() => provider.close());

function messagesOf({ messages }: Run): readonly object[] {
  return messages.map(({ level, logger, data }) => ({ level, data, ...(logger !== undefined && { logger }) }));
}

it.each(CELLS.map(c => [nameOf(c), c] as const))('%s', { timeout: 180_000 }, async (_, cell: Cell) => {
  const folder = tempFolder();
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const { before, after, problems } = rewritten(cell, join(folder, 'before'));
  expect(problems).toEqual([]);
  writeFiles(join(folder, 'after'), after);
  const forms = formsIn(cell);
  const calls = forms.map(f => ({ name: f.name }));
  const was = await run(join(folder, 'before', entryOf(cell)), calls);
  const expected = { sampling: 'AB', logging: 'logged', roots: 'file:///srv/a file:///srv/b' };
  expect(forms.map((f, i) => [f.name, was.answers[i]])).toEqual(forms.map(f => [f.name, expected[f.feature]]));
  expect(was.asked.length).toBeGreaterThan(forms.filter(f => f.feature !== 'logging').length - 1);
  expect(was.messages).toHaveLength(forms.filter(f => f.feature === 'logging').length);
  for (const modern of cell.line === 'v2' ? [undefined, {}] : [undefined]) {
    const is = await run(join(folder, 'after', entryOf(cell)), calls, { env, ...(modern && { modern }) });
    expect(forms.map((f, i) => [f.name, is.answers[i]])).toEqual(forms.map((f, i) => [f.name, was.answers[i]]));
    expect([is.asked, is.messages, is.foreign]).toEqual([[], [], []]);
    expect(logged(is)).toMatchObject(messagesOf(was));
  }
  expect(Object.keys(after)).toEqual(expect.arrayContaining(Object.keys(before)));
});

it.each(['v1', 'v2'] as const)('all of them compile before and after: %s', { timeout: 180_000 }, line => {
  const files: Record<string, string> = {};
  for (const cell of CELLS.filter(c => c.language === 'ts' && c.module === 'module' && c.line === line)) {
    const sides = rewritten(cell);
    for (const side of ['before', 'after'] as const) for (const [path, text] of Object.entries(sides[side])) if (path.endsWith('.ts')) files[`${side}/${cell.place}/${path}`] = text;
  }
  expect(typeErrors(files)).toEqual([]);
});
