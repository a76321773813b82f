// Tools that were tasks of the protocol. It has none in its core any more: a call waits for the task that it starts, and answers with its result.
import type { CallToolResult, McpServer, RegisteredTool, Request, RequestId, Result, ServerContext, StandardSchemaV1, StandardSchemaWithJSON, ToolAnnotations } from '@modelcontextprotocol/server';

export type TaskStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';

export type Task = {
  taskId: string;
  status: TaskStatus;
  ttl: number | null;
  createdAt: string;
  lastUpdatedAt: string;
  pollInterval?: number | undefined;
  statusMessage?: string | undefined;
};

export type CreateTaskResult = Result & { task: Task };
export type GetTaskResult = Result & Task;

export interface CreateTaskOptions {
  /** Milliseconds for which a task is kept; null: until it is cleaned up. */
  ttl?: number | null;
  pollInterval?: number;
  context?: Record<string, unknown>;
}

/** Where tasks are kept. The last parameter is whose task it is: a new id for each call of a tool. */
export interface TaskStore {
  createTask(taskParams: CreateTaskOptions, requestId: RequestId, request: Request, sessionId?: string): Promise<Task>;
  getTask(taskId: string, sessionId?: string): Promise<Task | null>;
  storeTaskResult(taskId: string, status: 'completed' | 'failed', result: Result, sessionId?: string): Promise<void>;
  getTaskResult(taskId: string, sessionId?: string): Promise<Result>;
  updateTaskStatus(taskId: string, status: TaskStatus, statusMessage?: string, sessionId?: string): Promise<void>;
  listTasks(cursor?: string, sessionId?: string): Promise<{ tasks: Task[]; nextCursor?: string }>;
}

/** The tasks of one call. */
export interface RequestTaskStore {
  createTask(taskParams: CreateTaskOptions): Promise<Task>;
  getTask(taskId: string): Promise<Task>;
  storeTaskResult(taskId: string, status: 'completed' | 'failed', result: Result): Promise<void>;
  getTaskResult(taskId: string): Promise<Result>;
  updateTaskStatus(taskId: string, status: TaskStatus, statusMessage?: string): Promise<void>;
  listTasks(cursor?: string): Promise<{ tasks: Task[]; nextCursor?: string }>;
}

export interface CreateTaskRequestHandlerExtra extends ServerContext {
  taskStore: RequestTaskStore;
  taskRequestedTtl?: number;
}

export interface TaskRequestHandlerExtra extends ServerContext {
  taskId: string;
  taskStore: RequestTaskStore;
  taskRequestedTtl?: number;
}

export type ToolTaskInput = StandardSchemaWithJSON | Record<string, StandardSchemaV1>;
export type ToolTaskArguments<Input> = Input extends StandardSchemaWithJSON ? unknown : { [Name in keyof Input]: Input[Name] extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<Input[Name]> : unknown };
export type ToolTaskCallback<Outcome, Extra, Input extends ToolTaskInput | undefined> = Input extends ToolTaskInput ? (args: ToolTaskArguments<Input>, extra: Extra) => Outcome | Promise<Outcome> : (extra: Extra) => Outcome | Promise<Outcome>;
export type CreateTaskRequestHandler<Outcome, Input extends ToolTaskInput | undefined = undefined> = ToolTaskCallback<Outcome, CreateTaskRequestHandlerExtra, Input>;
export type TaskRequestHandler<Outcome, Input extends ToolTaskInput | undefined = undefined> = ToolTaskCallback<Outcome, TaskRequestHandlerExtra, Input>;

/** `createTask` starts the work and tells the store of it. The others answered for tasks that a client followed; none does now. */
export interface ToolTaskHandler<Input extends ToolTaskInput | undefined = undefined> {
  createTask: CreateTaskRequestHandler<CreateTaskResult, Input>;
  getTask: TaskRequestHandler<GetTaskResult, Input>;
  getTaskResult: TaskRequestHandler<CallToolResult, Input>;
}

export type TaskSupport = 'required' | 'optional' | 'forbidden' | undefined;
export type TaskToolExecution<Support = TaskSupport> = { taskSupport: Support extends 'forbidden' | undefined ? never : Support };

