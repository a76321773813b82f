import Anthropic from '@anthropic-ai/sdk';
import { asError, blocksOf, chooseModel, limit, toResult, unsupported } from './llm.js';
import type { Block, CallOptions, CreateMessage, Params } from './llm.js';

/** Made on first use, so that a server without a key starts. Reads ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL. */
let client: Anthropic | undefined;

const STOP: Record<string, string> = { end_turn: 'endTurn', stop_sequence: 'stopSequence', max_tokens: 'maxTokens', tool_use: 'toolUse' };
const CHOICE = { auto: 'auto', required: 'any', none: 'none' } as const;

/** Takes the parameters of a sampling request and gives its result. */
export const createMessage = (async (params: Params, options: CallOptions = {}) => {
  const signal = limit(options);
  try {
    const body = request(params);
    client ??= new Anthropic();
    const answer = await client.messages.create(body, { signal });
    const blocks = answer.content.flatMap((block): Block[] => {
      if (block.type === 'text') return [{ type: 'text', text: block.text }];
      return block.type === 'tool_use' ? [{ type: 'tool_use', id: block.id, name: block.name, input: block.input as Record<string, unknown> }] : [];
    });
    const stop = answer.stop_reason ?? '';
    return toResult(params, blocks, answer.model, STOP[stop] ?? answer.stop_reason ?? undefined);
  } catch (error) {
    throw asError(error, signal);
  }
}) as CreateMessage;

/** `params.temperature` is left out: it is no parameter of this provider any more. */
function request(params: Params): Anthropic.MessageCreateParamsNonStreaming {
  return {
    model: chooseModel(params),
    max_tokens: params.maxTokens, // thinking counts too, where the model thinks
    messages: params.messages.map(message => ({ role: message.role, content: blocksOf(message.content).map(part) })),
    ...(params.systemPrompt && { system: params.systemPrompt }),
    ...(params.stopSequences && { stop_sequences: params.stopSequences }),
    ...(params.tools && { tools: params.tools.map(toolOf) }),
    ...(params.toolChoice && { tool_choice: { type: CHOICE[params.toolChoice.mode ?? 'auto'] } }),
  };
}

function toolOf(tool: NonNullable<Params['tools']>[number]): Anthropic.Tool {
  return { name: tool.name, ...(tool.description && { description: tool.description }), input_schema: tool.inputSchema as Anthropic.Tool.InputSchema };
}

function part(block: Block): Anthropic.ContentBlockParam {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'image':
      return imageOf(block);
    case 'tool_use':
      return { type: 'tool_use', id: block.id, name: block.name, input: block.input };
    case 'tool_result': {
      const content = block.content.map(item => {
        if (item.type === 'text') return { type: 'text' as const, text: item.text };
        if (item.type === 'image') return imageOf(item);
        throw unsupported(`${item.type} in a tool result`);
      });
      return { type: 'tool_result', tool_use_id: block.toolUseId, content, ...(block.isError && { is_error: true }) };
    }
    default:
      throw unsupported(block.type);
  }
}

function imageOf({ data, mimeType }: { data: string; mimeType: string }): Anthropic.ImageBlockParam {
  return { type: 'image', source: { type: 'base64', media_type: mimeType as 'image/png', data } };
}
