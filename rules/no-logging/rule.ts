import { handlerRegistration, sentMessage } from '../../src/mcp/messages.js';
import { isServerSide, roleOf } from '../../src/mcp/roles.js';
import { defineRule, endName, innermost, keyName, memberName, says, type CodeContext, type TSESTree } from '../../src/rule.js';

const SPEAKS_OF_MCP = /modelcontextprotocol|mcp/i;
const SPEAKS_JSON_RPC = /modelcontextprotocol|jsonrpc/i;

const NOTIFICATION = 'notifications/message';

export default defineRule({
  id: 'no-logging',
  title: 'MCP logging is deprecated, and its level request is gone',
  clauses: ['logging-feature', 'logging-set-level', 'logging-per-request-level'],
  words: ['sendLoggingMessage', NOTIFICATION, 'logging:', 'logging?:', 'logging/', "logging'", 'logging"', '.logging', 'logging,', 'logging }', 'SetLevel', 'setLevel', 'setLoggingLevel', 'LoggingMessage', 'mcpReq', 'FastMCP', 'fastmcp'],
  visit: context => ({
    CallExpression(node) {
      reportCall(context, node);
      reportNotification(context, node);
      reportLevelHandler(context, node);
    },
    Property(node) {
      reportCapability(context, node);
    },
    AssignmentExpression(node) {
      reportAssignedCapability(context, node);
    },
  }),
});

/** `server.sendLoggingMessage(...)`, `ctx.mcpReq.log(...)`, the `log` of a framework's context, `client.setLoggingLevel(...)`. */
function reportCall({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  const name = endName(callee);
  if (name === undefined || !isCandidate(callee, name)) return;
  const use = mcp.call(file, node);
  if (!use) return;
  if (use.member === 'setLoggingLevel' && roleOf(use.owner) === 'client') {
    report(node.callee, {
      clause: 'logging-set-level',
      subject: 'logging:client-level',
      message: 'This asks the server for a log level by a request that the protocol no longer has.',
      because: use.because,
    });
    return;
  }
  const sends = (use.member === 'sendLoggingMessage' && isServerSide(use.owner)) || (use.member === 'log' && roleOf(use.owner) === 'context') || use.owner === 'fastmcp#Log';
  if (!sends) return;
  report(node.callee, {
    clause: 'logging-feature',
    also: use.member === 'sendLoggingMessage' ? ['logging-per-request-level'] : [],
    subject: `logging:${use.member === 'log' || use.owner === 'fastmcp#Log' ? 'log' : use.member}`,
    message:
      use.member === 'sendLoggingMessage'
        ? 'This log message reaches no client of the new revision over HTTP, and MCP logging is deprecated.'
        : 'This logs through the protocol, which is deprecated.',
    because: use.because,
    confidence: use.confidence,
    unit: `logging:${file.path}`,
  });
}

/** Loggers of applications are everywhere: only names that the SDK or a framework gives are worth the question. */
function isCandidate(callee: TSESTree.Node, name: string): boolean {
  if (name === 'sendLoggingMessage' || name === 'setLoggingLevel') return true;
  if (callee.type !== 'MemberExpression') return name === 'log' || /sendLog/i.test(name);
  const object = innermost(callee.object);
  const receiver = endName(object);
  return name === 'log' ? /mcpReq|^(?:ctx|context|extra|req)$/.test(receiver ?? '') : /^(?:debug|info|warn|error)$/.test(name) && receiver === 'log';
}

/** The notification by hand: `server.notification({ method: 'notifications/message', params })`. */
function reportNotification({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const sent = sentMessage(mcp, file, node);
  if (sent?.method !== NOTIFICATION || sent.role === 'client') return;
  report(node.callee, {
    clause: 'logging-per-request-level',
    also: ['logging-feature'],
    subject: 'logging:notification',
    message: 'This log message is sent whether or not the request asked for messages, and MCP logging is deprecated.',
    because: sent.because,
    confidence: sent.confidence,
    unit: `logging:${file.path}`,
  });
}

function reportLevelHandler({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const handler = handlerRegistration(mcp, file, node);
  if (!handler) return;
  if (handler.method === 'logging/setLevel') {
    report(node.callee, {
      clause: 'logging-set-level',
      subject: 'logging:set-level-handler',
      message: 'This handles logging/setLevel, which no client of the new revision sends.',
      because: handler.because,
      confidence: handler.confidence,
      unit: `logging:${file.path}`,
    });
  } else if (handler.method === NOTIFICATION && handler.role === 'client') {
    report(node.callee, {
      clause: 'logging-feature',
      subject: 'logging:client-handler',
      message: 'This client shows log messages of servers, a deprecated feature.',
      because: handler.because,
      severity: 'info',
    });
  }
}

/** `logging` among the capabilities that a server announces. */
function reportCapability(context: CodeContext, node: TSESTree.Property): void {
  const { file, report } = context;
  if (keyName(node.key) !== 'logging' || node.parent.type !== 'ObjectExpression' || !isServerCapabilities(context, node.parent)) return;
  report(node, {
    clause: 'logging-feature',
    subject: 'logging:capability',
    message: 'This announces MCP logging, which is deprecated.',
    unit: `logging:${file.path}`,
  });
}

function reportAssignedCapability({ file, mcp, report }: CodeContext, node: TSESTree.AssignmentExpression): void {
  const { left } = node;
  if (left.type !== 'MemberExpression' || memberName(left) !== 'logging' || left.object.type === 'Super') return;
  const object = innermost(left.object);
  const named = endName(object);
  if (!/capabilities/i.test(named ?? '')) return;
  const typed = mcp.types(file, object).some(t => t.type.endsWith('#ServerCapabilities'));
  if (!typed && !says(file, SPEAKS_OF_MCP)) return;
  report(left, {
    clause: 'logging-feature',
    subject: 'logging:capability',
    message: 'This announces MCP logging, which is deprecated.',
    confidence: typed ? 'certain' : 'likely',
    unit: `logging:${file.path}`,
  });
}

const SIBLINGS = new Set(['tools', 'resources', 'prompts', 'completions', 'experimental', 'logging', 'extensions', 'tasks']);

/** Options of a server, an annotated literal, or the argument of `registerCapabilities`. */
function isServerCapabilities({ file, mcp }: CodeContext, object: TSESTree.ObjectExpression): boolean {
  const expected = mcp.infer.parameters.expected({ file, node: object });
  if (expected.some(({ value }) => value.kind === 'sdk' && /#(?:ServerCapabilities|ServerOptions\.capabilities)$/.test(value.type))) return true;
  if (expected.some(({ value }) => value.kind === 'sdk' && value.type.endsWith('#ClientCapabilities'))) return false;
  const others = object.properties.flatMap(p => (p.type === 'Property' ? (keyName(p.key) ?? '') : []));
  if (!others.every(name => SIBLINGS.has(name)) || !says(file, SPEAKS_JSON_RPC)) return false;
  const { parent } = object;
  if (parent.type === 'Property' && keyName(parent.key) === 'capabilities') return !isLogged(parent);
  return parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier' && /^(?:server_?)?capabilities$/i.test(parent.id.name) && others.some(name => name !== 'logging' && name !== 'experimental');
}

/** A copy in the data of a log line. */
function isLogged(capabilities: TSESTree.Node): boolean {
  const call = capabilities.parent?.parent;
  return call?.type === 'CallExpression' && call.callee.type === 'MemberExpression' && /^(?:trace|debug|info|log|notice|warn|error)$/.test(memberName(call.callee) ?? '');
}
