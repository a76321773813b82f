import { entriesOf, holdersOf, holdsStreams, isKeyed, isWithoutParts, rolesWithin, type Holder } from '../../src/mcp/containers.js';
import { indexOf } from '../../src/mcp/file-index.js';
import type { Known } from '../../src/mcp/values.js';
import { defineRule, enclosingFunction, endName, innermost, keyName, nameOfFunction, nameOfType, outermost, says, type CodeContext, type SourceFile, type TSESTree } from '../../src/rule.js';
import { reportLast } from './last.js';

const SPLITS_ERAS = /^(?:isLegacyRequest|createMcpHandler)$/;

const HTTP_TRANSPORTS = /^(?:Node)?StreamableHTTPServerTransport$|^WebStandardStreamableHTTPServerTransport$|^StreamableHTTPTransport$|^WorkerTransport$/;

const CONNECTED = /^(?:SSE\w*|(?:Node|WebStandard)?StreamableHTTPServer|StreamableHTTP)Transport$/;

export default defineRule({
  id: 'no-session-transport',
  title: 'HTTP sessions are gone',
  clauses: ['session-id-generator', 'session-transport-map', 'sdk-v2-legacy-only-connect'],
  words: ['sessionIdGenerator', 'ServerTransport', 'StreamableHTTP', 'SSETransport', 'shared/transport', 'McpServer', 'sdk/server', 'modelcontextprotocol/server', 'transport: T', 'event: endpoint', 'cp-session-id', 'cp-Session-Id'],
  followsImports: true,
  needs: /[tT]ransport|[sS]ession|\b(?:Weak)?Map\s*[<(]|\bRecord\s*<|:\s*(?:string|number)\s*\]|[=:]\s*\{\s*\}/,
  visit(context) {
    return {
      NewExpression(node) {
        reportStatefulTransport(context, node);
        if (isOfConnection(context, node)) reportLast(context, node);
      },
      CallExpression(node) {
        reportMintedId(context, node);
      },
      Program() {
        for (const holder of holdersOf(context.mcp, context.file)) reportMap(context, holder);
      },
    };
  },
});

/** A transport that lives as long as a client is connected. */
function isOfConnection(context: CodeContext, node: TSESTree.NewExpression): boolean {
  const name = nameOfType(context.mcp.constructed(context.file, node, CONNECTED)?.type ?? '');
  if (/^SSE/.test(name)) return true;
  const option = HTTP_TRANSPORTS.test(name) ? generatorOption(context, node) : undefined;
  return option !== undefined && !isAbsent(option.value);
}

/** `new StreamableHTTPServerTransport({ sessionIdGenerator })`, unless the generator is plainly undefined. */
function reportStatefulTransport(context: CodeContext, node: TSESTree.NewExpression): void {
  const { file, mcp, report } = context;
  const constructed = mcp.constructed(file, node, HTTP_TRANSPORTS);
  if (!constructed || !HTTP_TRANSPORTS.test(nameOfType(constructed.type))) {
    reportOwnTransport(context, node);
    return;
  }
  const option = generatorOption(context, node);
  const unit = `http-sessions:${file.path}`;
  if (!option || isAbsent(option.value)) {
    if (isOfSecondLine(constructed.type) && !servesBoth(context)) {
      report(node.callee, {
        clause: 'sdk-v2-legacy-only-connect',
        subject: 'legacy-only:http',
        message: 'This answers each request with a transport of the older revisions; clients of the new one are refused.',
        because: constructed.because,
        unit,
      });
    }
    return;
  }
  report(node.callee, {
    clause: 'session-id-generator',
    subject: 'transport:stateful',
    message: 'This transport keeps a session per client in one process; the protocol has no sessions.',
    because: constructed.because,
    unit,
  });
  report(option, {
    clause: 'session-id-generator',
    subject: 'sessionIdGenerator',
    message: 'This makes the session ids that clients of the new revision neither expect nor send back.',
    because: constructed.because,
    unit,
  });
}

