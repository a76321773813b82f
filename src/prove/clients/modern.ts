import type { JsonObject } from '../../finding.js';
import { textAt } from '../json.js';
import { headerValue, META, MODERN_VERSION, type Exchange } from '../wire.js';
import { CAPABILITIES, CLIENT_INFO, type Client, type RequestOptions, type Route } from './client.js';
import { post } from './http.js';
import type { StdioLink } from './stdio.js';

export function envelope(changes: JsonObject = {}): JsonObject {
  return { [META.version]: MODERN_VERSION, [META.client]: CLIENT_INFO, [META.capabilities]: CAPABILITIES, ...changes };
}

/** Methods that name one thing, and the parameter that names it. */
const NAMED: Readonly<Record<string, string>> = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' };

export function modernHeaders(method: string, params: JsonObject): Record<string, string> {
  const key = NAMED[method];
  const name = key === undefined ? undefined : textAt(params, key);
  return {
    'mcp-protocol-version': MODERN_VERSION,
    'mcp-method': method,
    ...(name !== undefined && { 'mcp-name': headerValue(name) }),
  };
}

export class ModernHttpClient implements Client {
  readonly era = 'modern';
  #id = 0;

  constructor(
    private readonly route: Route,
    private readonly timeoutMs: number,
  ) {}

  async open(): Promise<Exchange> {
    return this.request('server/discover');
  }

  async request(method: string, params: JsonObject = {}, options: RequestOptions = {}): Promise<Exchange> {
    const message = { jsonrpc: '2.0', id: ++this.#id, method, params: { ...params, _meta: envelope(options.meta) } };
    return post(await this.route(), {
      headers: { ...modernHeaders(method, params), ...options.headers },
      message,
      timeoutMs: options.timeoutMs ?? this.timeoutMs,
      signal: options.signal,
    });
  }

  async close(): Promise<void> {
    // nothing is kept between requests
  }
}

export class ModernStdioClient implements Client {
  readonly era = 'modern';

  constructor(private readonly link: () => StdioLink | Promise<StdioLink>) {}

  async open(): Promise<Exchange> {
    return this.request('server/discover');
  }

  async request(method: string, params: JsonObject = {}, options: RequestOptions = {}): Promise<Exchange> {
    const link = await this.link();
    return link.request(method, { ...params, _meta: envelope(options.meta) }, options);
  }

  async close(): Promise<void> {
    // the process belongs to whoever made the link
  }
}
