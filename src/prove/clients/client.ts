import type { JsonObject } from '../../finding.js';
import type { Era, Exchange } from '../wire.js';

export interface RequestOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Extra members of `_meta`. */
  readonly meta?: JsonObject;
  /** Answers requests that the server sends while this one runs: the result, or undefined for a refusal. */
  readonly answer?: (request: JsonObject) => JsonObject | undefined;
  /** Header values for annotated parameters, by header name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One client of one era over one transport. It has no opinion about results: it says what came. */
export interface Client {
  readonly era: Era;
  /** Begins the conversation. On the modern side there is nothing to begin with, and discovery is asked. */
  open(): Promise<Exchange>;
  request(method: string, params?: JsonObject, options?: RequestOptions): Promise<Exchange>;
  close(): Promise<void>;
}

/** Where the next HTTP request goes: the question is asked anew for each of them. */
export type Route = () => URL | Promise<URL>;

export const CLIENT_INFO = { name: 'mcp-stateless-prove', version: '1.0.0' };

/** What our clients can do when asked, in both eras. */
export const CAPABILITIES: JsonObject = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
export const OLDER_CAPABILITIES: JsonObject = { elicitation: {}, sampling: {}, roots: { listChanged: false } };
