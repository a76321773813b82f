/* eslint-disable @typescript-eslint/no-deprecated -- One of two providers has no other name for it. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Anthropic from '@anthropic-ai/sdk';
import type OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Block, CreateMessage, Params } from '../../templates/llm.js';

type Wire = Anthropic.MessageCreateParamsNonStreaming & OpenAI.ChatCompletionCreateParamsNonStreaming;

/** Speaks the wire formats of both providers. The types of its answers are those that the providers publish. */
class StandIn {
  readonly seen: { readonly path: string; readonly body: Wire; readonly closed: Promise<void> }[] = [];
  status = 200;
  /** Statuses of the next answers, before `status` counts. */
  first: number[] = [];
  delayMs = 0;
  stop: { readonly anthropic: string; readonly openai: string } | undefined;
  #server: Server | undefined;

  async start(): Promise<string> {
    const server = createServer((request, response) => {
      void read(request).then(text => {
        const body = JSON.parse(text) as Wire;
        this.seen.push({ path: request.url ?? '', body, closed: new Promise(resolve => response.on('close', () => resolve())) });
        const status = this.first.shift() ?? this.status;
        const answer = status === 200 ? (request.url?.includes('/messages') ? this.#anthropic(body) : this.#openai(body)) : { error: { type: 'refused', message: 'secret detail' } };
        setTimeout(() => response.writeHead(status, { 'content-type': 'application/json', 'retry-after-ms': '1' }).end(JSON.stringify(answer)), this.delayMs);
      });
    });
    this.#server = server;
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }

  close(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  get last(): Wire {
    const last = this.seen.at(-1);
    if (!last) throw new Error('Nothing was asked.');
    return last.body;
  }

  #anthropic(body: Wire): unknown {
    const isTool = callsTool(body);
    const content = isTool ? [{ type: 'tool_use', id: 't1', name: 'clock', input: { zone: 'UTC' } }] : [{ type: 'thinking', thinking: 'hm', signature: 's' }, { type: 'text', text: 'A' }, { type: 'text', text: 'B' }];
    return { id: 'm', type: 'message', role: 'assistant', model: body.model, content, stop_reason: this.stop?.anthropic ?? (isTool ? 'tool_use' : 'end_turn'), stop_sequence: null, usage: { input_tokens: 1, output_tokens: 1 } };
  }

  #openai(body: Wire): unknown {
    const isTool = callsTool(body);
    const message: OpenAI.ChatCompletionMessage = { role: 'assistant', refusal: null, content: isTool ? null : 'AB', ...(isTool && { tool_calls: [{ id: 't1', type: 'function', function: { name: 'clock', arguments: '{"zone":"UTC"}' } }] }) };
    return { id: 'c', object: 'chat.completion', created: 1, model: body.model, choices: [{ index: 0, finish_reason: this.stop?.openai ?? (isTool ? 'tool_calls' : 'stop'), logprobs: null, message }], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } };
  }
}

/** At the first turn, or when it has to. */
function callsTool({ tools, messages, tool_choice: choice }: Wire): boolean {
  const mode = JSON.stringify(choice ?? '');
  return tools !== undefined && (messages.length === 1 || /"any"|"required"/.test(mode));
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
}

const standIn = new StandIn();
let origin = '';
beforeAll(async () => {
  origin = await standIn.start();
});
afterAll(() => standIn.close());
afterEach(() => {
  Object.assign(standIn, { status: 200, first: [], delayMs: 0, stop: undefined });
  vi.unstubAllEnvs();
});

const text: Params = { messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }], maxTokens: 10 };
const rich: Params = {
  messages: [
    { role: 'user', content: [{ type: 'image', data: 'aGk=', mimeType: 'image/png' }, { type: 'text', text: 'what' }] },
    { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'clock', input: { zone: 'UTC' } }] },
    { role: 'user', content: [{ type: 'tool_result', toolUseId: 't1', content: [{ type: 'text', text: '12:00' }], isError: true }] },
  ],
  maxTokens: 300,
  systemPrompt: 'Be brief.',
  temperature: 0.2,
  stopSequences: ['END'],
  tools: [{ name: 'clock', description: 'Time', inputSchema: { type: 'object', properties: { zone: { type: 'string' } } } }],
  toolChoice: { mode: 'required' },
  modelPreferences: { hints: [{ name: 'nothing' }, { name: 'small' }] },
};
const audio: Params = { messages: [{ role: 'user', content: { type: 'audio', data: 'UklGRg==', mimeType: 'audio/wav' } }], maxTokens: 10 };

