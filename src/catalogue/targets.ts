import type { Clause, ClauseId } from './clauses.js';

/**
 * Clauses about code that stays right for as long as a server keeps sessions for older connections on purpose: only those connections
 * reach it. The `legacy` of each says so. Pushed requests are not among them: they fail on new connections.
 */
const KEPT_FOR_SESSIONS: ReadonlySet<ClauseId> = new Set([
  'handshake-initialize-request',
  'session-id-header',
  'session-id-generator',
  'session-transport-map',
  'session-store-external',
  'session-delete-endpoint',
  'session-client-tracking',
  'http-get-stream',
  'sse-resumability',
  'sse-polling-disconnect',
  'jsonrpc-response-post',
  'jsonrpc-batching',
  'elicitation-complete-notification',
  'logging-set-level',
  'resources-subscribe',
  'resource-subscriber-registry',
  'ping',
  'tasks-result-and-list',
  'tasks-request-augmentation',
  'tasks-status-notification',
  'tasks-client-hosted',
  'tasks-related-meta',
  'gateway-session-routing',
]);

const KEPT_FOR_SSE: ReadonlySet<ClauseId> = new Set(['http-sse-transport', 'deploy-legacy-sse-routes', 'deploy-sse-timeouts']);

/** Parts of the catalogue that a server on the first SDK line cannot fulfil, with sessions or without. */
const NEEDS_SECOND_LINE: ReadonlySet<string> = new Set(['sdk', 'lifecycle', 'metadata', 'results', 'subscriptions', 'tasks', 'extensions']);

/** Whether a clause is about code that a server which serves older clients in this way has to keep. */
export function isKeptFor(legacy: string, { id }: Clause): boolean {
  return (legacy === 'sessions' && KEPT_FOR_SESSIONS.has(id)) || (legacy === 'sse' && (KEPT_FOR_SESSIONS.has(id) || KEPT_FOR_SSE.has(id)));
}

/** Whether a project that stays on the first SDK line, without sessions, has nothing to do about a clause. */
export function isBeyond(target: string, { group }: Clause): boolean {
  return target === 'v1-stateless' && NEEDS_SECOND_LINE.has(group);
}
