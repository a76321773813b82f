import type { JsonObject } from '../../finding.js';
import { textAt } from '../json.js';
import { OLDER_VERSION, type Exchange } from '../wire.js';
import { CLIENT_INFO, OLDER_CAPABILITIES, type Client, type RequestOptions, type Route } from './client.js';
import { listen, post } from './http.js';
import type { StdioLink } from './stdio.js';

const INITIALIZE: JsonObject = { protocolVersion: OLDER_VERSION, capabilities: OLDER_CAPABILITIES, clientInfo: CLIENT_INFO };
const INITIALIZED: JsonObject = { jsonrpc: '2.0', method: 'notifications/initialized' };

/** A client of the session era: handshake first, and the session id, if it gets one, on every request. */
export class OlderHttpClient implements Client {
  readonly era = 'older';
  #id = 0;
  #session: string | undefined;
  #version: string | undefined;
  #stopListening: (() => void) | undefined;
  #current: RequestOptions['answer'];

  constructor(
    private readonly route: Route,
    private readonly timeoutMs: number,
  ) {}

  /** The session id that the server gave out, if it did. */
  get session(): string | undefined {
    return this.#session;
  }

  async open(): Promise<Exchange> {
    const opened = await this.#post({ jsonrpc: '2.0', id: ++this.#id, method: 'initialize', params: INITIALIZE }, {});
    if (opened.outcome.kind !== 'result') return opened;
    this.#session = opened.headers?.['mcp-session-id'];
    this.#version = textAt(opened.outcome.result, 'protocolVersion') ?? OLDER_VERSION;
    await this.#post(INITIALIZED, {});
    // Only servers with sessions have something to say on a stream of its own.
    if (this.#session !== undefined) this.#stopListening = listen(await this.route(), this.#headers(), message => this.#answer(message));
    return opened;
  }

  async request(method: string, params: JsonObject = {}, options: RequestOptions = {}): Promise<Exchange> {
    const { meta } = options;
    return this.#post({ jsonrpc: '2.0', id: ++this.#id, method, params: meta ? { ...params, _meta: meta } : params }, options);
  }

  close(): Promise<void> {
    this.#stopListening?.();
    this.#stopListening = undefined;
    return Promise.resolve();
  }

  async #post(message: JsonObject, options: RequestOptions): Promise<Exchange> {
    this.#current = options.answer;
    return post(await this.route(), {
      headers: { ...this.#headers(), ...options.headers },
      message,
      timeoutMs: options.timeoutMs ?? this.timeoutMs,
      signal: options.signal,
      onServerRequest: request => this.#answer(request),
    });
  }

  #headers(): Record<string, string> {
    return {
      ...(this.#version !== undefined && { 'mcp-protocol-version': this.#version }),
      ...(this.#session !== undefined && { 'mcp-session-id': this.#session }),
    };
  }

  /** Sent as a request of its own, to whichever replica is next: that is what a balancer does. */
  #answer(request: JsonObject): void {
    const { id = null, method } = request;
    if (typeof method !== 'string' || id === null) return;
    const result = this.#current?.(request) ?? (method === 'ping' ? {} : undefined);
    const message: JsonObject = result ? { jsonrpc: '2.0', id, result } : { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } };
    void Promise.resolve(this.route()).then(url => post(url, { headers: this.#headers(), message, timeoutMs: this.timeoutMs }));
  }
}

export class OlderStdioClient implements Client {
  readonly era = 'older';
  /** Links that have had their handshake. A fresh process needs one of its own. */
  readonly #greeted = new WeakSet<StdioLink>();
  readonly #link: () => StdioLink | Promise<StdioLink>;

  constructor(link: () => StdioLink | Promise<StdioLink>) {
    this.#link = link;
  }

  async open(): Promise<Exchange> {
    const link = await this.#link();
    return this.#greet(link);
  }

  async request(method: string, params: JsonObject = {}, options: RequestOptions = {}): Promise<Exchange> {
    const link = await this.#link();
    if (!this.#greeted.has(link)) {
      const greeted = await this.#greet(link);
      if (greeted.outcome.kind !== 'result') return greeted;
    }
    return link.request(method, options.meta ? { ...params, _meta: options.meta } : params, options);
  }

  async close(): Promise<void> {
    // the process belongs to whoever made the link
  }

  async #greet(link: StdioLink): Promise<Exchange> {
    this.#greeted.add(link);
    const opened = await link.request('initialize', INITIALIZE);
    if (opened.outcome.kind === 'result') link.send(INITIALIZED);
    return opened;
  }
}
