import { handlerRegistration, sentMessage } from '../../src/mcp/messages.js';
import { roleOf } from '../../src/mcp/roles.js';
import { defineRule, innermost, keyName, memberName, nameOfType, type CodeContext, type TSESTree } from '../../src/rule.js';

const REMOVED = new Set(['tasks/result', 'tasks/list']);
const CHANGED = new Set(['tasks/get', 'tasks/cancel']);
const CALLS = new Set(['registerToolTask', 'callToolStream', 'requestStream', 'getTask', 'getTaskResult', 'listTasks', 'cancelTask']);

export default defineRule({
  id: 'no-core-tasks',
  title: 'Tasks left the core protocol',
  clauses: ['tasks-core-runtime', 'tasks-result-and-list', 'tasks-request-augmentation', 'tasks-status-notification', 'tasks-client-hosted'],
  words: ['asks', 'askStore', 'taskSupport', 'ToolTask', 'TaskMessageQueue'],
  visit: context => ({
    NewExpression(node) {
      reportStore(context, node);
    },
    CallExpression(node) {
      reportCall(context, node);
      reportHandler(context, node);
      reportSent(context, node);
    },
    Property(node) {
      reportOption(context, node);
    },
  }),
});

function reportCall({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  const name = callee.type === 'MemberExpression' ? memberName(callee) : undefined;
  if (name === undefined || !CALLS.has(name)) return;
  const use = mcp.call(file, node);
  if (!use) return;
  const experimental = /Experimental(?:McpServer|Client|Server)Tasks$/.test(use.owner);
  if (!experimental && !(roleOf(use.owner) !== 'other' && /Task/.test(name))) return;
  report(node.callee, {
    clause: name === 'getTaskResult' || name === 'listTasks' ? 'tasks-result-and-list' : 'tasks-core-runtime',
    subject: `tasks:${name}`,
    message: 'This uses the experimental tasks of the core protocol, which became an extension with another shape.',
    because: use.because,
    confidence: use.confidence,
    unit: `tasks:${file.path}`,
  });
}

/** `new InMemoryTaskStore()` and its queue. */
function reportStore({ file, mcp, report }: CodeContext, node: TSESTree.NewExpression): void {
  const constructed = mcp.constructed(file, node);
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

/** Options of servers and tools: `taskStore`, `taskMessageQueue`, `capabilities.tasks`, `execution.taskSupport`. */
function reportOption(context: CodeContext, node: TSESTree.Property): void {
  const { file, mcp, report } = context;
  const name = keyName(node.key);
  const { parent } = node;
  if (parent.type !== 'ObjectExpression' || (name !== 'taskStore' && name !== 'taskMessageQueue' && name !== 'tasks' && name !== 'taskSupport')) return;
  const expected = mcp.infer.parameters.expected({ file, node: parent }).flatMap(k => (k.value.kind === 'sdk' ? [nameOfType(k.value.type)] : []));
  if (name === 'tasks') {
    const capabilities = expected.find(t => t === 'ServerCapabilities' || t === 'ClientCapabilities');
    if (!capabilities) return;
    report(node, {
      clause: capabilities === 'ClientCapabilities' ? 'tasks-client-hosted' : 'tasks-core-runtime',
      subject: 'tasks:capability',
      message: 'This announces the experimental tasks, which left the core protocol.',
      unit: `tasks:${file.path}`,
    });
  } else if (name === 'taskSupport') {
    if (mcp.text(file, node.value) === 'forbidden' || !isToolExecution(node)) return;
    report(node, { clause: 'tasks-request-augmentation', subject: 'tasks:taskSupport', message: 'This marks a tool for the experimental tasks, which left the core protocol.', unit: `tasks:${file.path}` });
  } else if (!isShippedStore(context, node) && expected.some(t => /^(?:Server|McpServer|Client|Protocol)Options$/.test(t))) {
    report(node, { clause: 'tasks-core-runtime', subject: `tasks:${name}`, message: 'This gives the server the experimental task runtime, which the second SDK line no longer has.', unit: `tasks:${file.path}` });
  }
}

/** The SDK's own store is reported where it is made. */
function isShippedStore({ file, mcp }: CodeContext, node: TSESTree.Property): boolean {
  return mcp.types(file, node.value).some(t => /#InMemoryTask/.test(t.type));
}

/** `execution: { taskSupport }` of a tool that is not registered by `registerToolTask`, which is reported itself. */
function isToolExecution(node: TSESTree.Property): boolean {
  const execution = node.parent.parent;
  if (execution.type !== 'Property' || keyName(execution.key) !== 'execution') return false;
  const call = execution.parent.parent;
  return !(call.type === 'CallExpression' && call.callee.type === 'MemberExpression' && memberName(call.callee) === 'registerToolTask');
}
