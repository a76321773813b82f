import type { TSESTree } from '@typescript-eslint/types';
import type { SourceFile } from '../parse/source.js';
import { keyName } from './exports.js';
import { endName, innermost, memberName } from './file-index.js';
import { unwrapParameter } from './nodes.js';
import { walkTree } from '../parse/walk.js';
import type { Confidence, McpModel } from './model.js';
import { roleOf, type Role } from './roles.js';
import { sdk } from './sdk.js';
import type { Known, Step } from './values.js';

/** A JSON-RPC message that a call sends. */
export interface SentMessage {
  readonly method: string;
  readonly kind: 'request' | 'notification';
  /** Who sends it; undefined when only the shape of the call tells. */
  readonly role: Role | undefined;
  /** The message object as written, where it is an object literal. */
  readonly literal: TSESTree.ObjectExpression | undefined;
  readonly confidence: Confidence;
  readonly because: Step | undefined;
}

/** A handler that is registered for a method. */
export interface HandlerRegistration {
  readonly method: string;
  readonly kind: 'request' | 'notification';
  readonly role: Role;
  readonly handler: TSESTree.Expression | undefined;
  readonly confidence: Confidence;
  readonly because: Step | undefined;
}

const SENDERS: Readonly<Record<string, 'request' | 'notification'>> = {
  request: 'request',
  sendRequest: 'request',
  requestStream: 'request',
  send: 'request',
  notification: 'notification',
  sendNotification: 'notification',
  notify: 'notification',
};

const sent = new WeakMap<McpModel, Map<TSESTree.CallExpression, SentMessage | undefined>>();

/** What a call sends, when it passes `{ method: '...' }` to something that sends. Several rules ask this of each call. */
export function sentMessage(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): SentMessage | undefined {
  const known = sent.get(mcp) ?? new Map<TSESTree.CallExpression, SentMessage | undefined>();
  sent.set(mcp, known);
  if (!known.has(call)) known.set(call, readSentMessage(mcp, file, call));
  return known.get(call);
}

function readSentMessage(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): SentMessage | undefined {
  return messageByName(mcp, file, call) ?? messageAsObject(mcp, file, call);
}

const METHOD = /^(?:initialize|ping|(?:notifications|tools|resources|prompts|sampling|roots|elicitation|logging|completion|tasks)\/[\w/]+)$/;

/** `this.request('initialize', params)`, where the function called writes the message: `send({ jsonrpc: '2.0', id, method, params })`. */
function messageByName(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): SentMessage | undefined {
  const index = call.arguments.findIndex(a => a.type === 'Literal' && typeof a.value === 'string' && METHOD.test(a.value));
  const given = index === -1 || index > 2 ? undefined : call.arguments[index];
  if (given?.type !== 'Literal' || typeof given.value !== 'string') return undefined;
  const method = given.value;
  for (const { value, because } of mcp.values(file, call.callee)) {
    const parameter = value.kind === 'function' ? value.node.params[index] : undefined;
    const { id } = parameter ? unwrapParameter(parameter) : { id: undefined };
    if (value.kind !== 'function' || id?.type !== 'Identifier' || !writesMessage(value.node.body, id.name)) continue;
    return { method, kind: method.startsWith('notifications/') ? 'notification' : 'request', role: undefined, literal: undefined, confidence: 'likely', because };
  }
  return undefined;
}

/** Whether a message with this parameter as its method is written here. */
function writesMessage(body: TSESTree.Node, parameter: string): boolean {
  let found = false;
  walkTree(body, node => {
    if (found) return false;
    if (node.type !== 'ObjectExpression' || methodGiven(node)?.name !== parameter) return undefined;
    const keys = new Set(node.properties.map(p => (p.type === 'Property' ? keyName(p.key) : undefined)));
    const { parent } = node;
    const callee = parent.type === 'CallExpression' && parent.arguments[0] === node ? innermost(parent.callee) : undefined;
    found = keys.has('jsonrpc') || (callee?.type === 'MemberExpression' && memberName(callee) !== undefined && SENDERS[memberName(callee) ?? ''] !== undefined && !keys.has('url') && !keys.has('headers') && !keys.has('body'));
    return undefined;
  });
  return found;
}

/** `{ method }`, `{ method: name }`: the name that the method of a message is taken from. */
function methodGiven(message: TSESTree.ObjectExpression): TSESTree.Identifier | undefined {
  const property = message.properties.find(p => p.type === 'Property' && keyName(p.key) === 'method');
  return property?.type === 'Property' && property.value.type === 'Identifier' ? property.value : undefined;
}

