import { sessionIdsOf } from '../../src/state/session-ids.js';
import { defineRule, innermost, keyName, memberName, type CodeContext, type TSESTree } from '../../src/rule.js';

/** Names of loggers, tracers, counters and limiters, and of their methods. */
const LOGGERS = /log|debug|console|trac|span|telemetry|metric|sentry|analytics|audit|counter|histogram|posthog|limiter|throttle|ratelimit|winston|pino|monitor|report/i;
const METHODS = /^(?:log|debug|info|notice|warn|warning|error|fatal|trace|verbose|silly|setAttribute|setAttributes|addEvent|setTag|setTags|setContext|setUser|captureMessage|captureException|capture|track|identify|record|increment|observe|consume|check|hit|print|write|child)$/;

export default defineRule({
  id: 'no-session-id-use',
  title: 'Nothing can be told apart by session',
  clauses: ['session-telemetry-key'],
  words: ['essionId', 'cp-session-id', 'cp-Session-Id', 'session_id', 'sessionIdGenerator'],
  visit: context => ({
    CallExpression(node) {
      reportLogged(context, node);
    },
    Property(node) {
      reportResult(context, node);
    },
  }),
});

/** A session id in a log line, a span, an audit record or the key of a limiter. */
function reportLogged(context: CodeContext, node: TSESTree.CallExpression): void {
  if (!isTelemetry(node)) return;
  for (const argument of node.arguments) {
    const id = sessionIdIn(context, argument, 0);
    if (!id) continue;
    context.report(id, {
      clause: 'session-telemetry-key',
      subject: 'session-id:telemetry',
      message: 'This records the session id; on the new revision there is none.',
      unit: `telemetry:${context.file.path}`,
    });
    return;
  }
}

function isTelemetry(call: TSESTree.CallExpression): boolean {
  const callee = innermost(call.callee);
  if (callee.type === 'Identifier') return LOGGERS.test(callee.name) && !/^(?:is|has|should|get|create|make)[A-Z]/.test(callee.name);
  if (callee.type !== 'MemberExpression') return false;
  const name = memberName(callee) ?? '';
  const receiver = rootName(callee.object);
  return (METHODS.test(name) && LOGGERS.test(receiver)) || /^(?:setAttributes?|addEvent|captureException|captureMessage|sendLoggingMessage)$/.test(name) || (LOGGERS.test(name) && /^(?:this|server)$/.test(receiver) && /^log/i.test(name));
}

/** `this.logger`, `console`, `logger.child()`: the names that say what the receiver is. */
function rootName(node: TSESTree.Node): string {
  const inner = innermost(node);
  switch (inner.type) {
    case 'Identifier':
      return inner.name;
    case 'ThisExpression':
      return 'this';
    case 'MemberExpression': {
      const root = rootName(inner.object);
      return `${root === 'this' ? '' : root}${memberName(inner) ?? ''}`;
    }
    case 'CallExpression':
      return rootName(inner.callee);
    default:
      return '';
  }
}

/** The expression inside an argument that is the session id. */
function sessionIdIn(context: CodeContext, node: TSESTree.Node, depth: number): TSESTree.Node | undefined {
  if (depth > 4) return undefined;
  const inner = innermost(node);
  switch (inner.type) {
    case 'TemplateLiteral':
      return first(inner.expressions, e => sessionIdIn(context, e, depth + 1));
    case 'ObjectExpression':
      return first(inner.properties, p => (p.type === 'Property' ? sessionIdIn(context, p.value, depth + 1) : undefined));
    case 'ArrayExpression':
      return first(inner.elements, e => (e ? sessionIdIn(context, e, depth + 1) : undefined));
    case 'BinaryExpression':
      return sessionIdIn(context, inner.left, depth + 1) ?? sessionIdIn(context, inner.right, depth + 1);
    case 'LogicalExpression':
      return sessionIdIn(context, inner.left, depth + 1);
    case 'ConditionalExpression':
      return sessionIdIn(context, inner.consequent, depth + 1) ?? sessionIdIn(context, inner.alternate, depth + 1);
    case 'MemberExpression':
      return isRead(context, inner) ? inner : undefined;
    case 'Identifier':
      return readBehind(context, inner);
    case 'CallExpression':
      return inner.callee.type === 'MemberExpression' ? (isStringify(inner.callee) && inner.arguments[0] ? sessionIdIn(context, inner.arguments[0], depth + 1) : sessionIdIn(context, inner.callee.object, depth + 1)) : undefined;
    default:
      return undefined;
  }
}

/** `JSON.stringify({ session: transport.sessionId })` */
function isStringify(callee: TSESTree.MemberExpression): boolean {
  return callee.object.type === 'Identifier' && callee.object.name === 'JSON' && memberName(callee) === 'stringify';
}

/** `transport.sessionId`, `extra.sessionId`, also handed on in an object of the project's own: the place that somebody has to change. A read of the header is told by another rule. */
function isRead({ file, mcp }: CodeContext, node: TSESTree.MemberExpression): boolean {
  return MEMBER.test(memberName(node) ?? '') && node.object.type !== 'Super' && sessionIdsOf(mcp).is(file, node);
}

const MEMBER = /^#?_*(?:mcp_?|transport_?)?session_?id$/i;

/** `const id = extra.sessionId`, `({ sessionId }) =>`: the read behind a name. */
function readBehind(context: CodeContext, name: TSESTree.Identifier): TSESTree.Node | undefined {
  const definition = context.file.variableOf(name)?.defs[0];
  if (!definition) return undefined;
  if (definition.node.type === 'VariableDeclarator' && definition.node.id.type === 'Identifier') {
    const init = definition.node.init ? innermost(definition.node.init) : undefined;
    const read = init?.type === 'LogicalExpression' ? innermost(init.left) : init;
    return read?.type === 'MemberExpression' && isRead(context, read) ? read : undefined;
  }
  const property = definition.name.parent;
  if (property.type !== 'Property' || property.parent.type !== 'ObjectPattern' || keyName(property.key) !== 'sessionId') return undefined;
  return context.mcp.values(context.file, name).some(k => k.value.kind === 'session-id' && k.value.from === 'context') ? property.key : undefined;
}

function first<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `content: [{ type: 'text', text: \`session ${extra.sessionId}\` }]`: the model is told an id that means nothing. */
function reportResult(context: CodeContext, node: TSESTree.Property): void {
  if (keyName(node.key) !== 'text' || node.parent.type !== 'ObjectExpression') return;
  const beside = node.parent.properties.some(p => p.type === 'Property' && /^(?:type|uri|mimeType)$/.test(keyName(p.key) ?? ''));
  const id = beside ? sessionIdIn(context, node.value, 0) : undefined;
  if (id) context.report(id, { clause: 'session-telemetry-key', subject: 'session-id:result', message: 'This tells the model the session id; on the new revision there is none.', unit: `telemetry:${context.file.path}` });
}
