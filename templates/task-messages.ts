// Messages about tasks, for what still speaks of them.
import type { JSONRPCErrorResponse, JSONRPCNotification, JSONRPCRequest, JSONRPCResultResponse, Result, Task } from '@modelcontextprotocol/server';

export interface BaseQueuedMessage {
  type: string;
  timestamp: number;
}

export interface QueuedRequest extends BaseQueuedMessage {
  type: 'request';
  message: JSONRPCRequest;
}

export interface QueuedNotification extends BaseQueuedMessage {
  type: 'notification';
  message: JSONRPCNotification;
}

export interface QueuedResponse extends BaseQueuedMessage {
  type: 'response';
  message: JSONRPCResultResponse;
}

export interface QueuedError extends BaseQueuedMessage {
  type: 'error';
  message: JSONRPCErrorResponse;
}

export type QueuedMessage = QueuedRequest | QueuedNotification | QueuedResponse | QueuedError;

/** Messages for clients that followed a task. What a tool asks goes out with its call now, so nothing is put here any more. */
export interface TaskMessageQueue {
  enqueue(taskId: string, message: QueuedMessage, sessionId?: string, maxSize?: number): Promise<void>;
  dequeue(taskId: string, sessionId?: string): Promise<QueuedMessage | undefined>;
  dequeueAll(taskId: string, sessionId?: string): Promise<QueuedMessage[]>;
}

export class InMemoryTaskMessageQueue {
  #queues = new Map<string, QueuedMessage[]>();

  async enqueue(taskId: string, message: QueuedMessage, _sessionId?: string, maxSize?: number): Promise<void> {
    const queue = this.#queues.get(taskId) ?? [];
    if (maxSize !== undefined && queue.length >= maxSize) throw new Error(`The queue of task ${taskId} is full`);
    this.#queues.set(taskId, [...queue, message]);
  }

  async dequeue(taskId: string, _sessionId?: string): Promise<QueuedMessage | undefined> {
    return this.#queues.get(taskId)?.shift();
  }

  async dequeueAll(taskId: string, _sessionId?: string): Promise<QueuedMessage[]> {
    const queue = this.#queues.get(taskId) ?? [];
    this.#queues.delete(taskId);
    return queue;
  }
}

export interface BaseResponseMessage {
  type: string;
}

export interface TaskStatusMessage extends BaseResponseMessage {
  type: 'taskStatus';
  task: Task;
}

export interface TaskCreatedMessage extends BaseResponseMessage {
  type: 'taskCreated';
  task: Task;
}

export interface ResultMessage<Outcome extends Result> extends BaseResponseMessage {
  type: 'result';
  result: Outcome;
}

export interface ErrorMessage extends BaseResponseMessage {
  type: 'error';
  error: Error;
}

export type ResponseMessage<Outcome extends Result> = TaskStatusMessage | TaskCreatedMessage | ResultMessage<Outcome> | ErrorMessage;
export type AsyncGeneratorValue<Stream> = Stream extends AsyncGenerator<infer Item> ? Item : never;

export async function toArrayAsync<Stream extends AsyncGenerator>(it: Stream): Promise<AsyncGeneratorValue<Stream>[]> {
  const items: AsyncGeneratorValue<Stream>[] = [];
  for await (const item of it) items.push(item as AsyncGeneratorValue<Stream>);
  return items;
}

export async function takeResult<Outcome extends Result>(it: AsyncGenerator<ResponseMessage<Outcome>>): Promise<Outcome> {
  for await (const message of it) {
    if (message.type === 'result') return message.result;
    if (message.type === 'error') throw message.error;
  }
  throw new Error('No result in stream.');
}
