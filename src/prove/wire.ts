import type { JsonObject, JsonValue } from '../finding.js';
import { isObject, numberAt, shortened, textAt } from './json.js';

export const MODERN_VERSION = '2026-07-28';
export const OLDER_VERSION = '2025-11-25';

/** The older era opens with a handshake; the modern one carries its metadata on each request. */
export type Era = 'modern' | 'older';

export const META = {
  version: 'io.modelcontextprotocol/protocolVersion',
  client: 'io.modelcontextprotocol/clientInfo',
  capabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
} as const;

export const CODE = {
  methodNotFound: -32601,
  invalidParams: -32602,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const;

/** What a request came to. */
export type Outcome =
  | { readonly kind: 'result'; readonly result: JsonObject }
  | { readonly kind: 'error'; readonly code: number; readonly message: string; readonly data?: JsonValue }
  /** An HTTP answer without a JSON-RPC message in it. */
  | { readonly kind: 'refused'; readonly status: number; readonly text: string }
  /** No answer: a time-out, a closed connection. */
  | { readonly kind: 'silent'; readonly why: string };

export interface Exchange {
  readonly outcome: Outcome;
  /** Over HTTP only. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the server sent beside the answer. */
  readonly notifications: readonly JsonObject[];
  /** Requests from the server, which no modern connection may carry. */
  readonly requests: readonly JsonObject[];
}

export function outcomeOf(message: JsonObject): Outcome {
  const { result, error } = message;
  if (isObject(result)) return { kind: 'result', result };
  if (isObject(error)) {
    const { data } = error;
    return { kind: 'error', code: numberAt(error, 'code') ?? 0, message: textAt(error, 'message') ?? '', ...(data !== undefined && { data }) };
  }
  return { kind: 'silent', why: `The answer holds neither a result nor an error: ${shortened(JSON.stringify(message))}` };
}

export function isAnswerTo(message: JsonObject, id: number | string): boolean {
  return message['method'] === undefined && message['id'] === id;
}

export function isServerRequest(message: JsonObject): boolean {
  return typeof message['method'] === 'string' && message['id'] !== undefined && message['id'] !== null;
}

export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'result':
      return shortened(resultText(outcome.result));
    case 'error':
      return shortened(`error ${outcome.code}: ${outcome.message}`);
    case 'refused':
      return shortened(`HTTP ${outcome.status}: ${outcome.text}`);
    case 'silent':
      return shortened(`no answer: ${outcome.why}`);
  }
}

/** A tool result as its texts, anything else as JSON. */
export function resultText(result: JsonObject): string {
  const { content } = result;
  if (!Array.isArray(content)) return JSON.stringify(result);
  const texts = content.map((block: JsonValue) => textAt(block, 'text') ?? `<${textAt(block, 'type') ?? 'content'}>`);
  const shown = texts.length === 0 && result['structuredContent'] !== undefined ? JSON.stringify(result['structuredContent']) : texts.join(' ');
  return result['isError'] === true ? `tool error: ${shown}` : shown;
}

/** Reads the events of a stream as they come. Only their data matter here. */
export class EventReader {
  #rest = '';
  #data: string[] = [];

  push(chunk: string): string[] {
    const events: string[] = [];
    const lines = (this.#rest + chunk).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (this.#data.length > 0) events.push(this.#data.join('\n'));
        this.#data = [];
      } else if (line.startsWith('data:')) this.#data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
    }
    return events;
  }
}

const PLAIN_HEADER = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** A value as it may stand in a header: plain, or marked and in Base64. */
export function headerValue(value: string): string {
  if (value === '' || (PLAIN_HEADER.test(value) && !/^=\?base64\?.*\?=$/.test(value))) return value;
  return `=?base64?${Buffer.from(value, 'utf8').toString('base64')}?=`;
}
