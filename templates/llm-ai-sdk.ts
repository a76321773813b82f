import { generateText, jsonSchema, tool } from 'ai';
import type { AssistantModelMessage, FilePart, LanguageModel, ModelMessage, TextPart, ToolModelMessage, ToolSet } from 'ai';
import { asError, blocksOf, chooseModel, limit, toResult, unsupported } from './llm.js';
import type { Block, CallOptions, CreateMessage, Params } from './llm.js';

// By default this package writes its first warning to stdout, which is the channel of a stdio server.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: ({ warnings }: { warnings: unknown[] }) => console.error('ai:', JSON.stringify(warnings)) });

const STOP: Record<string, string> = { stop: 'endTurn', length: 'maxTokens', 'tool-calls': 'toolUse' };

/** The one place that names providers. Keys and addresses are read from the variables of their packages. */
async function languageModel(name: string): Promise<LanguageModel> {
  switch (process.env['MCP_SAMPLING_PROVIDER']) {
    case 'anthropic':
      return (await import('@ai-sdk/anthropic')).anthropic(name);
    case 'openai':
      // The default model of this package has no stop sequences.
      return (await import('@ai-sdk/openai')).openai.chat(name);
    default:
      throw new Error('Set MCP_SAMPLING_PROVIDER to anthropic or openai.');
  }
}

/** Takes the parameters of a sampling request and gives its result. */
export const createMessage = (async (params: Params, options: CallOptions = {}) => {
  const signal = limit(options);
  try {
    const answer = await generateText({
      model: await languageModel(chooseModel(params)),
      maxOutputTokens: params.maxTokens,
      messages: messagesOf(params.messages),
      ...(params.systemPrompt && { system: params.systemPrompt }),
      ...(params.temperature !== undefined && { temperature: params.temperature }),
      ...(params.stopSequences && { stopSequences: params.stopSequences }),
      ...(params.tools && { tools: toolsOf(params.tools) }),
      ...(params.toolChoice && { toolChoice: params.toolChoice.mode ?? 'auto' }),
      abortSignal: signal,
    });
    const blocks = answer.content.flatMap((part): Block[] => {
      if (part.type === 'text') return [{ type: 'text', text: part.text }];
      return part.type === 'tool-call' ? [{ type: 'tool_use', id: part.toolCallId, name: part.toolName, input: part.input as Record<string, unknown> }] : [];
    });
    return toResult(params, blocks, answer.response.modelId, STOP[answer.finishReason] ?? answer.finishReason);
  } catch (error) {
    throw asError(error, signal);
  }
}) as CreateMessage;

function toolsOf(tools: NonNullable<Params['tools']>): ToolSet {
  return Object.fromEntries(tools.map(({ name, description, inputSchema }) => [name, tool({ ...(description && { description }), inputSchema: jsonSchema(inputSchema as Parameters<typeof jsonSchema>[0]) })]));
}

function messagesOf(all: Params['messages']): ModelMessage[] {
  const toolNames = new Map<string, string>();
  return all.flatMap(({ role, content }): ModelMessage[] => {
    const blocks = blocksOf(content);
    for (const block of blocks) if (block.type === 'tool_use') toolNames.set(block.id, block.name);
    return role === 'assistant' ? [assistantMessage(blocks)] : userMessages(blocks, toolNames);
  });
}

function assistantMessage(blocks: Block[]): AssistantModelMessage {
  const parts = blocks.map(block => {
    if (block.type === 'text') return { type: 'text' as const, text: block.text };
    if (block.type === 'tool_use') return { type: 'tool-call' as const, toolCallId: block.id, toolName: block.name, input: block.input };
    throw unsupported(`${block.type} from the assistant`);
  });
  return { role: 'assistant', content: parts };
}

/** A result needs the name of its tool, which an earlier message of the assistant has. */
function userMessages(blocks: Block[], toolNames: ReadonlyMap<string, string>): ModelMessage[] {
  const results: ToolModelMessage['content'] = [];
  const rest: (TextPart | FilePart)[] = [];
  for (const block of blocks) {
    if (block.type === 'text') rest.push({ type: 'text', text: block.text });
    else if (block.type === 'image' || block.type === 'audio') rest.push({ type: 'file', data: block.data, mediaType: block.mimeType });
    else if (block.type === 'tool_result') results.push({ type: 'tool-result', toolCallId: block.toolUseId, toolName: toolNames.get(block.toolUseId) ?? 'unknown', output: { type: block.isError ? 'error-text' : 'text', value: textOf(block.content) } });
    else throw unsupported(`${block.type} from the user`);
  }
  const messages: ModelMessage[] = [];
  if (results.length > 0) messages.push({ role: 'tool', content: results });
  if (rest.length > 0) messages.push({ role: 'user', content: rest });
  return messages;
}

function textOf(content: Extract<Block, { type: 'tool_result' }>['content']): string {
  const texts = content.map(item => {
    if (item.type !== 'text') throw unsupported(`${item.type} in a tool result`);
    return item.text;
  });
  return texts.join('\n');
}
