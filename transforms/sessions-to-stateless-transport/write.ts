import { keyName, type TSESTree } from '../../src/define-transform.js';
import { indentAt, reindented, withComments } from '../../src/edits/indent.js';
import type { Draft, FileDraft } from '../../src/hosting/draft.js';
import { editsOfDefaults, type Endpoint, type SessionBlock } from '../../src/hosting/http/block.js';
import { removeElsewhere } from '../../src/hosting/http/exported.js';
import { answerToGet, writeStatusPage } from '../../src/hosting/http/get-answer.js';
import { leftoversOf, writeLeftovers } from '../../src/hosting/http/leftovers.js';
import { isObstacle, obstacle, type Obstacle } from '../../src/hosting/obstacle.js';
import { indexOf } from '../../src/mcp/file-index.js';
import type { McpModel } from '../../src/mcp/model.js';
import { contains } from '../../src/mcp/nodes.js';

/** Each request gets a server and a transport of its own, which end with the response. */
export function writeStateless(mcp: McpModel, draft: FileDraft, block: SessionBlock, all: Draft): Obstacle | undefined {
  const { file } = draft;
  const routes = [...block.endpoints.flatMap(e => [e.main, ...e.others]), ...block.sse];
  const leftovers = leftoversOf(block.names, file, node => draft.isGone(node) || routes.some(r => contains(r.handler.fn, node)));
  if (isObstacle(leftovers)) return leftovers;
  if (block.origin && block.origin.closers.length > 0) return obstacle(`${file.path} closes the one server at the end. There is none any more: take that out first.`, 'session-lifecycle');
  for (const endpoint of block.endpoints) {
    const transport = indexOf(file).news.find(n => contains(endpoint.main.handler.fn, n) && /StreamableHTTPServerTransport$/.test(mcp.constructed(file, n)?.type ?? ''));
    if (!transport) return obstacle(`${file.path} makes its transport outside of the handler.`);
    const problem = writeEndpoint(draft, block, endpoint, transport);
    if (problem) return problem;
  }
  for (const route of block.sse) if (route.statement) draft.removeStatement(route.statement);
  removeElsewhere(all, draft.file, leftovers.sweepers);
  writeLeftovers(draft, { ...leftovers, remove: [...leftovers.remove, ...leftovers.close], close: [] }, '');
  return undefined;
}

function writeEndpoint(draft: FileDraft, block: SessionBlock, endpoint: Endpoint, transport: TSESTree.NewExpression): Obstacle | undefined {
  const { main, others, body, serving } = endpoint;
  const { editor } = draft;
  const { fn } = main.handler;
  if (endpoint.messages ?? endpoint.branches) return obstacle('HTTP+SSE is served alone. Serve streamable HTTP first, at the same address.', 'sse-url');
  if (block.lone.length > 0) return obstacle(`${draft.file.path} makes one transport for everybody. Make it in the handler.`);
  const web = serving.arguments.length === 1;
  if (web && !/^WebStandard/.test(editor.text(transport.callee))) return obstacle('A fetch handler needs the web transport of the SDK. Use WebStandardStreamableHTTPServerTransport first.');
  if (web && endpoint.status) return obstacle('The page for GET requests that have no session is to be moved to another route.');
  if (block.factory.call === '' && !(body.server && body.server.setup.length > 0)) return obstacle('What is made together with the server of a session has to end with the request.', 'session-lifecycle');
  if (!fn.async) return obstacle('The handler does not wait for anything.');
  const [request = 'req', response = 'res'] = serving.arguments.map(a => editor.text(a));
  const used: TSESTree.Node[] = [...body.keep, ...body.answers, ...serving.arguments, ...block.used];
  draft.replace(body.block, web ? webHandlerText(draft, block, endpoint, transport, request) : handlerText(draft, block, endpoint, transport, request, response), [...used, transport.callee, ...keptOptions(transport)]);
  for (const read of body.aside ?? []) draft.removeStatement(read);
  const done = new Set<TSESTree.Node>([fn]);
  for (const other of others) {
    if (done.has(other.handler.fn) || other.handler.fn.body.type !== 'BlockStatement') continue;
    done.add(other.handler.fn);
    if (web) {
      replaceBody(draft, other.handler.fn.body, webRefusal(draft));
      continue;
    }
    const [, reply] = other.handler.fn.params;
    const name = reply?.type === 'Identifier' ? reply.name : response;
    if (endpoint.status?.route === other) {
      writeStatusPage(draft, endpoint.status, refusal(draft, name), false);
      continue;
    }
    replaceBody(draft, other.handler.fn.body, refusal(draft, /\.raw$/.test(response) ? `${name}.raw` : name));
  }
  return undefined;
}

function replaceBody(draft: FileDraft, body: TSESTree.Node, statement: string): void {
  const { eol, indent } = draft.editor.style;
  const base = indentAt(draft.file, body.range[1] - 1);
  draft.replace(body, `{${eol}${base}${indent}${statement}${eol}${base}}`);
}

const OF_SESSIONS = /^(?:sessionIdGenerator|onsessioninitialized|onsessionclosed|eventStore|retryInterval)$/;

/** Options that are not about sessions: how it answers, whom it answers. */
function keptOptions(transport: TSESTree.NewExpression): readonly TSESTree.Property[] {
  const [options] = transport.arguments;
  if (options?.type !== 'ObjectExpression') return [];
  return options.properties.filter((p): p is TSESTree.Property => p.type === 'Property' && !OF_SESSIONS.test(keyName(p.key) ?? ''));
}

