import { answeredMethod, isComparedWithMethod, isMethodOfPage } from '../../src/mcp/dispatch.js';
import { handlerRegistration, sentMessage } from '../../src/mcp/messages.js';
import { isSent, rawMessages } from '../../src/mcp/raw.js';
import { isServerSide } from '../../src/mcp/roles.js';
import { defineRule, endName, innermost, keyName, memberName, outermost, says, type CodeContext, type TSESTree } from '../../src/rule.js';

const OF_PROTOCOL = /jsonrpc|modelcontextprotocol|tools\/(?:list|call)|mcp/i;

export default defineRule({
  id: 'no-initialize-handshake',
  title: 'There is no initialize handshake',
  clauses: ['handshake-initialize-request', 'handshake-initialized-notification', 'client-identity-from-handshake'],
  words: ['oninitialized', "'initialize", '"initialize', '`initialize', 'initialize:', 'INITIALIZE', 'InitializeRequest', 'InitializedNotification', 'notifications/initialized', 'getClientCapabilities', 'getClientVersion', 'getNegotiatedProtocolVersion', 'clientCapabilities', "'connect'", '"connect"'],
  visit: context => ({
    Program() {
      reportWritten(context);
    },
    CallExpression(node) {
      reportCheck(context, node);
      reportHandler(context, node);
      reportRead(context, node);
      reportSent(context, node);
    },
    AssignmentExpression(node) {
      reportHook(context, node);
    },
    Literal(node) {
      if (node.value === 'initialize' || node.value === 'notifications/initialized') reportComparison(context, node, node.value);
    },
    BinaryExpression(node) {
      reportConstant(context, node.left);
      reportConstant(context, node.right);
    },
    SwitchCase(node) {
      if (node.test) reportConstant(context, node.test);
    },
    Property(node) {
      reportEntry(context, node);
    },
  }),
});

const OPENS = 'handshake:';
const OF_HANDSHAKE = /protocolVersion|tools\/(?:list|call)|notifications\/initialized/;
const NAMED = /initiali[sz]ed?$/i;

/** `case METHODS.INITIALIZE:`: the same under a name. */
function reportConstant(context: CodeContext, node: TSESTree.Node): void {
  const name = endName(node);
  if (name === undefined || !NAMED.test(name) || !isComparedWithMethod(node)) return;
  const method = context.mcp.text(context.file, node);
  if (method === 'initialize' || method === 'notifications/initialized') reportComparison(context, node, method);
}

/** `{ initialize: ..., 'tools/list': ..., 'tools/call': ... }`: a table of what answers which method. */
function reportEntry({ file, mcp, report }: CodeContext, node: TSESTree.Property): void {
  const { key } = node;
  const name = key.type === 'MemberExpression' ? memberName(key) : keyName(key);
  if (name === undefined || !NAMED.test(name)) return;
  const method = answeredMethod(mcp, file, node);
  if (method !== 'initialize' && method !== 'notifications/initialized') return;
  report(key, {
    clause: method === 'initialize' ? 'handshake-initialize-request' : 'handshake-initialized-notification',
    subject: `${OPENS}entry`,
    message: `This answers ${method}, which clients of the new revision do not send.`,
  });
}

