import { CODE, describeOutcome } from '../wire.js';
import { envelope, modernHeaders } from '../clients/modern.js';
import { ask, fail, notApplicable, pass, plain, type Bench, type Check, type RawRequest, type Verdict } from './check.js';
import { listMethod } from './discovery.js';

/** Headers of requests, and what an endpoint without sessions answers. */
export const http: readonly Check[] = [
  {
    id: 'header-mismatch',
    clause: 'header-body-validation',
    era: 'modern',
    transport: 'http',
    run: async bench => {
      const method = knownMethod(bench);
      const wrong: readonly (readonly [string, RawRequest])[] = [
        ['Mcp-Method that names another method', { method, headers: { 'mcp-method': 'prompts/get' } }],
        ['Mcp-Protocol-Version that names another version', { method, headers: { 'mcp-protocol-version': '2025-11-25' } }],
        ['Mcp-Name that names another resource', { method: 'resources/read', params: { uri: 'prove://a' }, headers: { 'mcp-name': 'prove://b' } }],
      ];
      for (const [what, request] of wrong) {
        const verdict = mismatch(await ask(bench, request), what);
        if (verdict) return verdict;
      }
      return pass('Headers that differ from the body get -32020.');
    },
  },
  {
    id: 'headers-required',
    clause: 'required-request-headers',
    era: 'modern',
    transport: 'http',
    run: async bench => {
      const dropped: readonly (readonly [string, RawRequest])[] = [
        ['a request without Mcp-Method', { method: knownMethod(bench), headers: { 'mcp-method': undefined } }],
        ['resources/read without Mcp-Name', { method: 'resources/read', params: { uri: 'prove://a' }, headers: { 'mcp-name': undefined } }],
      ];
      for (const [what, request] of dropped) {
        const verdict = mismatch(await ask(bench, request), what);
        if (verdict) return verdict;
      }
      return pass('A request without Mcp-Method or Mcp-Name gets -32020.');
    },
  },
  {
    id: 'version-header-required',
    clause: 'protocol-version-header-default',
    era: 'modern',
    transport: 'http',
    run: async bench => mismatch(await ask(bench, { method: knownMethod(bench), headers: { 'mcp-protocol-version': undefined } }), 'a modern body without Mcp-Protocol-Version') ?? pass('A modern body without the version header gets -32020.'),
  },
  {
    id: 'no-session-id',
    clause: 'session-id-header',
    era: 'modern',
    transport: 'http',
    run: async bench => {
      const method = knownMethod(bench);
      const without = await ask(bench, { method });
      const withId = await ask(bench, { method, headers: { 'mcp-session-id': 'prove-invented-session' } });
      for (const { headers } of [without, withId]) if (headers?.['mcp-session-id'] !== undefined) return fail(`The answer to ${method} carries Mcp-Session-Id.`);
      return JSON.stringify(withId.outcome) === JSON.stringify(without.outcome)
        ? pass('No session id is given out, and an invented one changes nothing.')
        : fail(`With an invented Mcp-Session-Id ${method} got ${describeOutcome(withId.outcome)}`);
    },
  },
  {
    id: 'get',
    clause: 'http-get-stream',
    era: 'modern',
    transport: 'http',
    run: async bench => verbRefused(bench, 'GET'),
  },
  {
    id: 'delete',
    clause: 'session-delete-endpoint',
    era: 'modern',
    transport: 'http',
    run: async bench => verbRefused(bench, 'DELETE'),
  },
  {
    id: 'unknown-method',
    clause: 'http-status-mapping',
    era: 'modern',
    transport: 'http',
    run: async bench => {
      const { outcome, status } = await ask(bench, { method: 'nope/nope' });
      return outcome.kind === 'error' && outcome.code === CODE.methodNotFound && status === 404 ? pass('An unknown method gets 404 and -32601.') : fail(`An unknown method got HTTP ${status ?? 'nothing'}, ${describeOutcome(outcome)}`);
    },
  },
  {
    id: 'no-batches',
    clause: 'jsonrpc-batching',
    era: 'modern',
    transport: 'http',
    run: async bench => {
      const method = knownMethod(bench);
      const one = { jsonrpc: '2.0', method, params: { _meta: envelope() } };
      return refusesBody(bench, method, [{ ...one, id: 1 }, { ...one, id: 2 }], 'A batch');
    },
  },
  {
    id: 'no-responses',
    clause: 'jsonrpc-response-post',
    era: 'modern',
    transport: 'http',
    run: async bench => refusesBody(bench, knownMethod(bench), { jsonrpc: '2.0', id: 1, result: {} }, 'A posted response'),
  },
  {
    id: 'cors',
    clause: 'cors-headers',
    era: 'modern',
    transport: 'http',
    run: async bench => {
      const needed = ['content-type', 'mcp-protocol-version', 'mcp-method', 'mcp-name'];
      const { headers } = await plain(bench, {
        method: 'OPTIONS',
        headers: { origin: 'https://app.example', 'access-control-request-method': 'POST', 'access-control-request-headers': needed.join(',') },
      });
      if (headers['access-control-allow-origin'] === undefined) return notApplicable('The server lets no page of another origin call it.');
      const allowed = (headers['access-control-allow-headers'] ?? '').toLowerCase();
      const missing = allowed.trim() === '*' ? [] : needed.filter(name => !allowed.split(',').some(a => a.trim() === name));
      return missing.length === 0 ? pass('The preflight allows the headers that every request carries.') : fail(`The preflight does not allow ${missing.join(', ')}: a browser sends no request.`);
    },
  },
];

function knownMethod({ modern }: Bench): string {
  return listMethod(modern?.capabilities ?? {}) ?? 'server/discover';
}

function mismatch({ outcome, status }: Awaited<ReturnType<typeof ask>>, what: string): Verdict | undefined {
  if (outcome.kind !== 'error' || outcome.code !== CODE.headerMismatch) return fail(`${what}: ${describeOutcome(outcome)}, not error -32020.`);
  return status === 400 ? undefined : fail(`${what}: HTTP ${status ?? 'nothing'}, not 400.`);
}

async function verbRefused(bench: Bench, verb: 'GET' | 'DELETE'): Promise<Verdict> {
  const { status } = await plain(bench, { method: verb, headers: { accept: 'text/event-stream', ...modernHeaders('server/discover', {}) } });
  if (status === 405) return pass(`${verb} gets 405.`);
  const sessions = bench.proofs.some(p => p.era === 'older' && p.session);
  return sessions ? notApplicable(`${verb} got ${status}; it belongs to the sessions that older clients get here.`) : fail(`${verb} got ${status}, not 405.`);
}

async function refusesBody(bench: Bench, method: string, body: unknown, what: string): Promise<Verdict> {
  const { status } = await plain(bench, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...modernHeaders(method, {}) },
    body: JSON.stringify(body),
  });
  return status >= 400 && status < 500 ? pass(`${what} gets ${status}.`) : fail(`${what} got HTTP ${status}, not 400.`);
}