interface Setup {
  readonly name: string;
  readonly template: string;
  readonly speaks: 'anthropic' | 'openai';
  readonly env: () => Readonly<Record<string, string>>;
}

const setups: readonly Setup[] = [
  { name: 'anthropic', template: 'llm-anthropic', speaks: 'anthropic', env: () => ({ ANTHROPIC_BASE_URL: origin }) },
  { name: 'openai', template: 'llm-openai', speaks: 'openai', env: () => ({ OPENAI_BASE_URL: `${origin}/v1` }) },
  { name: 'ai-sdk with anthropic', template: 'llm-ai-sdk', speaks: 'anthropic', env: () => ({ MCP_SAMPLING_PROVIDER: 'anthropic', ANTHROPIC_BASE_URL: `${origin}/v1` }) },
  { name: 'ai-sdk with openai', template: 'llm-ai-sdk', speaks: 'openai', env: () => ({ MCP_SAMPLING_PROVIDER: 'openai', OPENAI_BASE_URL: `${origin}/v1` }) },
];

async function load({ template, env }: Setup, more: Readonly<Record<string, string | undefined>> = {}): Promise<CreateMessage> {
  vi.resetModules();
  for (const [name, value] of Object.entries({ MCP_SAMPLING_MODEL: 'big-1, small-2', ANTHROPIC_API_KEY: 'k', OPENAI_API_KEY: 'k', ...env(), ...more })) vi.stubEnv(name, value);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const module = (await import(`../../templates/${template}.ts`)) as { createMessage: CreateMessage };
  return module.createMessage;
}

