import type { JsonObject, JsonValue } from '../finding.js';
import { answerer } from './answers.js';
import type { Client } from './clients/client.js';
import { headerParameters } from './clients/parameters.js';
import { isObject, objectAt, textAt, without } from './json.js';
import { describeStep, requestOf, type Step, type ToolStep } from './script.js';
import type { Exchange, Outcome } from './wire.js';

const MAX_ROUNDS = 10;

/** What one step of a script came to in one run. */
export interface StepRecord {
  readonly step: Step;
  readonly label: string;
  readonly outcome: Outcome;
  /** What the server asked during the step, in order. */
  readonly asked: readonly JsonValue[];
  /** How many times the call was sent: more than once when the server asked by an interim result. */
  readonly rounds: number;
  readonly notifications: readonly JsonObject[];
  /** Requests that the server sent to the client. */
  readonly requests: readonly JsonObject[];
}

export interface RunRecord {
  readonly opened: Outcome;
  readonly steps: readonly StepRecord[];
}

export interface RunHooks {
  /** The client of a step. One for all of them, unless the run is about beginning anew. */
  readonly client: (index: number) => Client | Promise<Client>;
  readonly after?: (index: number) => void | Promise<void>;
}

/** Runs a script. The answers of a server that cannot be talked to are answers too, so this does not throw for them. */
export async function runSteps(steps: readonly Step[], hooks: RunHooks, schemas: ReadonlyMap<string, JsonObject>): Promise<RunRecord> {
  const results = new Map<string, JsonValue>();
  const records: StepRecord[] = [];
  const greeted = new Map<Client, Outcome>();
  for (const [index, step] of steps.entries()) {
    const client = await hooks.client(index);
    const opened = greeted.get(client) ?? (await client.open()).outcome;
    greeted.set(client, opened);
    // A handshake that failed is the outcome of every step behind it. The modern era has none.
    const record = client.era === 'older' && opened.kind !== 'result' ? unopened(step, opened) : await runStep(client, step, results, schemas);
    if (step.as !== undefined && record.outcome.kind === 'result') results.set(step.as, record.outcome.result);
    records.push(record);
    await hooks.after?.(index);
  }
  for (const client of greeted.keys()) await client.close();
  const [first] = greeted.values();
  return { opened: first ?? { kind: 'silent', why: 'the script is empty' }, steps: records };
}

function unopened(step: Step, outcome: Outcome): StepRecord {
  return { step, label: describeStep(step), outcome, asked: [], rounds: 0, notifications: [], requests: [] };
}

export async function runStep(client: Client, step: Step, results: ReadonlyMap<string, JsonValue>, schemas: ReadonlyMap<string, JsonObject>): Promise<StepRecord> {
  const { method, params } = requestOf(step, results);
  const answer = answerer(step.answers);
  const asked: JsonValue[] = [];
  const notifications: JsonObject[] = [];
  const requests: JsonObject[] = [];
  const schema = 'tool' in step ? schemas.get(step.tool) : undefined;
  const headers = schema && client.era === 'modern' ? headerParameters(schema, objectAt(params, 'arguments') ?? {}) : undefined;
  let round = params;
  for (let rounds = 1; ; rounds++) {
    const exchange = await exchangeOf(client, step, method, round, {
      ...(headers && { headers }),
      answer: request => {
        const question = textAt(request, 'method') ?? '';
        const result = answer(question, request['params']);
        if (question !== 'ping') asked.push({ method: question, params: withoutMeta(request['params']) });
        return result;
      },
    });
    notifications.push(...exchange.notifications);
    requests.push(...exchange.requests);
    const { outcome } = exchange;
    const interim = outcome.kind === 'result' && outcome.result['resultType'] === 'input_required' ? outcome.result : undefined;
    if (!interim || rounds >= MAX_ROUNDS) return { step, label: describeStep(step), outcome, asked, rounds, notifications, requests };
    const inputResponses: Record<string, JsonValue> = {};
    for (const [key, request] of Object.entries(objectAt(interim, 'inputRequests') ?? {})) {
      const question = textAt(request, 'method') ?? '';
      const questionParams = isObject(request) ? request['params'] : undefined;
      asked.push({ method: question, params: withoutMeta(questionParams) });
      inputResponses[key] = answer(question, questionParams) ?? {};
    }
    const { requestState } = interim;
    round = { ...params, inputResponses, ...(requestState !== undefined && { requestState }) };
  }
}

async function exchangeOf(client: Client, step: Step, method: string, params: JsonObject, options: Parameters<Client['request']>[2]): Promise<Exchange> {
  const cancelAfterMs = (step as Partial<ToolStep>).cancelAfterMs;
  if (cancelAfterMs === undefined) return client.request(method, params, options);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), cancelAfterMs);
  try {
    return await client.request(method, params, { ...options, signal: controller.signal });
  } finally {
    clearTimeout(timer);
  }
}

function withoutMeta(params: JsonValue | undefined): JsonValue {
  if (!isObject(params)) return params ?? null;
  return without(params, '_meta');
}