function handlerText(draft: FileDraft, block: SessionBlock, { main, others, body, serving }: Endpoint, transport: TSESTree.NewExpression, request: string, response: string): string {
  const { file, editor } = draft;
  const { eol, indent, semicolon: end, quote } = editor.style;
  const base = indentAt(file, body.block.range[1] - 1);
  const inner = base + indent;
  const deep = inner + indent;
  const all = main.method !== 'post' || others.some(o => o.handler.fn === main.handler.fn);
  const keep = body.keep.map(s => inner + reindented(file, withComments(file, s), inner));
  const q = (text: string): string => quote + text + quote;
  const name = body.server?.declarator.id.type === 'Identifier' ? body.server.declarator.id.name : 'server';
  const answers = body.answers.map(a => answerToGet(draft, a, request, inner).trimEnd());
  const lines = [
    ...answers,
    ...(all ? [`${inner}if (${request}.method !== ${q('POST')}) {`, `${deep}${refusal(draft, response)}`, `${deep}return${end}`, `${inner}}`] : []),
    ...keep,
    ...serverLines(draft, block, body, inner),
    `${inner}const transport = new ${editor.text(transport.callee)}({ ${['sessionIdGenerator: undefined', ...keptOptions(transport).map(p => editor.text(p))].join(', ')} })${end}`,
    `${inner}${response}.on(${q('close')}, () => {`,
    `${deep}void transport.close()${end}`,
    `${deep}void ${name}.close()${end}`,
    `${inner}})${end}`,
    `${inner}try {`,
    `${deep}await ${name}.connect(transport)${end}`,
    `${deep}await transport.handleRequest(${serving.arguments.map(a => editor.text(a)).join(', ')})${end}`,
    `${inner}} catch (error) {`,
    `${deep}console.error(error)${end}`,
    `${deep}if (!${response}.headersSent) ${response}.writeHead(500, { ${q('Content-Type')}: ${q('application/json')} }).end(JSON.stringify({ jsonrpc: ${q('2.0')}, error: { code: -32603, message: ${q('Internal server error')} }, id: null }))${end}`,
    `${inner}}`,
  ];
  return `{${eol}${lines.join(eol)}${eol}${base}}`;
}

/** The same for a host of the web: what it gives back ends with the response. */
function webHandlerText(draft: FileDraft, block: SessionBlock, { main, others, body, serving, takesContext }: Endpoint, transport: TSESTree.NewExpression, request: string): string {
  const { file, editor } = draft;
  const { eol, indent, semicolon: end, quote } = editor.style;
  const base = indentAt(file, body.block.range[1] - 1);
  const inner = base + indent;
  const all = main.method !== 'post' || others.some(o => o.handler.fn === main.handler.fn);
  const name = body.server?.declarator.id.type === 'Identifier' ? body.server.declarator.id.name : 'server';
  const answers = body.answers.map(a => answerToGet(draft, a, request, inner).trimEnd());
  const lines = [
    ...answers,
    ...(all ? [`${inner}if (${takesContext ? `${request}.req` : request}.method !== ${quote}POST${quote}) {`, `${inner}${indent}${webRefusal(draft)}`, `${inner}}`] : []),
    ...body.keep.map(s => inner + reindented(file, withComments(file, s), inner)),
    ...serverLines(draft, block, body, inner),
    `${inner}const transport = new ${editor.text(transport.callee)}({ ${['sessionIdGenerator: undefined', ...keptOptions(transport).map(p => editor.text(p))].join(', ')} })${end}`,
    `${inner}await ${name}.connect(transport)${end}`,
    `${inner}return transport.handleRequest(${serving.arguments.map(a => editor.text(a)).join(', ')})${end}`,
  ];
  return `{${eol}${lines.join(eol)}${eol}${base}}`;
}

function webRefusal({ editor }: FileDraft): string {
  const { quote, semicolon } = editor.style;
  const q = (text: string): string => quote + text + quote;
  return `return Response.json({ jsonrpc: ${q('2.0')}, error: { code: -32000, message: ${q('Method not allowed.')} }, id: null }, { status: 405, headers: { Allow: ${q('POST')} } })${semicolon}`;
}

/** The statements that make the server of the request. */
function serverLines({ editor, file }: FileDraft, { factory }: SessionBlock, { server }: Endpoint['body'], inner: string): readonly string[] {
  if (server && server.setup.length > 0 && server.at === server.declarator.parent) return [server.at, ...server.setup].map(s => inner + reindented(file, s.range, inner, editsOfDefaults(file, server.defaulted)));
  const name = server?.declarator.id.type === 'Identifier' ? server.declarator.id.name : 'server';
  return [`${inner}const ${name} = ${factory.isAsync ? 'await ' : ''}${factory.call}${editor.style.semicolon}`];
}

function refusal({ editor }: FileDraft, response: string): string {
  const { quote, semicolon } = editor.style;
  const q = (text: string): string => quote + text + quote;
  return `${response}.writeHead(405, { Allow: ${q('POST')}, ${q('Content-Type')}: ${q('application/json')} }).end(JSON.stringify({ jsonrpc: ${q('2.0')}, error: { code: -32000, message: ${q('Method not allowed.')} }, id: null }))${semicolon}`;
}
