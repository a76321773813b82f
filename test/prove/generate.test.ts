import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/finding.js';
import type { Client } from '../../src/prove/clients/client.js';
import { generateScript } from '../../src/prove/generate.js';
import { isObject, objectAt, textAt } from '../../src/prove/json.js';
import { bounded } from '../../src/prove/sample.js';
import type { Step } from '../../src/prove/script.js';
import type { Survey, Tool } from '../../src/prove/survey.js';

type Answer = (given: JsonObject) => string | undefined;

/** A server of tools; one that answers nothing reports an error. */
function clientOf(tools: Readonly<Record<string, Answer>>): Client {
  return {
    era: 'older',
    open: () => Promise.reject(new Error('not asked for')),
    close: () => Promise.resolve(),
    request: (_method, params) => {
      const text = tools[textAt(params, 'name') ?? '']?.(objectAt(params, 'arguments') ?? {});
      const result: JsonObject = { content: [{ type: 'text', text: text ?? 'no' }], ...(text === undefined && { isError: true }) };
      return Promise.resolve({ outcome: { kind: 'result', result }, notifications: [], requests: [] });
    },
  };
}

const word = { type: 'string' };

function tool(name: string, properties: JsonObject, readOnly = false): Tool {
  return { name, description: '', inputSchema: { type: 'object', properties, required: Object.keys(properties) }, readOnly };
}

function surveyOf(tools: readonly Tool[]): Survey {
  return { era: 'older', opened: { kind: 'silent', why: '' }, served: true, serverInfo: undefined, capabilities: {}, tools, prompts: [], resources: [], refusal: undefined };
}

async function made(tools: readonly Tool[], answers: Readonly<Record<string, Answer>>, seed: number): Promise<{ readonly steps: readonly Step[]; readonly left: readonly string[] }> {
  return generateScript(clientOf(answers), surveyOf(tools), { seed, calls: 2, allowed: () => true });
}

/** What each call of a tool was given, in order. */
function given(steps: readonly Step[], name: string): readonly JsonObject[] {
  return steps.flatMap(step => ('tool' in step && step.tool === name ? [step.arguments ?? {}] : []));
}

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);

/** How often a reader was asked for what the maker had put in by then. */
function sees(steps: readonly Step[], maker: string, reader: string, name: string): number {
  const known = new Set<string>();
  let seen = 0;
  for (const step of steps) {
    if (!('tool' in step)) continue;
    const value = JSON.stringify(step.arguments?.[name]);
    if (step.tool === maker) known.add(value);
    else if (step.tool === reader && known.has(value)) seen++;
  }
  return seen;
}

describe('calls made from schemas', () => {
  it.each(SEEDS)('ask for what another tool was given, seed %i', async seed => {
    const answers = { add_term: () => 'added', define: () => 'x' };
    const { steps } = await made([tool('define', { term: { ...word, description: 'Look up' } }, true), tool('add_term', { term: word, meaning: word })], answers, seed);
    expect(sees(steps, 'add_term', 'define', 'term')).toBe(3);
    const adds = given(steps, 'add_term');
    expect(new Set(adds.flatMap(a => Object.values(a)))).toHaveProperty('size', 4);
  });

  it('ask again where the reader says nothing of itself and came first', async () => {
    for (const seed of SEEDS) {
      const { steps } = await made([tool('define', { term: word }), tool('keep', { term: word, meaning: word })], { define: () => 'x', keep: () => 'kept' }, seed);
      expect(sees(steps, 'keep', 'define', 'term')).toBeGreaterThan(0);
    }
  });

  it('invent a key that the caller chooses, where the server takes it', async () => {
    const tools = [tool('get', { key: word }, true), tool('put', { key: word, value: word })];
    const { steps, left } = await made(tools, { get: () => 'x', put: () => 'done' }, 1);
    expect(left).toEqual([]);
    expect(sees(steps, 'put', 'get', 'key')).toBeGreaterThan(1);
    const refused = await made(tools, { get: () => 'x' }, 1);
    expect(refused).toEqual({ steps: [], left: ['put', 'get'] });
  });

  it('keep to what a server returns of its own', async () => {
    const tools = [tool('create_cart', {}), tool('add', { cart_id: word, sku: word }), tool('view', { cart_id: word }, true)];
    const { steps } = await made(tools, { create_cart: () => '{"cart_id":"c-1"}', add: () => 'ok', view: () => 'x' }, 1);
    for (const { cart_id: id } of [...given(steps, 'add'), ...given(steps, 'view')]) expect(isObject(id) && typeof id['$from']).toBe('string');
    const renaming = await made([tool('add_page', { title: word }), tool('show_page', { title: word }, true)], { add_page: () => 'title: page-7', show_page: () => 'x' }, 1);
    expect(given(renaming.steps, 'show_page')[0]?.['title']).toMatchObject({ $from: 's1.content.0.text' });
  });

  it('give no tool a value that its schema refuses', async () => {
    const tools = [tool('add_term', { term: word }), tool('define', { term: { type: 'string', enum: ['a', 'b'] } }, true), tool('rank', { term: { type: 'integer' } }, true)];
    const { steps } = await made(tools, { add_term: () => 'added', define: () => 'x', rank: () => 'y' }, 1);
    for (const { term } of given(steps, 'define')) expect(['a', 'b']).toContain(term);
    for (const { term } of given(steps, 'rank')) expect(typeof term).toBe('number');
  });

  it('try another one where there are few values', async () => {
    const tools = [tool('mode', { on: { type: 'boolean' }, level: { type: 'string', enum: ['low', 'high'], default: 'low' } })];
    for (const seed of SEEDS) {
      const [first, second] = given((await made(tools, { mode: () => 'ok' }, seed)).steps, 'mode');
      expect(first?.['on']).not.toBe(second?.['on']);
      expect(first?.['level']).not.toBe(second?.['level']);
    }
  });
});

describe('free texts', () => {
  it('become words, within their limits', () => {
    expect(bounded({ type: 'string' })).toMatchObject({ pattern: '^[a-z]{8}$' });
    expect(bounded({ type: 'string', maxLength: 3 })).toMatchObject({ pattern: '^[a-z]{3}$' });
    expect(bounded({ type: 'string', minLength: 12 })).toMatchObject({ pattern: '^[a-z]{12}$' });
    expect(bounded({ type: 'string', format: 'date' })).toEqual({ type: 'string', format: 'date' });
    expect(bounded({ type: 'object', properties: { default: { type: 'string' } } })).toMatchObject({ properties: { default: { pattern: '^[a-z]{8}$' } } });
  });
});