/** A transport of the project's own that is given a generator by the same name. */
function reportOwnTransport({ file, mcp, report }: CodeContext, node: TSESTree.NewExpression): void {
  const [options] = node.arguments;
  if (options?.type !== 'ObjectExpression') return;
  const option = options.properties.find(p => p.type === 'Property' && keyName(p.key) === 'sessionIdGenerator');
  if (option?.type !== 'Property' || isAbsent(option.value) || !mcp.values(file, node.callee).some(({ value }) => value.kind === 'class' && says(value.file, OF_PROTOCOL))) return;
  const unit = `http-sessions:${file.path}`;
  report(node.callee, { clause: 'session-id-generator', subject: 'transport:stateful', message: 'This transport keeps a session per client in one process; the protocol has no sessions.', confidence: 'likely', unit });
  report(option, { clause: 'session-id-generator', subject: 'sessionIdGenerator', message: 'This makes the session ids that clients of the new revision neither expect nor send back.', confidence: 'likely', unit });
}

const MINTS = /^(?:randomUUID|uuid|uuidv?[1-7]|v[147]|nanoid|ulid|cuid|createId|randomBytes)$/;
const SESSION_ID = /session_?id$/i;
const OF_SESSIONS = /mcp-session-id/i;
const OF_PROTOCOL = /modelcontextprotocol|mcp-session-id/i;

/** `headers['mcp-session-id'] ?? randomUUID()`, `const sessionId = randomUUID()`: ids that a server by hand gives out. */
function reportMintedId({ file, report }: CodeContext, node: TSESTree.CallExpression): void {
  const callee = innermost(node.callee);
  const name = endName(callee);
  if (name === undefined || !MINTS.test(name) || !says(file, OF_SESSIONS) || isOfClient(file) || !isSessionId(file, node)) return;
  report(node, { clause: 'session-id-generator', subject: 'sessionIdGenerator:minted', message: 'This makes the session ids that clients of the new revision neither expect nor send back.', confidence: 'likely', unit: `http-sessions:${file.path}` });
}

