// Tasks of servers of older revisions, which keep them. Servers of 2026-07-28 have none in the core of the protocol: there, these calls are refused.
import type { CallToolRequest, CallToolResult, Client, RequestOptions, StandardSchemaV1 } from '@modelcontextprotocol/client';
import { CallToolResultSchema, CancelTaskResultSchema, CreateTaskResultSchema, GetTaskResultSchema, ListTasksResultSchema } from '@modelcontextprotocol/core';

export type TaskRequestOptions = RequestOptions & { task?: { ttl?: number | undefined } | undefined };
type TaskOfServer = StandardSchemaV1.InferOutput<typeof GetTaskResultSchema>;
type TaskCallMessage<Outcome> = { type: 'taskCreated'; task: TaskOfServer } | { type: 'taskStatus'; task: TaskOfServer } | { type: 'result'; result: Outcome } | { type: 'error'; error: Error };

/** Which tools of a server are tasks: asked for once. */
const known = new WeakMap<Client, Promise<Set<string>>>();

export function tasksOf(client: Client) {
  const getTask = (taskId: string, options?: RequestOptions) => client.request({ method: 'tasks/get', params: { taskId } }, GetTaskResultSchema, options);
  const listTasks = (cursor?: string, options?: RequestOptions) => client.request({ method: 'tasks/list', params: cursor === undefined ? {} : { cursor } }, ListTasksResultSchema, options);
  const cancelTask = (taskId: string, options?: RequestOptions) => client.request({ method: 'tasks/cancel', params: { taskId } }, CancelTaskResultSchema, options);

  function getTaskResult(taskId: string, resultSchema?: undefined, options?: RequestOptions): Promise<CallToolResult>;
  function getTaskResult<Schema extends StandardSchemaV1>(taskId: string, resultSchema: Schema, options?: RequestOptions): Promise<StandardSchemaV1.InferOutput<Schema>>;
  function getTaskResult(taskId: string, resultSchema: StandardSchemaV1 | undefined, options?: RequestOptions): Promise<unknown> {
    return client.request({ method: 'tasks/result', params: { taskId } }, resultSchema ?? CallToolResultSchema, options);
  }

  async function* follow<Schema extends StandardSchemaV1>(request: { method: string; params?: Record<string, unknown> }, schema: Schema, { task: wanted, ...options }: TaskRequestOptions): AsyncGenerator<TaskCallMessage<StandardSchemaV1.InferOutput<Schema>>, void, void> {
    if (!wanted) {
      yield { type: 'result', result: await client.request(request, schema, options) };
      return;
    }
    const { task } = await client.request({ method: request.method, params: { ...request.params, task: wanted } }, CreateTaskResultSchema, options);
    yield { type: 'taskCreated', task };
    for (;;) {
      const current = await getTask(task.taskId, options);
      yield { type: 'taskStatus', task: current };
      if (current.status === 'failed' || current.status === 'cancelled') throw new Error(current.status === 'failed' ? `Task ${task.taskId} failed` : `Task ${task.taskId} was cancelled`);
      // The result is asked for too while the server waits for an answer: that is how it gets to ask.
      if (current.status !== 'working') {
        yield { type: 'result', result: await getTaskResult(task.taskId, schema, options) };
        return;
      }
      await new Promise(resolve => setTimeout(resolve, current.pollInterval ?? 1000));
      options.signal?.throwIfAborted();
    }
  }

  async function* requestStream<Schema extends StandardSchemaV1>(request: { method: string; params?: Record<string, unknown> }, resultSchema: Schema, options: TaskRequestOptions = {}): AsyncGenerator<TaskCallMessage<StandardSchemaV1.InferOutput<Schema>>, void, void> {
    try {
      yield* follow(request, resultSchema, options);
    } catch (error) {
      yield { type: 'error', error: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  async function* callToolStream(params: CallToolRequest['params'], resultSchema: typeof CallToolResultSchema = CallToolResultSchema, options: TaskRequestOptions = {}): AsyncGenerator<TaskCallMessage<CallToolResult>, void, void> {
    const task = options.task ?? ((await isTask(client, params.name)) ? {} : undefined);
    yield* requestStream({ method: 'tools/call', params }, resultSchema, { ...options, task });
  }

  return { getTask, listTasks, cancelTask, getTaskResult, requestStream, callToolStream };
}

async function isTask(client: Client, name: string): Promise<boolean> {
  if (!client.getServerCapabilities()?.tasks?.requests?.tools?.call) return false;
  const tools = known.get(client) ?? client.listTools().then(({ tools: all }) => new Set(all.filter(t => t.execution?.taskSupport === 'required' || t.execution?.taskSupport === 'optional').map(t => t.name)));
  known.set(client, tools);
  return (await tools).has(name);
}
