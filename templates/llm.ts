// What the calls of a model have in common. The types are those that sampling calls used before.
import type {
  CreateMessageRequestParams,
  CreateMessageRequestParamsBase,
  CreateMessageRequestParamsWithTools,
  CreateMessageResult,
  CreateMessageResultWithTools,
  SamplingMessageContentBlock,
} from '@modelcontextprotocol/server';

export type Params = CreateMessageRequestParams;
export type Block = SamplingMessageContentBlock;

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds for the whole call. */
  timeout?: number | undefined;
}

/** The overloads of Server.createMessage, so that calls keep their types. */
export interface CreateMessage {
  (params: CreateMessageRequestParamsBase, options?: CallOptions): Promise<CreateMessageResult>;
  (params: CreateMessageRequestParamsWithTools, options?: CallOptions): Promise<CreateMessageResultWithTools>;
  (params: Params, options?: CallOptions): Promise<CreateMessageResult | CreateMessageResultWithTools>;
}

/** Replaces the question whether the client can sample. */
export function canCreateMessage(): boolean {
  return Boolean(process.env['MCP_SAMPLING_MODEL']);
}

/**
 * The client used to choose the model. Now the operator does: MCP_SAMPLING_MODEL lists model names, the first is the default.
 * A hint picks the first listed model that contains it. Priorities have no meaning here.
 */
export function chooseModel(params: Params): string {
  const models = (process.env['MCP_SAMPLING_MODEL'] ?? '').split(',').map(name => name.trim()).filter(Boolean);
  for (const { name } of params.modelPreferences?.hints ?? []) {
    const match = name ? models.find(model => model.includes(name)) : undefined;
    if (match) return match;
  }
  const [first] = models;
  if (!first) throw new Error('Set MCP_SAMPLING_MODEL to the model that this server may use.');
  return first;
}

/** One limit for the whole call, 60 s unless given. The time-outs of the provider packages are per attempt. */
export function limit({ signal, timeout = 60_000 }: CallOptions): AbortSignal {
  const end = AbortSignal.timeout(timeout);
  return signal ? AbortSignal.any([signal, end]) : end;
}

export function blocksOf(content: Block | Block[]): Block[] {
  return Array.isArray(content) ? content : [content];
}

/** Without tools a result holds one block of text, with tools a list. */
export function toResult(params: Params, blocks: Block[], model: string, stopReason: string | undefined): CreateMessageResult | CreateMessageResultWithTools {
  const rest = { model, ...(stopReason && { stopReason }), role: 'assistant' as const };
  if (params.tools || params.toolChoice) return { ...rest, content: blocks };
  return { ...rest, content: { type: 'text', text: blocks.map(block => (block.type === 'text' ? block.text : '')).join('') } };
}

/** One short message for the model that called the tool. The words of the provider go to stderr, for the operator. */
export function asError(cause: unknown, signal: AbortSignal): Error {
  if (cause instanceof Error && cause.message.startsWith('LLM call failed')) return cause;
  const error = innermost(cause);
  console.error('LLM call failed:', error);
  return new Error(`LLM call failed: ${reason(error, signal)}`, { cause });
}

/** Some packages wrap the last failure of several attempts. */
function innermost(cause: unknown): unknown {
  return cause instanceof Error && 'lastError' in cause ? cause.lastError : cause;
}

function reason(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return signal.reason instanceof Error && signal.reason.name === 'TimeoutError' ? 'it timed out' : 'it was cancelled';
  const status = statusOf(error);
  if (status === 401 || status === 403) return 'the provider refused the credentials';
  if (status === 429) return 'the provider is rate limiting';
  if (status !== undefined) return status < 500 ? `the provider refused the request (${status.toString()})` : 'the provider is not available';
  const names = error instanceof Error ? `${error.name} ${error.constructor.name}` : '';
  return /Connection|TypeError|RetryError|APICallError/.test(names) ? 'the provider is not available' : 'the server is not set up for it';
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const status = 'status' in error ? error.status : 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

export function unsupported(what: string): Error {
  return new Error(`LLM call failed: ${what} is not supported by this provider`);
}