export interface ToolTaskConfig {
  title?: string;
  description?: string;
  outputSchema?: StandardSchemaWithJSON;
  annotations?: ToolAnnotations;
  /** Of no meaning any more. */
  execution?: { taskSupport?: TaskSupport };
  _meta?: Record<string, unknown>;
}

/** For any status: whether a task can still change. */
export function isTerminal(status: TaskStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

interface StoredTask {
  task: Task;
  owner: string | undefined;
  result?: Result;
  /** When its time is over. */
  ends: number;
}

/** Tasks in the memory of this process. Each belongs to the call that made it, and goes when its time is over. */
export class InMemoryTaskStore {
  // eslint-disable-next-line mcp-stateless/no-process-state -- A task is only looked for by the call that made it.
  #tasks = new Map<string, StoredTask>();

  async createTask(taskParams: CreateTaskOptions, _requestId: RequestId, _request: Request, sessionId?: string): Promise<Task> {
    for (const [taskId, { ends }] of this.#tasks) if (ends <= Date.now()) this.#tasks.delete(taskId);
    const now = new Date().toISOString();
    const task: Task = { taskId: crypto.randomUUID(), status: 'working', ttl: taskParams.ttl ?? null, createdAt: now, lastUpdatedAt: now, pollInterval: taskParams.pollInterval ?? 1000 };
    this.#tasks.set(task.taskId, { task, owner: sessionId, ends: endOf(task) });
    return { ...task };
  }

  async getTask(taskId: string, sessionId?: string): Promise<Task | null> {
    const stored = this.#find(taskId, sessionId);
    return stored ? { ...stored.task } : null;
  }

  async storeTaskResult(taskId: string, status: 'completed' | 'failed', result: Result, sessionId?: string): Promise<void> {
    this.#change(taskId, status, undefined, sessionId).result = result;
  }

  async getTaskResult(taskId: string, sessionId?: string): Promise<Result> {
    const stored = this.#find(taskId, sessionId);
    if (!stored?.result) throw new Error(stored ? `Task ${taskId} has no result stored` : `Task with ID ${taskId} not found`);
    return stored.result;
  }

  async updateTaskStatus(taskId: string, status: TaskStatus, statusMessage?: string, sessionId?: string): Promise<void> {
    this.#change(taskId, status, statusMessage, sessionId);
  }

  async listTasks(_cursor?: string, sessionId?: string): Promise<{ tasks: Task[]; nextCursor?: string }> {
    return { tasks: [...this.#tasks.keys()].flatMap(taskId => this.#find(taskId, sessionId) ?? []).map(({ task }) => ({ ...task })) };
  }

  getAllTasks(): Task[] {
    return [...this.#tasks.values()].map(({ task }) => ({ ...task }));
  }

  cleanup(): void {
    this.#tasks.clear();
  }

  #find(taskId: string, sessionId: string | undefined): StoredTask | undefined {
    const stored = this.#tasks.get(taskId);
    if (!stored || stored.ends <= Date.now()) return undefined;
    return sessionId === undefined || stored.owner === undefined || stored.owner === sessionId ? stored : undefined;
  }

  #change(taskId: string, status: TaskStatus, statusMessage: string | undefined, sessionId: string | undefined): StoredTask {
    const stored = this.#find(taskId, sessionId);
    if (!stored) throw new Error(`Task with ID ${taskId} not found`);
    if (isTerminal(stored.task.status)) throw new Error(`Task ${taskId} is ${stored.task.status}, and cannot become ${status}`);
    stored.task = { ...stored.task, status, ...(statusMessage ? { statusMessage } : {}), lastUpdatedAt: new Date().toISOString() };
    if (isTerminal(status)) stored.ends = endOf(stored.task);
    return stored;
  }
}

function endOf({ ttl }: Task): number {
  return ttl ? Date.now() + ttl : Infinity;
}

const stores = new WeakMap<object, TaskStore>();

/** The store for tasks of the tools of this server. */
export function withTaskStore<Owner extends object>(server: Owner, store: TaskStore | undefined): Owner {
  if (store) stores.set(server, store);
  return server;
}

/** Registers an ordinary tool that starts a task, waits until it ends, and answers with its result. */
export function registerToolTask<Input extends ToolTaskInput>(server: McpServer, name: string, config: ToolTaskConfig & { inputSchema: Input }, handler: ToolTaskHandler<Input>): RegisteredTool;
export function registerToolTask(server: McpServer, name: string, config: ToolTaskConfig & { inputSchema?: undefined }, handler: ToolTaskHandler): RegisteredTool;
export function registerToolTask(server: McpServer, name: string, config: ToolTaskConfig & { inputSchema?: unknown }, handler: { createTask: unknown }): RegisteredTool {
  const { execution: _execution, inputSchema, ...rest } = config;
  const create = (handler.createTask as (...given: unknown[]) => CreateTaskResult | Promise<CreateTaskResult>).bind(handler);
  if (!inputSchema) return server.registerTool(name, rest, ctx => untilDone(server, ctx, { name }, create));
  return server.registerTool(name, { ...rest, inputSchema: inputSchema as StandardSchemaWithJSON }, (args, ctx) => untilDone(server, ctx, { name, arguments: args }, extra => create(args, extra)));
}

async function untilDone(server: McpServer, ctx: ServerContext, params: Record<string, unknown>, create: (extra: CreateTaskRequestHandlerExtra) => CreateTaskResult | Promise<CreateTaskResult>): Promise<CallToolResult> {
  const { signal } = ctx.mcpReq;
  const store = stores.get(server) ?? new InMemoryTaskStore();
  const owner = crypto.randomUUID();
  const ring = bell();
  const { task } = await create({ ...ctx, taskStore: storeOfCall(store, owner, ctx, params, ring.ring) });
  signal.addEventListener('abort', ring.ring);
  try {
    for (;;) {
      const current = await store.getTask(task.taskId, owner);
      if (!current) throw new Error(`Task ${task.taskId} not found`);
      if (isTerminal(current.status)) return await resultOf(store, current, owner);
      if (signal.aborted) {
        await store.updateTaskStatus(task.taskId, 'cancelled', 'The call was cancelled.', owner);
        throw signal.reason;
      }
      // The store may be told of the end elsewhere, so it is asked now and then.
      await ring.wait(current.pollInterval ?? 5000);
    }
  } finally {
    signal.removeEventListener('abort', ring.ring);
  }
}

async function resultOf(store: TaskStore, task: Task, owner: string): Promise<CallToolResult> {
  // A task that failed or was cancelled may have no result, but a reason.
  const result = task.status === 'completed' ? await store.getTaskResult(task.taskId, owner) : await store.getTaskResult(task.taskId, owner).catch(() => undefined);
  if (!result) return { content: [{ type: 'text', text: task.statusMessage ?? `Task ${task.taskId} ${task.status}` }], isError: true };
  return result as CallToolResult;
}

/** The store as one call sees it: its own tasks, and nobody else sees them. */
function storeOfCall(store: TaskStore, owner: string, ctx: ServerContext, params: Record<string, unknown>, changed: () => void): RequestTaskStore {
  return {
    createTask: taskParams => store.createTask(taskParams, ctx.mcpReq.id, { method: ctx.mcpReq.method, params }, owner),
    getTask: async taskId => {
      const task = await store.getTask(taskId, owner);
      if (!task) throw new Error('Failed to retrieve task: Task not found');
      return task;
    },
    storeTaskResult: (taskId, status, result) => store.storeTaskResult(taskId, status, result, owner).finally(changed),
    getTaskResult: taskId => store.getTaskResult(taskId, owner),
    updateTaskStatus: (taskId, status, statusMessage) => store.updateTaskStatus(taskId, status, statusMessage, owner).finally(changed),
    listTasks: cursor => store.listTasks(cursor, owner),
  };
}

/** Waits until somebody rings, but not longer than it is told. */
function bell(): { ring: () => void; wait: (limit: number) => Promise<void> } {
  let rung = false;
  let waiting: (() => void) | undefined;
  const ring = () => {
    rung = true;
    waiting?.();
  };
  const wait = (limit: number) => new Promise<void>(resolve => {
    const timer = setTimeout(() => waiting?.(), limit);
    waiting = () => {
      clearTimeout(timer);
      waiting = undefined;
      rung = false;
      resolve();
    };
    if (rung) waiting();
  });
  return { ring, wait };
}