/** `isInitializeRequest(req.body)` opens a session. */
function reportCheck({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = endName(node.callee);
  // `messages.some(isInitializeRequest)`
  const [given] = node.arguments;
  if (given?.type === 'Identifier' && given.name === 'isInitializeRequest' && mcp.export(file, given)?.name === 'isInitializeRequest') {
    report(given, { clause: 'handshake-initialize-request', subject: `${OPENS}check`, message: 'This waits for an initialize request to open a session; clients of the new revision send none.', unit: `http-sessions:${file.path}` });
    return;
  }
  if (callee === undefined || !/initialize|parse/i.test(callee)) return;
  const exported = mcp.export(file, node.callee, /^isInitializeRequest$/);
  const safeParse = node.callee.type === 'MemberExpression' && /^(?:safeParse|parse)(?:Async)?$/.test(callee) ? mcp.export(file, node.callee.object, /^InitializeRequestSchema$/) : undefined;
  if (exported?.name !== 'isInitializeRequest' && safeParse?.name !== 'InitializeRequestSchema') return;
  report(node, {
    clause: 'handshake-initialize-request',
    subject: `${OPENS}check`,
    message: 'This waits for an initialize request to open a session; clients of the new revision send none.',
    because: exported?.because ?? safeParse?.because,
    unit: `http-sessions:${file.path}`,
  });
}

function reportHandler({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  if (node.callee.type !== 'MemberExpression') return;
  const name = memberName(node.callee);
  if (name === 'on' || name === 'once') { reportConnectEvent({ file, mcp, report }, node); return; }
  const handler = handlerRegistration(mcp, file, node);
  if (!handler || handler.role === 'client') return;
  if (handler.method === 'initialize') {
    report(node.callee, {
      clause: 'handshake-initialize-request',
      subject: `${OPENS}handler`,
      message: 'This answers the initialize request, which clients of the new revision do not send.',
      because: handler.because,
      confidence: handler.confidence,
    });
  } else if (handler.method === 'notifications/initialized') {
    report(node.callee, {
      clause: 'handshake-initialized-notification',
      subject: `${OPENS}initialized-handler`,
      message: 'This runs when a client says that it is initialized, which no longer happens.',
      because: handler.because,
      confidence: handler.confidence,
    });
  }
}

/** Frameworks tell of a finished handshake by an event. */
function reportConnectEvent({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const [event] = node.arguments;
  if (!event || event.type === 'SpreadElement' || mcp.text(file, event) !== 'connect') return;
  const use = mcp.call(file, node);
  if (!use || !use.owner.startsWith('fastmcp#')) return;
  report(node.callee, {
    clause: 'handshake-initialized-notification',
    subject: `${OPENS}connect-event`,
    message: 'This runs when a client has connected and shaken hands, which no longer happens.',
    because: use.because,
    confidence: use.confidence,
  });
}

const IDENTITY = new Set(['getClientCapabilities', 'getClientVersion', 'getNegotiatedProtocolVersion']);

/** What the handshake left behind: the client's name, version and capabilities. */
function reportRead({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  if (node.callee.type !== 'MemberExpression') return;
  const name = memberName(node.callee);
  if (name === undefined || !IDENTITY.has(name) || isForOlderClients(file, node)) return;
  const use = mcp.call(file, node);
  if (!use || !isServerSide(use.owner)) return;
  report(node.callee, {
    clause: 'client-identity-from-handshake',
    subject: `${OPENS}${name}`,
    message: `This reads what the client said in the handshake; on a connection of the new revision it is empty.`,
    because: use.because,
    confidence: use.confidence,
  });
}

/** `said ?? server.getClientCapabilities()`, where `said` is what the request says. */
function isForOlderClients(file: CodeContext['file'], node: TSESTree.CallExpression): boolean {
  const outer = node.parent.type === 'ChainExpression' ? node.parent : node;
  const { parent } = outer;
  if (parent.type !== 'LogicalExpression' || parent.operator !== '??' || parent.right !== outer) return false;
  const left = innermost(parent.left);
  const definition = left.type === 'Identifier' ? file.variableOf(left)?.defs[0] : undefined;
  const said = definition?.type === 'Variable' ? definition.node.init : left;
  return said != null && /CLIENT_(?:INFO|CAPABILITIES)_META_KEY|io\.modelcontextprotocol\/client(?:Info|Capabilities)/.test(file.text.slice(...said.range));
}

/** `server.oninitialized = ...`, also through a computed name. */
function reportHook({ file, mcp, report }: CodeContext, node: TSESTree.AssignmentExpression): void {
  const { left } = node;
  if (left.type !== 'MemberExpression') return;
  const computed = left.computed && mcp.infer.texts(file, left.property).includes('oninitialized');
  if (memberName(left) !== 'oninitialized' && !computed) return;
  const use = computed ? mcp.types(file, left.object).map(t => ({ owner: t.type, because: t.because, confidence: 'likely' as const }))[0] : mcp.member(file, left);
  if (!use || !isServerSide(use.owner)) return;
  report(left, {
    clause: 'handshake-initialized-notification',
    subject: `${OPENS}oninitialized`,
    message: 'This runs after the handshake, which clients of the new revision do not make.',
    because: use.because,
    confidence: use.confidence,
  });
}

/** A hand-made handshake: `{ method: 'initialize' }` given to something that sends. */
function reportSent({ file, mcp, report }: CodeContext, node: TSESTree.CallExpression): void {
  const sent = sentMessage(mcp, file, node);
  if (!sent || (sent.method !== 'initialize' && sent.method !== 'notifications/initialized')) return;
  if (sent.role === 'server' || isOfLanguageServer(file, sent.literal ?? node) || (!sent.literal && !says(file, OF_HANDSHAKE))) return;
  report(sent.literal ?? node, {
    clause: sent.method === 'initialize' ? 'handshake-initialize-request' : 'handshake-initialized-notification',
    subject: `${OPENS}sent`,
    message: `This sends ${sent.method} by hand; a server of the new revision refuses it.`,
    because: sent.because,
    confidence: sent.confidence,
  });
}

/** The same where it goes out by the hand of something else: `fetch(url, { body: JSON.stringify({ jsonrpc: '2.0', method: 'initialize', ... }) })`, `const createInitializeRequest = () => ({ ... })`. */
function reportWritten({ file, mcp, report }: CodeContext): void {
  for (const { node, method } of rawMessages(mcp, file)) {
    if ((method !== 'initialize' && method !== 'notifications/initialized') || isArgumentOfSender(mcp, file, node) || !isSent(file, node) || isOfLanguageServer(file, node)) continue;
    const said = node.properties.find(p => p.type === 'Property' && keyName(p.key) === 'method');
    report(said ?? node, {
      clause: method === 'initialize' ? 'handshake-initialize-request' : 'handshake-initialized-notification',
      subject: `${OPENS}written`,
      message: `This writes ${method} by hand; a server of the new revision refuses it.`,
      confidence: 'likely',
    });
  }
}

/** What is given to a sender of messages is told of there. */
function isArgumentOfSender(mcp: CodeContext['mcp'], file: CodeContext['file'], message: TSESTree.Node): boolean {
  const { parent } = outermost(message);
  return parent?.type === 'CallExpression' && sentMessage(mcp, file, parent) !== undefined;
}

/** Language servers and debuggers shake hands with a message of the same name. */
function isOfLanguageServer(file: CodeContext['file'], message: TSESTree.Node): boolean {
  return /\b(?:rootUri|rootPath|processId|workspaceFolders|adapterID)\b/.test(file.text.slice(...message.range));
}

/** `args.method === 'initialize'`: a choice of the command line. */
function isArgument(text: TSESTree.Node): boolean {
  const { parent } = text;
  if (parent?.type !== 'BinaryExpression') return false;
  const other = innermost(parent.left === text ? parent.right : parent.left);
  const root = other.type === 'MemberExpression' ? innermost(other.object) : undefined;
  return root?.type === 'Identifier' && /^(?:args|argv|opts|options|flags|config)$/.test(root.name);
}

/** `message.method === 'initialize'`, `case 'initialize':` in a dispatcher that somebody wrote by hand. */
function reportComparison({ file, mcp, report }: CodeContext, text: TSESTree.Node, method: string): void {
  if (!isComparedWithMethod(text) || !says(file, OF_PROTOCOL) || isMethodOfPage(mcp, file, text) || isArgument(text)) return;
  report(text, {
    clause: method === 'initialize' ? 'handshake-initialize-request' : 'handshake-initialized-notification',
    subject: `${OPENS}compare`,
    message: `This waits for ${method}, which clients of the new revision do not send.`,
  });
}
