import type { CreateMessage } from './llm.js';

/** Takes the parameters of a sampling request and gives its result. */
export const createMessage: CreateMessage = () => {
  // TODO(mcp-stateless:sampling-provider): Call the model that this server may use, and give its answer as { role, content, model, stopReason }.
  throw new Error('LLM call failed: the server is not set up for it');
};
