import type { TSESTree } from '@typescript-eslint/types';
import { lineOf } from '../closure.js';
import { obstacle, type Obstacle } from '../obstacle.js';
import { indexOf } from '../../mcp/file-index.js';
import type { McpModel } from '../../mcp/model.js';
import { contains } from '../../mcp/nodes.js';
import type { SourceFile } from '../../parse/source.js';
import { serverOfSession, type Body } from './body.js';
import type { SessionNames } from './names.js';
import { Plumbing } from './plumbing.js';
import { functionAround, parameterNames, servingCalls, type Route } from './routes.js';
import { mayMatter, preparesStream } from './statements.js';

/** HTTP+SSE in one function that gets all requests: a branch where clients connect, and one where they send messages. */
export interface SseBranches {
  readonly main: Route;
  readonly opens: TSESTree.IfStatement;
  readonly takes: TSESTree.IfStatement;
  readonly serving: TSESTree.CallExpression;
  readonly body: Body;
}

export function sseBranches(mcp: McpModel, file: SourceFile, names: SessionNames): SseBranches | Obstacle | undefined {
  const [serving, second] = servingCalls(mcp, file, file.program, /^handlePostMessage$/);
  const [made, another] = indexOf(file).news.filter(n => /SSEServerTransport$/.test(mcp.constructed(file, n)?.type ?? ''));
  const handler = serving ? functionAround(serving) : undefined;
  if (!serving || second || !made || another || !handler || !contains(handler.fn, made)) return undefined;
  const [opens, takes] = siblings(made, serving);
  if (!opens || !takes || opens.alternate || takes.alternate) return undefined;
  names.follow(handler.fn);
  const [request = '', reply = ''] = parameterNames(handler.fn);
  const plumbing = new Plumbing(names, file, [reply], [request]);
  const server = serverOfSession(mcp, file, handler.fn, names);
  if (server && 'reason' in server) return server;
  if (server) for (const n of [server.declarator, server.at]) plumbing.servers.add(n);
  for (const s of server?.setup ?? []) plumbing.servers.add(s);
  const main: Route = { method: 'all', path: file.text.slice(...opens.test.range), handler };
  for (const branch of [opens, takes]) {
    const foreign = plumbing.foreign(branch.consequent) ?? ownCheck(file, names, branch, main);
    if (foreign) return obstacle(`Line ${lineOf(file, foreign)} of ${file.path} does something of its own where HTTP+SSE is served.`, 'session-lifecycle');
  }
  return { main, opens, takes, serving, body: { block: opens.consequent, keep: [], answers: [], ...(server && { server }) } };
}

/** The branches around two nodes, in one block. */
function siblings(a: TSESTree.Node, b: TSESTree.Node): readonly (TSESTree.IfStatement | undefined)[] {
  for (let block: TSESTree.Node | undefined = a; block; block = block.parent) {
    if (block.type !== 'BlockStatement' || !contains(block, b)) continue;
    return [a, b].map(n => block.body.find((s): s is TSESTree.IfStatement => s.type === 'IfStatement' && contains(s.consequent, n)));
  }
  return [];
}

/** A condition in front of the session that is about something else. */
function ownCheck(file: SourceFile, names: SessionNames, { consequent }: TSESTree.IfStatement, route: Route): TSESTree.Node | undefined {
  if (consequent.type !== 'BlockStatement') return consequent;
  for (const s of consequent.body) {
    if (names.mentions(s)) return undefined;
    if (mayMatter(file, s) && !preparesStream(file, s, route)) return s;
  }
  return undefined;
}
