import type {
  CreateMessageRequestParams,
  CreateMessageRequestParamsBase,
  CreateMessageRequestParamsWithTools,
  CreateMessageResult,
  CreateMessageResultWithTools,
} from '@modelcontextprotocol/server';

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds for the whole call. */
  timeout?: number | undefined;
}

/** The overloads of Server.createMessage, so that calls keep their types. */
export interface CreateMessage {
  (params: CreateMessageRequestParamsBase, options?: CallOptions): Promise<CreateMessageResult>;
  (params: CreateMessageRequestParamsWithTools, options?: CallOptions): Promise<CreateMessageResultWithTools>;
  (params: CreateMessageRequestParams, options?: CallOptions): Promise<CreateMessageResult | CreateMessageResultWithTools>;
}

/** Replaces the question whether the client can sample. */
export function canCreateMessage(): boolean {
  return Boolean(process.env['MCP_SAMPLING_MODEL']);
}

/** Takes the parameters of a sampling request and gives its result. */
export const createMessage: CreateMessage = () => {
  // TODO(mcp-stateless:sampling-provider): Call the model that this server may use, and give its answer as { role, content, model, stopReason }.
  throw new Error('LLM call failed: the server is not set up for it');
};