function messageAsObject(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): SentMessage | undefined {
  const argument = call.arguments[0];
  if (!argument || !canBeMessage(file, argument)) return undefined;
  const callee = innermost(call.callee);
  const name = endName(callee);
  // A member is known by its own name; only a variable can hold a sender under another.
  const likely = name === undefined ? undefined : sendingName(name);
  if (name === undefined || (callee.type === 'MemberExpression' && !likely)) return undefined;
  // What is called is sooner known than what it is given: the latter is looked for at all callers.
  let use = likely ? undefined : mcp.call(file, call);
  if (!likely && !use) return undefined;
  const written = innermost(argument);
  const given = written.type === 'ObjectExpression' ? methodGiven(written) : undefined;
  // Whoever calls the function around says what is sent, and is asked himself.
  if (given && isParameter(file, given)) return undefined;
  const message = messageOf(mcp, file, argument);
  if (!message) return undefined;
  use ??= mcp.call(file, call);
  const kind = use ? SENDERS[use.member] : likely;
  if (!kind) return undefined;
  const isNotification = message.method.startsWith('notifications/');
  if (!use && !message.method.includes('/') && !message.jsonrpc && !namesResult(mcp, file, call)) return undefined;
  return {
    method: message.method,
    kind: isNotification ? 'notification' : kind,
    role: use ? roleOf(use.owner) : undefined,
    literal: message.literal,
    confidence: use?.confidence ?? 'likely',
    because: use?.because,
  };
}

/** `request({ method: 'ping' }, EmptyResultSchema)`: a sender of the project's own that is given what the answer has to be. */
function namesResult(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): boolean {
  const schema = call.arguments[1];
  return schema !== undefined && schema.type !== 'SpreadElement' && mcp.export(file, schema)?.name.endsWith('ResultSchema') === true;
}

/** Object literals without a `method` are left out before anything is asked about them. */
function canBeMessage(file: SourceFile, argument: TSESTree.CallExpressionArgument): boolean {
  const inner = innermost(argument);
  if (inner.type === 'ObjectExpression') return inner.properties.some(p => p.type === 'SpreadElement' || keyName(p.key) === 'method');
  // What comes as a parameter is looked for at the callers, which is dear: only under the names that messages have.
  if (inner.type === 'Identifier' && isParameter(file, inner)) return /^(?:m|msg|req|rpc|data|body|obj|json|init|ping)$|message|request|notif|payload|packet|frame|event|envelope|call/i.test(inner.name);
  return inner.type === 'Identifier' || inner.type === 'MemberExpression' || inner.type === 'CallExpression' || inner.type === 'ConditionalExpression' || inner.type === 'LogicalExpression';
}

function isParameter(file: SourceFile, name: TSESTree.Identifier): boolean {
  return file.variableOf(name)?.defs[0]?.type === 'Parameter';
}

function sendingName(member: string): 'request' | 'notification' | undefined {
  const name = member.replace(/^[_$#]+/, '');
  // Who handles or checks a message does not send it.
  if (/^(?:handle|process|parse|validate|(?:on|is)(?=[A-Z]))/.test(name)) return undefined;
  return SENDERS[name] ?? (/notif/i.test(name) ? 'notification' : /^(?:send|post|emit|write)|request$/i.test(name) ? 'request' : undefined);
}

interface MessageShape {
  readonly method: string;
  readonly literal: TSESTree.ObjectExpression | undefined;
  readonly jsonrpc: boolean;
}

/** An expression that is an object with a `method` of known text. */
export function messageOf(mcp: McpModel, file: SourceFile, node: TSESTree.Node): MessageShape | undefined {
  const values = mcp.values(file, node);
  const method = mcp.infer.member(values, 'method', undefined).find(k => k.value.kind === 'text');
  const inner = innermost(node);
  // `request as Parameters<typeof send>[0]`: the type knows no method, what is cast does.
  if (method?.value.kind !== 'text') return inner === node ? undefined : messageOf(mcp, file, inner);
  const { text } = method.value;
  const says = (known: Known): boolean => mcp.infer.member([known], 'method', undefined).some(k => k.value.kind === 'text' && k.value.text === text);
  const object = values.find(k => k.value.kind === 'object' && says(k))?.value;
  const literal = object?.kind === 'object' ? object.node : undefined;
  const jsonrpc = mcp.infer.member(values, 'jsonrpc', undefined).length > 0;
  return { method: text, literal, jsonrpc };
}

/** `setRequestHandler(XRequestSchema, handler)` of v1, `setRequestHandler('x/y', handler)` of v2, and the notification twins. */
export function handlerRegistration(mcp: McpModel, file: SourceFile, call: TSESTree.CallExpression): HandlerRegistration | undefined {
  const callee = innermost(call.callee);
  if (callee.type !== 'MemberExpression') return undefined;
  const name = memberName(callee);
  if (name !== 'setRequestHandler' && name !== 'setNotificationHandler') return undefined;
  const [first, ...rest] = call.arguments;
  if (!first || first.type === 'SpreadElement') return undefined;
  const use = mcp.call(file, call);
  if (!use) return undefined;
  const method = methodOf(mcp, file, first);
  if (method === undefined) return undefined;
  const last = rest.at(-1);
  return {
    method,
    kind: name === 'setRequestHandler' ? 'request' : 'notification',
    role: roleOf(use.owner),
    handler: last && last.type !== 'SpreadElement' ? last : undefined,
    confidence: use.confidence,
    because: use.because,
  };
}

/** The method that a schema constant, a text or a custom schema object stands for. */
export function methodOf(mcp: McpModel, file: SourceFile, node: TSESTree.Node): string | undefined {
  for (const { value } of mcp.values(file, node)) {
    if (value.kind === 'text') return value.text;
    if (value.kind === 'sdk-export') {
      const method = sdk().methodOfSchema(value.id);
      if (method !== undefined) return method;
    }
  }
  return undefined;
}
