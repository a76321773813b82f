import OpenAI from 'openai';
import { asError, blocksOf, chooseModel, limit, toResult, unsupported } from './llm.js';
import type { Block, CallOptions, CreateMessage, Params } from './llm.js';

/** Made on first use, so that a server without a key starts. Reads OPENAI_API_KEY and OPENAI_BASE_URL. */
let client: OpenAI | undefined;

const STOP: Record<string, string> = { stop: 'endTurn', length: 'maxTokens', tool_calls: 'toolUse' };
const AUDIO: Record<string, 'wav' | 'mp3'> = { 'audio/wav': 'wav', 'audio/x-wav': 'wav', 'audio/mpeg': 'mp3', 'audio/mp3': 'mp3' };

/** Takes the parameters of a sampling request and gives its result. */
export const createMessage = (async (params: Params, options: CallOptions = {}) => {
  const signal = limit(options);
  try {
    const body = request(params);
    client ??= new OpenAI();
    const answer = await client.chat.completions.create(body, { signal });
    const [choice] = answer.choices;
    const blocks: Block[] = choice?.message.content ? [{ type: 'text', text: choice.message.content }] : [];
    for (const call of choice?.message.tool_calls ?? []) {
      if (call.type === 'function') blocks.push({ type: 'tool_use', id: call.id, name: call.function.name, input: JSON.parse(call.function.arguments || '{}') as Record<string, unknown> });
    }
    const stop = choice?.finish_reason;
    return toResult(params, blocks, answer.model, stop && (STOP[stop] ?? stop));
  } catch (error) {
    throw asError(error, signal);
  }
}) as CreateMessage;

function request(params: Params): OpenAI.ChatCompletionCreateParamsNonStreaming {
  const system = params.systemPrompt ? [{ role: 'system' as const, content: params.systemPrompt }] : [];
  return {
    model: chooseModel(params),
    max_completion_tokens: params.maxTokens,
    messages: [...system, ...params.messages.flatMap(messagesOf)],
    ...(params.temperature !== undefined && { temperature: params.temperature }),
    ...(params.stopSequences && { stop: params.stopSequences }),
    ...(params.tools && { tools: params.tools.map(toolOf) }),
    ...(params.toolChoice && { tool_choice: params.toolChoice.mode ?? 'auto' }),
  };
}

function toolOf(tool: NonNullable<Params['tools']>[number]): OpenAI.ChatCompletionTool {
  const parameters = tool.inputSchema as Record<string, unknown>;
  return { type: 'function', function: { name: tool.name, ...(tool.description && { description: tool.description }), parameters } };
}

/** The results of tools are messages of their own here. */
function messagesOf({ role, content }: Params['messages'][number]): OpenAI.ChatCompletionMessageParam[] {
  const blocks = blocksOf(content);
  if (role === 'assistant') return [assistantMessage(blocks)];
  const messages: OpenAI.ChatCompletionMessageParam[] = [];
  for (const block of blocks) if (block.type === 'tool_result') messages.push({ role: 'tool', tool_call_id: block.toolUseId, content: textOf(block.content) });
  const rest = blocks.filter(block => block.type !== 'tool_result').map(userPart);
  if (rest.length > 0) messages.push({ role: 'user', content: rest });
  return messages;
}

function assistantMessage(blocks: Block[]): OpenAI.ChatCompletionAssistantMessageParam {
  let text = '';
  const calls: OpenAI.ChatCompletionMessageFunctionToolCall[] = [];
  for (const block of blocks) {
    if (block.type === 'text') text += block.text;
    else if (block.type === 'tool_use') calls.push({ type: 'function', id: block.id, function: { name: block.name, arguments: JSON.stringify(block.input) } });
    else throw unsupported(`${block.type} from the assistant`);
  }
  return { role: 'assistant', content: text || null, ...(calls.length > 0 && { tool_calls: calls }) };
}

function userPart(block: Block): OpenAI.ChatCompletionContentPart {
  if (block.type === 'text') return { type: 'text', text: block.text };
  if (block.type === 'image') return { type: 'image_url', image_url: { url: `data:${block.mimeType};base64,${block.data}` } };
  if (block.type !== 'audio') throw unsupported(block.type);
  const format = AUDIO[block.mimeType];
  if (!format) throw unsupported(block.mimeType);
  return { type: 'input_audio', input_audio: { data: block.data, format } };
}

function textOf(content: Extract<Block, { type: 'tool_result' }>['content']): string {
  const texts = content.map(item => {
    if (item.type !== 'text') throw unsupported(`${item.type} in a tool result`);
    return item.text;
  });
  return texts.join('\n');
}
