import { endName, keyName, memberName, nameOfType, type CodeContext, type TSESTree } from '../../src/rule.js';

/** Options of servers and tools: `taskStore`, `taskMessageQueue`, `capabilities.tasks`, `execution.taskSupport`. */
export function reportOption(context: CodeContext, node: TSESTree.Property): void {
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

/** `capabilities.tasks = { list: {}, requests: { tools: { call: {} } } }`. */
export function reportAssignedCapability({ file, mcp, report }: CodeContext, node: TSESTree.AssignmentExpression): void {
  const { left } = node;
  if (left.type !== 'MemberExpression' || memberName(left) !== 'tasks' || node.right.type !== 'ObjectExpression' || left.object.type === 'Super') return;
  const owner = endName(left.object);
  if (!/capabilities$/i.test(owner ?? '')) return;
  const typed = mcp.types(file, left.object).some(t => /#(?:Server|Client)Capabilities$/.test(t.type));
  const shaped = node.right.properties.some(p => p.type === 'Property' && /^(?:requests|list|cancel)$/.test(keyName(p.key) ?? ''));
  if (!typed && !(shaped && /modelcontextprotocol|jsonrpc/.test(file.text))) return;
  report(left, { clause: 'tasks-core-runtime', subject: 'tasks:capability', message: 'This announces the experimental tasks, which left the core protocol.', confidence: typed ? 'certain' : 'likely', unit: `tasks:${file.path}` });
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

const NAMES = new Set(['task', 'relatedTask']);

/** `client.callTool(params, schema, { task: { ttl } })`: the client asks for a task. */
export function reportRequestOption({ file, mcp, report }: CodeContext, node: TSESTree.Property): void {
  const name = keyName(node.key);
  if (name === undefined || !NAMES.has(name) || node.parent.type !== 'ObjectExpression') return;
  const expected = mcp.infer.parameters.expected({ file, node: node.parent });
  if (!expected.some(k => k.value.kind === 'sdk' && /RequestOptions$/.test(k.value.type))) return;
  report(node, {
    clause: name === 'task' ? 'tasks-request-augmentation' : 'tasks-related-meta',
    subject: name === 'task' ? 'tasks:request' : 'tasks:related',
    message: name === 'task' ? 'This asks for a task; on the new revision the server decides, and the parameter is ignored.' : 'This names a task in the metadata of the core protocol, which has no tasks any more.',
    unit: `tasks:${file.path}`,
  });
}

/** `_meta: { 'io.modelcontextprotocol/related-task': ... }`, also by its constant. */
export function reportRelated({ file, mcp, report }: CodeContext, node: TSESTree.Property): void {
  if (node.parent.type !== 'ObjectExpression') return;
  const literal = node.key.type === 'Literal' && node.key.value === 'io.modelcontextprotocol/related-task';
  const constant = node.computed && node.key.type !== 'Literal' ? mcp.export(file, node.key) : undefined;
  if (!literal && constant?.name !== 'RELATED_TASK_META_KEY') return;
  report(node.key, { clause: 'tasks-related-meta', subject: 'tasks:related', message: 'This names a task in the metadata of the core protocol, which has no tasks any more.', because: constant?.because, unit: `tasks:${file.path}` });
}

/** `{ resultType: 'task', ... }`: an answer of the extension, with what is wrong about it. */
export function reportExtension({ file, report }: CodeContext, node: TSESTree.Property): void {
  if (keyName(node.key) !== 'resultType' || node.value.type !== 'Literal' || node.value.value !== 'task' || node.parent.type !== 'ObjectExpression') return;
  const text = file.text.slice(...node.parent.range);
  const wrong = [
    ...(/\b(?:ttl|pollInterval)\b\s*[:,}]/.test(text) ? ['its fields are called ttlMs and pollIntervalMs'] : []),
    ...(/taskId\s*:[^,}]*(?:\+\+|Math\.random|Date\.now)/.test(text) ? ['its id can be guessed'] : []),
  ];
  if (wrong.length === 0) return;
  report(node, { clause: 'tasks-extension-requirements', subject: 'tasks:extension', message: `This answers with a task of the extension, but ${wrong.join(', and ')}.`, unit: `tasks:${file.path}` });
}
