import type { TSESTree } from '@typescript-eslint/types';
import { lineOf } from '../closure.js';
import { obstacle, type Obstacle } from '../obstacle.js';
import { indexOf } from '../../mcp/file-index.js';
import type { McpModel } from '../../mcp/model.js';
import { contains } from '../../mcp/nodes.js';
import type { SourceFile } from '../../parse/source.js';
import { bodyOf, type Body } from './body.js';
import type { SessionNames } from './names.js';
import { servingCalls, type Route } from './routes.js';
import { isSameText, mayMatter, preparesStream } from './statements.js';

/** The two routes of HTTP+SSE, where no streamable one stands beside them. */
export interface LoneSse {
  /** Where clients connect: it keeps its address, and serves everything. */
  readonly main: Route;
  /** Where they send messages: it goes. */
  readonly messages: Route;
  readonly body: Body;
  readonly serving: TSESTree.CallExpression;
}

export function loneSse(mcp: McpModel, file: SourceFile, names: SessionNames, routes: readonly Route[]): LoneSse | Obstacle {
  const connecting = routes.filter(r => makesSse(mcp, file, r));
  const taking = routes.filter(r => !connecting.includes(r));
  const [main, another] = connecting;
  const [messages, more] = taking;
  if (!main || !messages || another || more || !main.call || !messages.call) return obstacle(`${file.path} serves HTTP+SSE only, in more than one way. Give it one route for all methods, and tell its clients.`, 'sse-url');
  const [serving, second] = servingCalls(mcp, file, messages.handler.fn, /^handlePostMessage$/);
  if (!serving || second) return obstacle(`Which call answers messages at ${messages.path} is not clear.`, 'sse-url');
  names.follow(main.handler.fn);
  names.follow(messages.handler.fn);
  const opened = bodyOf(mcp, file, names, main.handler.fn);
  if ('reason' in opened) return opened;
  const taken = bodyOf(mcp, file, names, messages.handler.fn);
  if ('reason' in taken) return taken;
  const own = opened.keep.find(s => mayMatter(file, s) && !preparesStream(file, s, main) && !taken.keep.some(t => isSameText(file, s, t)));
  if (own) return obstacle(`Line ${lineOf(file, own)} of ${file.path} does something of its own when a client connects.`, 'session-lifecycle');
  const keep = taken.keep.filter(s => !onlyFor(file, s, taken));
  return { main, messages, serving, body: { block: main.handler.fn.body, keep, answers: [], ...(opened.server && { server: opened.server }) } };
}

function makesSse(mcp: McpModel, file: SourceFile, { handler }: Route): boolean {
  return indexOf(file).news.some(n => contains(handler.fn, n) && /SSEServerTransport$/.test(mcp.constructed(file, n)?.type ?? ''));
}

/** `const sessionId = req.query.sessionId`, which only the lookup used. */
function onlyFor(file: SourceFile, statement: TSESTree.Statement, { keep }: Body): boolean {
  if (statement.type !== 'VariableDeclaration') return false;
  const variables = file.scopes.scopes.flatMap(s => s.variables).filter(v => v.defs.some(d => contains(statement, d.name)));
  return variables.length > 0 && variables.every(v => v.references.filter(r => r.init !== true).every(r => !keep.some(s => contains(s, r.identifier))));
}
