import { handlerRegistration, sentMessage } from '../../src/mcp/messages.js';
import { roleOf } from '../../src/mcp/roles.js';
import { defineRule, innermost, memberName, nameOfType, says, type CodeContext, type SdkUse, type TSESTree } from '../../src/rule.js';
import { reportAssignedCapability, reportExtension, reportOption, reportRelated, reportRequestOption } from './options.js';

const OF_PROTOCOL = /experimental|modelcontextprotocol/;

const REMOVED = new Set(['tasks/result', 'tasks/list']);
const CHANGED = new Set(['tasks/get', 'tasks/cancel']);
const CALLS = new Set(['registerToolTask', 'callToolStream', 'requestStream', 'getTask', 'getTaskResult', 'listTasks', 'cancelTask', 'createTask']);

export default defineRule({
  id: 'no-core-tasks',
  title: 'Tasks left the core protocol',
  clauses: ['tasks-core-runtime', 'tasks-result-and-list', 'tasks-request-augmentation', 'tasks-status-notification', 'tasks-client-hosted', 'tasks-related-meta', 'tasks-extension-requirements'],
  words: ['tasks:', 'tasks/', '.tasks', 'TasksRequestSchema', 'TaskRequestSchema', 'TaskPayloadRequestSchema', 'TaskStatusNotification', 'askStore', 'taskSupport', 'TaskMessageQueue', 'related-task', 'RELATED_TASK', 'relatedTask', 'resultType', 'task: {', 'requestStream'],
  visit: context => ({
    NewExpression(node) {
      reportStore(context, node);
    },
    CallExpression(node) {
      reportCall(context, node);
      reportHandler(context, node);
      reportSent(context, node);
    },
    AssignmentExpression(node) {
      reportAssignedCapability(context, node);
    },
    Property(node) {
      reportOption(context, node);
      reportRequestOption(context, node);
      reportRelated(context, node);
      reportExtension(context, node);
    },
  }),
});

function reportCall({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  const name = callee.type === 'MemberExpression' ? memberName(callee) : undefined;
  if (name === undefined || !CALLS.has(name) || !says(file, OF_PROTOCOL)) return;
  const use = mcp.call(file, node) ?? onSecondLine({ file, mcp }, callee);
  if (!use) return;
  const experimental = /Experimental(?:McpServer|Client|Server)Tasks$/.test(use.owner);
  const created = name === 'createTask' && /TaskStore$/.test(use.owner) && !isInTaskTool(node);
  if (!experimental && !created && !(roleOf(use.owner) !== 'other' && /Task/.test(name))) return;
  report(node.callee, {
    clause: name === 'getTaskResult' || name === 'listTasks' ? 'tasks-result-and-list' : 'tasks-core-runtime',
    subject: `tasks:${name}`,
    message: 'This uses the experimental tasks of the core protocol, which became an extension with another shape.',
    because: use.because,
    confidence: use.confidence,
    unit: `tasks:${file.path}`,
  });
}

/** `server.experimental.tasks` of a server of the second line, where there is no such thing any more. */
function onSecondLine({ file, mcp }: Pick<CodeContext, 'file' | 'mcp'>, callee: TSESTree.Node): Pick<SdkUse, 'owner' | 'because' | 'confidence'> | undefined {
  const tasks = callee.type === 'MemberExpression' ? innermost(callee.object) : callee;
  const experimental = tasks.type === 'MemberExpression' && memberName(tasks) === 'tasks' ? innermost(tasks.object) : tasks;
  if (experimental.type !== 'MemberExpression' || memberName(experimental) !== 'experimental') return undefined;
  const server = mcp.types(file, experimental.object).find(t => roleOf(t.type) === 'server');
  return server && { owner: 'ExperimentalMcpServerTasks', because: server.because, confidence: 'certain' };
}

/** `new InMemoryTaskStore()` and its queue. */
function reportStore({ file, mcp, report }: CodeContext, node: TSESTree.NewExpression): void {
  const constructed = mcp.constructed(file, node, /^InMemoryTask/);
  if (!constructed || !/#InMemoryTask(?:Store|MessageQueue)$/.test(constructed.type)) return;
  report(node.callee, {
    clause: 'tasks-core-runtime',
    subject: `tasks:${nameOfType(constructed.type)}`,
    message: 'This keeps the experimental tasks in the memory of one process; they left the core protocol.',
    because: constructed.because,
    unit: `tasks:${file.path}`,
  });
}

function reportHandler({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const handler = handlerRegistration(mcp, file, node);
  if (!handler || !(REMOVED.has(handler.method) || CHANGED.has(handler.method) || handler.method === 'notifications/tasks/status')) return;
  report(node.callee, {
    clause: handler.method === 'notifications/tasks/status' ? 'tasks-status-notification' : REMOVED.has(handler.method) ? 'tasks-result-and-list' : 'tasks-core-runtime',
    subject: `tasks:handler:${handler.method}`,
    message: `This handles ${handler.method} of the experimental tasks, which left the core protocol.`,
    because: handler.because,
    confidence: handler.confidence,
    unit: `tasks:${file.path}`,
  });
}

function reportSent({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const sent = sentMessage(mcp, file, node);
  if (!sent || !(REMOVED.has(sent.method) || CHANGED.has(sent.method) || sent.method === 'notifications/tasks/status')) return;
  report(node.callee, {
    clause: sent.method === 'notifications/tasks/status' ? 'tasks-status-notification' : REMOVED.has(sent.method) ? 'tasks-result-and-list' : sent.role === 'client' ? 'tasks-core-runtime' : 'tasks-client-hosted',
    subject: `tasks:sent:${sent.method}`,
    message: `This sends ${sent.method} of the experimental tasks, which left the core protocol.`,
    because: sent.because,
    confidence: sent.confidence,
    unit: `tasks:${file.path}`,
  });
}

/** The handlers that `registerToolTask` is given; the registration itself is reported. */
function isInTaskTool(node: TSESTree.Node): boolean {
  for (let n: TSESTree.Node | undefined = node.parent; n; n = n.parent) if (n.type === 'CallExpression' && n.callee.type === 'MemberExpression' && memberName(n.callee) === 'registerToolTask') return true;
  return false;
}