/** A client by hand that makes up an id where the server sent none. */
function isOfClient(file: SourceFile): boolean {
  return says(file, /\b(?:fetch|axios\w*(?:\.\w+)?|got|ky|undici\.request)\s*\(/) && !says(file, /\b(?:req|request|ctx|c)\b[?!]?\.(?:headers?|get|req|raw)\b|\bsetHeader\s*\(|createServer|headers\.set\s*\(/);
}

/** By the name that it is kept or made under, or by what it stands in for. */
function isSessionId(file: SourceFile, minted: TSESTree.CallExpression): boolean {
  let node: TSESTree.Node = outermost(minted);
  let { parent } = node;
  // `randomBytes(16).toString('hex')`
  while (parent && (parent.type === 'MemberExpression' || (parent.type === 'CallExpression' && parent.callee === node) || parent.type === 'LogicalExpression')) {
    if (parent.type === 'LogicalExpression' && parent.right === node && /mcp-session-id|\bsession_?id\b/i.test(file.text.slice(...parent.left.range))) return true;
    node = outermost(parent);
    ({ parent } = node);
  }
  switch (parent?.type) {
    case 'VariableDeclarator':
      return parent.id.type === 'Identifier' && SESSION_ID.test(parent.id.name) && !isGenerated(file, parent.id);
    case 'AssignmentExpression':
      return SESSION_ID.test(endName(parent.left) ?? '');
    case 'ReturnStatement': {
      const maker = enclosingFunction(parent);
      return maker !== undefined && SESSION_ID.test(nameOfFunction(maker) ?? '');
    }
    default:
      return false;
  }
}

/** `sessionIdGenerator: () => sessionId` is told there. */
function isGenerated(file: SourceFile, id: TSESTree.Identifier): boolean {
  return (file.variableOf(id)?.references ?? []).some(({ identifier: { parent } }) => parent.type === 'ArrowFunctionExpression' && parent.parent.type === 'Property' && keyName(parent.parent.key) === 'sessionIdGenerator');
}

/** The SDK's second major serves the new revision through createMcpHandler; on the first there is nothing that does. */
function isOfSecondLine(type: string): boolean {
  return /^(?:node|server)#/.test(type);
}

/** The leg for older clients, beside a handler for the new revision. */
function servesBoth({ file }: CodeContext): boolean {
  return indexOf(file).calls.some(c => SPLITS_ERAS.test(endName(innermost(c.callee)) ?? ''));
}

function generatorOption({ file, mcp }: CodeContext, node: TSESTree.NewExpression): TSESTree.Property | undefined {
  const [options] = node.arguments;
  if (!options || options.type === 'SpreadElement') return undefined;
  for (const { value } of mcp.values(file, options)) {
    if (value.kind !== 'object' || value.file !== file) continue;
    for (const property of value.node.properties) if (property.type === 'Property' && keyName(property.key) === 'sessionIdGenerator') return property;
  }
  return undefined;
}

function isAbsent(value: TSESTree.Node): boolean {
  const inner = innermost(value);
  if (inner.type === 'Identifier') return inner.name === 'undefined';
  if (inner.type === 'UnaryExpression') return inner.operator === 'void';
  return inner.type === 'Literal' && inner.value === null;
}

/** A container of server transports or of servers, keyed by something: the map from session ids. */
function reportMap(context: CodeContext, holder: Holder): void {
  const { file, mcp, report } = context;
  const keyed = holder.values.filter(k => isKeyed(k.value) && !isFilledLiteral(k.value));
  if (keyed.length === 0) return;
  const roles = rolesWithin(mcp, mcp.infer.elements(keyed));
  // A transport beside a client is the client's own.
  const holdsTransports = roles.has('server-transport') || (roles.has('transport') && !roles.has('client')) || holdsAbstractTransports(context, holder, keyed);
  const streams = holdsStreams(mcp, file, keyName(holder.name) ?? '', holder.name, keyed);
  const holdsServers = roles.has('server');
  if (!streams && !holdsTransports && !(holdsServers && isNamedForSessions(holder))) return;
  if (!streams && isFilledWithOther(context, holder)) return;
  report(nameOnly(holder.name), {
    clause: 'session-transport-map',
    subject: `map:${keyName(holder.name) ?? ''}`,
    message: `This keeps ${holdsTransports ? 'a transport' : holdsServers ? 'a server' : 'an open stream'} for each session in the memory of one process.`,
    unit: `http-sessions:${file.path}`,
    confidence: holdsTransports ? 'certain' : 'likely',
  });
}

/** All that is put into it is written out and has no transport, whatever the type has room for. */
function isFilledWithOther({ file, mcp }: CodeContext, holder: Holder): boolean {
  if (holder.kind === 'property') return false;
  const entries = entriesOf(file, holder);
  return entries.length > 0 && entries.every(entry => isWithoutParts(mcp, file, entry));
}

/** `{ [sessionId: string]: { transport: T } }`: a store that is written for any transport. */
function holdsAbstractTransports({ mcp }: CodeContext, holder: Holder, keyed: readonly Known[]): boolean {
  if (!/session/i.test(keyName(holder.name) ?? '')) return false;
  return mcp.infer.elements(keyed).some(({ value }) => value.kind === 'shape' && /\btransport\??:\s*(?:T|\w*Transport)\b/.test(value.file.text.slice(...value.node.range)));
}

/** Without the annotation, which parsers count in. */
function nameOnly(name: Holder['name']): { readonly range: readonly [number, number] } {
  const { range } = name;
  return { range: 'name' in name ? [range[0], range[0] + name.name.length + (name.type === 'PrivateIdentifier' ? 1 : 0)] : range };
}

function isNamedForSessions(holder: Holder): boolean {
  return /session|conn|client|active|server/i.test(keyName(holder.name) ?? '');
}

/** `{ stdio: startStdio, http: startHttp }` is a table, not a map that is filled at run time. */
function isFilledLiteral(value: { readonly kind: string; readonly node?: TSESTree.Node }): boolean {
  return value.kind === 'object' && value.node?.type === 'ObjectExpression' && value.node.properties.length > 0;
}