describe.each(setups)('$name', setup => {
  it('sends all that the request said', async () => {
    const createMessage = await load(setup);
    await createMessage(rich);
    const body = standIn.last;
    expect(body.model).toBe('small-2');
    expect(JSON.stringify(body.messages)).toMatch(/12:00/);
    if (setup.speaks === 'anthropic') {
      expect(body.max_tokens).toBe(300);
      expect(JSON.stringify(body.system)).toContain('Be brief.');
      expect(body.stop_sequences).toEqual(['END']);
      expect(body.tool_choice).toMatchObject({ type: 'any' });
      expect(body.tools).toMatchObject([{ name: 'clock', description: 'Time', input_schema: { type: 'object' } }]);
      expect(JSON.stringify(body.messages)).toMatch(/"type":"image","source":\{"type":"base64","media_type":"image\/png"/);
      expect(JSON.stringify(body.messages)).toMatch(/"tool_use_id":"t1"/);
      expect(JSON.stringify(body.messages)).toMatch(/"is_error":true/);
      if (setup.name === 'anthropic') expect(body).not.toHaveProperty('temperature');
    } else {
      expect(body.max_completion_tokens ?? body.max_tokens).toBe(300);
      expect(body.messages[0]).toMatchObject({ role: 'system', content: 'Be brief.' });
      expect(body.stop).toEqual(['END']);
      expect(body.temperature).toBe(0.2);
      expect(body.tool_choice).toBe('required');
      expect(body.tools).toMatchObject([{ type: 'function', function: { name: 'clock', description: 'Time', parameters: { type: 'object' } } }]);
      expect(JSON.stringify(body.messages)).toContain('data:image/png;base64,aGk=');
      expect(body.messages).toContainEqual(expect.objectContaining({ role: 'tool', tool_call_id: 't1' }));
      expect(JSON.stringify(body.messages)).toContain(JSON.stringify(JSON.stringify({ zone: 'UTC' })));
    }
  });

  it.each([
    ['auto', 'auto', 'auto'],
    ['required', 'any', 'required'],
    ['none', 'none', 'none'],
  ] as const)('tool choice %s', async (mode, anthropic, openai) => {
    const createMessage = await load(setup);
    await createMessage({ ...rich, toolChoice: { mode } });
    const sent = standIn.last.tool_choice as unknown;
    if (setup.speaks === 'openai') expect(sent).toBe(openai);
    // This package leaves the tools out instead of forbidding them.
    else if (sent !== undefined) expect(sent).toMatchObject({ type: anthropic });
    else expect([setup.template, mode]).toEqual(['llm-ai-sdk', 'none']);
  });

  it('without tools one block of text, thinking left out; with tools a list', async () => {
    const createMessage = await load(setup);
    expect(await createMessage(text)).toEqual({ role: 'assistant', model: 'big-1', content: { type: 'text', text: 'AB' }, stopReason: 'endTurn' });
    expect(await createMessage({ ...text, tools: rich.tools ?? [] })).toEqual({ role: 'assistant', model: 'big-1', content: [{ type: 'tool_use', id: 't1', name: 'clock', input: { zone: 'UTC' } }], stopReason: 'toolUse' });
  });

  it.each([
    ['max_tokens', 'length', 'maxTokens'],
    ['end_turn', 'stop', 'endTurn'],
  ])('stop reason %s or %s', async (anthropic, openai, expected) => {
    const createMessage = await load(setup);
    standIn.stop = { anthropic, openai };
    expect((await createMessage(text)).stopReason).toBe(expected);
  });

  it('other stop reasons', async () => {
    const createMessage = await load(setup);
    standIn.stop = { anthropic: 'stop_sequence', openai: 'content_filter' };
    const { stopReason } = await createMessage(text);
    expect(stopReason).toBe(setup.name === 'anthropic' ? 'stopSequence' : setup.name === 'openai' ? 'content_filter' : setup.speaks === 'anthropic' ? 'endTurn' : 'content-filter');
  });

  it('audio', async () => {
    const createMessage = await load(setup);
    if (setup.speaks === 'openai') {
      await createMessage(audio);
      expect(JSON.stringify(standIn.last.messages)).toMatch(/"type":"input_audio","input_audio":\{"data":"UklGRg==","format":"wav"\}/);
      await createMessage({ ...audio, messages: [{ role: 'user', content: { type: 'audio', data: 'SUQz', mimeType: 'audio/mpeg' } }] });
      expect(JSON.stringify(standIn.last.messages)).toMatch(/"format":"mp3"/);
    } else await expect(createMessage(audio)).rejects.toThrow(/^LLM call failed: /);
  });

  it('what no provider takes is refused, or says in its own words what it is', async () => {
    const createMessage = await load(setup);
    const user = (...content: Block[]): Params => ({ messages: [{ role: 'user', content }], maxTokens: 10 });
    const image: Block = { type: 'image', data: 'aGk=', mimeType: 'image/png' };
    const shown = user({ type: 'tool_result', toolUseId: 't1', content: [image] });
    if (setup.name === 'anthropic') {
      await createMessage(shown);
      expect(JSON.stringify(standIn.last.messages)).toMatch(/"tool_use_id":"t1","content":\[\{"type":"image"/);
    } else await expect(createMessage(shown)).rejects.toThrow(new Error('LLM call failed: image in a tool result is not supported by this provider'));
    await expect(createMessage(user({ type: 'tool_result', toolUseId: 't1', content: [{ type: 'audio', data: 'UklGRg==', mimeType: 'audio/wav' }] }))).rejects.toThrow(new Error('LLM call failed: audio in a tool result is not supported by this provider'));
    if (setup.name !== 'anthropic') await expect(createMessage({ messages: [{ role: 'assistant', content: image }], maxTokens: 10 })).rejects.toThrow(new Error('LLM call failed: image from the assistant is not supported by this provider'));
    const count = standIn.seen.length;
    await expect(createMessage(user({ type: 'audio', data: 'T2dnUw==', mimeType: 'audio/ogg' }))).rejects.toThrow(/^LLM call failed: /);
    expect(standIn.seen.length).toBe(count);
  });

  it('context, metadata and priorities are not sent, and no stream is asked for', async () => {
    const createMessage = await load(setup);
    await createMessage({ ...text, includeContext: 'allServers', metadata: { user: 'secret-user' }, modelPreferences: { costPriority: 0.31, speedPriority: 0.32, intelligencePriority: 0.33 } });
    expect(JSON.stringify(standIn.last)).not.toMatch(/allServers|secret-user|0\.3[123]|includeContext|Priority/);
    expect(standIn.last.stream ?? false).toBe(false);
    expect(standIn.last.model).toBe('big-1');
  });

  it('a whole loop with tools: call, result, answer', async () => {
    const createMessage = await load(setup);
    const messages: Params['messages'] = [{ role: 'user', content: { type: 'text', text: 'what time is it' } }];
    const first = await createMessage({ messages, maxTokens: 50, tools: rich.tools ?? [] });
    messages.push({ role: 'assistant', content: first.content });
    messages.push({ role: 'user', content: [{ type: 'tool_result', toolUseId: 't1', content: [{ type: 'text', text: '12:00' }] }] });
    const { stopReason, content } = await createMessage({ messages, maxTokens: 50, tools: rich.tools ?? [] });
    expect([stopReason, JSON.stringify(content)]).toEqual(['endTurn', expect.stringMatching(/"type":"text","text":"A?B"/)]);
    expect(JSON.stringify(standIn.last.messages)).toMatch(/12:00/);
  });

  it.each([429, 500, 503])('status %i is tried again', async status => {
    const createMessage = await load(setup);
    standIn.first = [status];
    const count = standIn.seen.length;
    expect(await createMessage(text)).toMatchObject({ content: { text: 'AB' } });
    expect(standIn.seen.length - count).toBe(2);
  });

  it.each([
    [429, 'the provider is rate limiting'],
    [500, 'the provider is not available'],
    [529, 'the provider is not available'],
  ])('status %i that stays is a short error', async (status, reason) => {
    const createMessage = await load(setup);
    standIn.status = status;
    await expect(createMessage(text)).rejects.toThrow(new Error(`LLM call failed: ${reason}`));
  });

  // The other package reads its addresses once, and waits for seconds between attempts.
  if (setup.template !== 'llm-ai-sdk') it('a provider that cannot be reached', async () => {
    const createMessage = await load(setup, { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9/v1', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' });
    await expect(createMessage(text)).rejects.toThrow(new Error('LLM call failed: the provider is not available'));
  }, 20_000);

  it.each([
    [401, 'the provider refused the credentials'],
    [403, 'the provider refused the credentials'],
    [400, 'the provider refused the request (400)'],
  ])('status %i is a short error without the words of the provider', async (status, reason) => {
    const createMessage = await load(setup);
    standIn.status = status;
    await expect(createMessage(text)).rejects.toThrow(new Error(`LLM call failed: ${reason}`));
  });

  it('without a model, without a key', async () => {
    await expect((await load(setup, { MCP_SAMPLING_MODEL: '' }))(text)).rejects.toThrow('LLM call failed: the server is not set up for it');
    await expect((await load(setup, { ANTHROPIC_API_KEY: undefined, OPENAI_API_KEY: undefined }))(text)).rejects.toThrow(/^LLM call failed: /);
  });

  it('a time-out bounds the whole call, and cancelling ends it at the provider', async () => {
    const createMessage = await load(setup);
    standIn.delayMs = 5000;
    const started = Date.now();
    await expect(createMessage(text, { timeout: 200 })).rejects.toThrow('LLM call failed: it timed out');
    expect(Date.now() - started).toBeLessThan(1500);
    const stop = new AbortController();
    const count = standIn.seen.length;
    const call = createMessage(text, { signal: stop.signal });
    await vi.waitFor(() => expect(standIn.seen.length).toBe(count + 1));
    stop.abort();
    await expect(call).rejects.toThrow('LLM call failed: it was cancelled');
    await standIn.seen.at(-1)?.closed;
  });

  it('never writes to stdout', async () => {
    const createMessage = await load(setup);
    const write = vi.spyOn(process.stdout, 'write');
    await createMessage({ ...text, ...(setup.speaks === 'anthropic' ? {} : { stopSequences: ['x'] }) });
    expect(write).not.toHaveBeenCalled();
    write.mockRestore();
  });
});

it('the capability is a model that is named', async () => {
  const { canCreateMessage } = await import('../../templates/llm.js');
  vi.stubEnv('MCP_SAMPLING_MODEL', '');
  expect(canCreateMessage()).toBe(false);
  vi.stubEnv('MCP_SAMPLING_MODEL', 'm');
  expect(canCreateMessage()).toBe(true);
});
