import { clause, type ClauseId, type Severity } from '../../catalogue/clauses.js';
import type { JsonObject, JsonValue } from '../../finding.js';
import type { Client } from '../clients/client.js';
import { ModernHttpClient, modernHeaders, envelope } from '../clients/modern.js';
import { fetchText, post, type HttpAnswer } from '../clients/http.js';
import type { StdioLink } from '../clients/stdio.js';
import type { EraProof } from '../differential.js';
import type { Link } from '../explain.js';
import type { Replica } from '../launch.js';
import { clientFor, withStdio, type Arena } from '../modes.js';
import type { Step } from '../script.js';
import type { Survey } from '../survey.js';
import type { Era, Exchange } from '../wire.js';

export type CheckStatus = 'pass' | 'fail' | 'not-applicable' | 'could-not-tell';

export interface CheckResult {
  readonly check: string;
  readonly clause: ClauseId;
  readonly severity: Severity;
  readonly title: string;
  readonly era: Era;
  readonly status: CheckStatus;
  /** What was seen, in a sentence. */
  readonly message: string;
  /** Audit findings about the same clause, for a check that failed. */
  readonly findings: readonly Link[];
}

export type Verdict = readonly [status: CheckStatus, message: string];
export const pass = (message: string): Verdict => ['pass', message];
export const fail = (message: string): Verdict => ['fail', message];
export const notApplicable = (message: string): Verdict => ['not-applicable', message];
export const couldNotTell = (message: string): Verdict => ['could-not-tell', message];

export interface Check {
  readonly id: string;
  readonly clause: ClauseId;
  readonly era: Era;
  /** Where it can be asked; both when absent. */
  readonly transport?: 'http' | 'stdio';
  readonly run: (bench: Bench) => Verdict | Promise<Verdict>;
}

/** What checks work with: a server that runs, and what is known of it. */
export interface Bench {
  readonly arena: Arena;
  /** Running replicas, over HTTP. */
  readonly replicas: readonly Replica[];
  /** A process whose connection is modern, over stdio. */
  readonly link?: StdioLink;
  readonly modern: Survey | undefined;
  readonly older: Survey | undefined;
  readonly proofs: readonly EraProof[];
  readonly steps: readonly Step[];
  readonly schemas: ReadonlyMap<string, JsonObject>;
}

export async function runChecks(checks: readonly Check[], bench: Bench): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    if (check.transport && check.transport !== bench.arena.transport) continue;
    const survey = check.era === 'modern' ? bench.modern : bench.older;
    if (!survey) continue;
    const { title, severity } = clause(check.clause);
    const [status, message] = await verdictOf(check, bench);
    results.push({ check: check.id, clause: check.clause, severity, title, era: check.era, status, message, findings: [] });
  }
  return results;
}

async function verdictOf(check: Check, bench: Bench): Promise<Verdict> {
  // The one check that says so is enough; how a server asks can be seen in the older era too.
  if (check.era === 'modern' && bench.modern?.served === false && check.id !== 'discover' && !check.id.startsWith('asks-by-result')) return notApplicable('The server does not speak 2026-07-28.');
  if (check.era === 'older' && bench.older?.served === false && check.id !== 'older-handshake') return notApplicable('The server does not serve older clients.');
  try {
    return await check.run(bench);
  } catch (error) {
    return couldNotTell(`The check could not be carried out: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export interface RawRequest {
  readonly method: string;
  readonly params?: JsonObject;
  /** Replaces members of `_meta`; undefined drops one. */
  readonly meta?: Readonly<Record<string, JsonValue | undefined>>;
  /** Replaces headers; undefined drops one. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** A modern request that may be wrong on purpose. */
export async function raw(url: URL, { method, params = {}, meta = {}, headers = {} }: RawRequest, timeoutMs: number): Promise<Exchange> {
  return post(url, {
    headers: defined({ ...modernHeaders(method, params), ...headers }),
    message: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: defined({ ...envelope(), ...meta }) } },
    timeoutMs,
  });
}

/** The same over stdio. */
export async function rawStdio(link: StdioLink, { method, params = {}, meta = {} }: RawRequest): Promise<Exchange> {
  return link.request(method, { ...params, _meta: defined({ ...envelope(), ...meta }) });
}

function defined<T>(values: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

/** Asks a request of a modern connection, whatever the transport. Over stdio the era is settled first. */
export async function ask(bench: Bench, request: RawRequest): Promise<Exchange> {
  const { arena } = bench;
  if (arena.transport === 'http') return raw(replicaOf(bench, 0).url, request, arena.timeoutMs);
  if (!bench.link) throw new Error('no modern process runs');
  return rawStdio(bench.link, request);
}

/** As the very first message to a fresh process, over stdio; over HTTP there is no first. */
export async function askFirst(bench: Bench, request: RawRequest): Promise<Exchange> {
  const { arena } = bench;
  if (arena.transport === 'http') return raw(replicaOf(bench, 0).url, request, arena.timeoutMs);
  return withStdio(arena, link => rawStdio(link, request));
}

export function replicaOf({ replicas }: Bench, index: number): Replica {
  const replica = replicas[index % Math.max(1, replicas.length)];
  if (!replica) throw new Error('no replica runs');
  return replica;
}

/** A client on each running replica, or on one process. */
export async function withClient<T>(bench: Bench, era: Era, use: (client: Client) => Promise<T>, index = 0): Promise<T> {
  const { arena } = bench;
  const run = async (client: Client): Promise<T> => {
    try {
      return await use(client);
    } finally {
      await client.close();
    }
  };
  if (arena.transport === 'http') return run(clientFor(era, replicaOf(bench, index).url, arena.timeoutMs));
  if (era === 'modern' && bench.link) return run(clientFor(era, bench.link, arena.timeoutMs));
  return withStdio(arena, link => run(clientFor(era, link, arena.timeoutMs)));
}

export function modernHttp(bench: Bench, index: number): Client {
  return new ModernHttpClient(() => replicaOf(bench, index).url, bench.arena.timeoutMs);
}

export async function plain(bench: Bench, sending: { readonly method: string; readonly headers: Readonly<Record<string, string>>; readonly body?: string }): Promise<HttpAnswer> {
  // Streams are cut early: only the head of the answer counts.
  return fetchText(replicaOf(bench, 0).url, { ...sending, timeoutMs: Math.min(1500, bench.arena.timeoutMs) });
}
