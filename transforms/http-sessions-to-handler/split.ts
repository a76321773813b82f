import { indentAt, withComments } from '../../src/edits/indent.js';
import type { FileDraft } from '../../src/hosting/draft.js';
import type { Endpoint, SessionBlock } from '../../src/hosting/http/block.js';
import { obstacle, type Obstacle } from '../../src/hosting/obstacle.js';
import { lineOf } from '../../src/hosting/closure.js';
import { declareHandler, handlerNames, isWeb, placeOf, webRequest, type Names } from './write.js';

const SERVER = '@modelcontextprotocol/server';
const NODE = '@modelcontextprotocol/node';

/** The sessions stay for clients of older revisions; everything else goes to a handler in front of them. */
export function splitByEra(draft: FileDraft, block: SessionBlock): Obstacle | undefined {
  const [first] = block.endpoints;
  const place = first ? placeOf(first) : undefined;
  if (!first || !place) return obstacle('There is no place for the handler.');
  if (block.endpoints.some(e => e.messages ?? e.branches)) return obstacle(`${draft.file.path} serves HTTP+SSE only. Older clients keep it as it is; serve createMcpHandler at another address.`, 'sse-url');
  if (block.perRequest) return obstacle(`${draft.file.path} makes its server from the request. Put createMcpHandler in front of the sessions by hand.`);
  if (block.endpoints.some(e => placeOf(e)?.parent !== place.parent)) return obstacle(`${draft.file.path} serves several addresses from different functions.`);
  const names = handlerNames(draft, place);
  for (const endpoint of block.endpoints) {
    const problem = guardSessions(draft, endpoint, names);
    if (problem) return problem;
  }
  for (const connect of block.connects) if (connect.callee.type === 'MemberExpression') draft.replace(connect.callee.object, block.factory.isAsync ? `(await ${block.factory.call})` : block.factory.call);
  declareHandler(draft, { ...block, legacy: 'reject' }, first, place, names, false, [], []);
  draft.addImport('isLegacyRequest', SERVER);
  if (!isWeb(first)) draft.addImport('toWebRequest', NODE);
  return undefined;
}

/** `if (!(await isLegacyRequest(...))) { ...; return; }` in front of the first statement about sessions. */
function guardSessions(draft: FileDraft, endpoint: Endpoint, names: Names): Obstacle | undefined {
  const { main, body, serving } = endpoint;
  const { file, editor } = draft;
  const { fn } = main.handler;
  const at = body.core;
  if (!at || !fn.async) return obstacle(`The handler at ${file.path}:${lineOf(file, fn)} does not wait for anything.`);
  const late = body.keep.find(s => s.range[0] > at.range[0]);
  if (late) return obstacle(`Line ${lineOf(file, late)} of ${file.path} runs for all requests, in the middle of the sessions.`, 'session-lifecycle');
  const args = body.fetched ? [editor.text(body.fetched)] : serving.arguments.map(a => editor.text(a));
  const [request = 'req', , parsed] = args;
  if (!isWeb(endpoint) && parsed === undefined) return obstacle(`${file.path} does not parse the body in front of the sessions. Parse it first: which revision a client speaks is read from it.`);
  const { eol, indent, semicolon } = editor.style;
  const [start] = withComments(file, at);
  const base = indentAt(file, at.range[0]);
  const web = webRequest(endpoint, request);
  const lines = isWeb(endpoint)
    ? [`if (!(await isLegacyRequest(${web}))) return ${names.handler}.fetch(${web})${semicolon}`]
    : [`if (!(await isLegacyRequest(await toWebRequest(${request}, ${parsed ?? 'undefined'})))) {`, `${indent}await ${names.node}(${args.join(', ')})${semicolon}`, `${indent}return${semicolon}`, '}'];
  editor.insert(start, lines.map(l => l + eol + base).join(''));
  return undefined;
}
