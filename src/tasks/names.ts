// Where the names of the experimental tasks are once the second line of the SDK, which has no runtime for them, is used.
import { sdk } from '../mcp/sdk.js';

/** The files that a project gets, by the templates they come from. */
export type TaskFile = 'tasks' | 'task-messages' | 'task-calls';
export type TaskHome = { readonly file: TaskFile } | { readonly module: string };

export type WirePackage = '@modelcontextprotocol/server' | '@modelcontextprotocol/client';
const CORE = '@modelcontextprotocol/core';

const OFFERED: Readonly<Record<TaskFile, readonly string[]>> = {
  tasks: ['Task', 'TaskStatus', 'CreateTaskResult', 'GetTaskResult', 'CreateTaskOptions', 'TaskStore', 'RequestTaskStore', 'CreateTaskRequestHandlerExtra', 'TaskRequestHandlerExtra', 'CreateTaskRequestHandler', 'TaskRequestHandler', 'ToolTaskHandler', 'TaskToolExecution', 'InMemoryTaskStore', 'isTerminal'],
  'task-messages': ['BaseQueuedMessage', 'QueuedRequest', 'QueuedNotification', 'QueuedResponse', 'QueuedError', 'QueuedMessage', 'TaskMessageQueue', 'InMemoryTaskMessageQueue', 'BaseResponseMessage', 'TaskStatusMessage', 'TaskCreatedMessage', 'ResultMessage', 'ErrorMessage', 'ResponseMessage', 'AsyncGeneratorValue', 'toArrayAsync', 'takeResult'],
  'task-calls': [],
};

/** Of the first line: what is asked for is given by the files of the project, or by packages of the second line. */
const FORMER = /^@modelcontextprotocol\/sdk\/(?:dist\/(?:esm|cjs)\/)?(?:experimental(?:\/tasks(?:\/.*)?|\/index\.js)?|shared\/(?:protocol|responseMessage)(?:\.js)?)$/;

export function isFormerModule(specifier: string): boolean {
  return FORMER.test(specifier);
}

/** `wire`: the package that the types of messages come from. Undefined: nothing takes the place of the name. */
export function homeOfTaskName(name: string, wire: WirePackage): TaskHome | undefined {
  for (const file of ['tasks', 'task-messages'] as const) if (OFFERED[file].includes(name)) return { file };
  // The one of the SDK has other parameters.
  if (name === 'BaseToolCallback') return undefined;
  const module = [wire, CORE].find(m => sdk().exportsOf(m).includes(name));
  return module === undefined ? undefined : { module };
}
