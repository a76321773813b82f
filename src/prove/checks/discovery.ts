import { isList, isObject, joined, listAt, numberAt, textAt } from '../json.js';
import { CODE, describeOutcome, META, MODERN_VERSION } from '../wire.js';
import { ask, askFirst, couldNotTell, fail, notApplicable, pass, type Check } from './check.js';

/** What a server says of itself, and which versions it takes. */
export const discovery: readonly Check[] = [
  {
    id: 'discover',
    clause: 'server-discover-missing',
    era: 'modern',
    run: async bench => {
      const { outcome } = await askFirst(bench, { method: 'server/discover' });
      if (outcome.kind !== 'result') return fail(`server/discover as the first message got ${describeOutcome(outcome)}`);
      const { result } = outcome;
      const missing = ['supportedVersions', 'capabilities', 'resultType', 'ttlMs', 'cacheScope'].filter(key => result[key] === undefined);
      if (missing.length > 0) return fail(`The answer to server/discover lacks ${missing.join(', ')}.`);
      if (!listAt(result, 'supportedVersions').includes(MODERN_VERSION)) return fail(`server/discover names ${joined(listAt(result, 'supportedVersions'))}, not ${MODERN_VERSION}.`);
      return pass(`server/discover names ${joined(listAt(result, 'supportedVersions'))}.`);
    },
  },
  {
    id: 'no-handshake',
    clause: 'handshake-initialize-request',
    era: 'modern',
    run: async bench => {
      const method = listMethod(bench.modern?.capabilities ?? {});
      if (method === undefined) return notApplicable('The server announces neither tools nor prompts nor resources.');
      const { outcome } = await askFirst(bench, { method });
      return outcome.kind === 'result' ? pass(`${method} is answered without an earlier request.`) : fail(`${method} without an earlier request got ${describeOutcome(outcome)}`);
    },
  },
  {
    id: 'envelope',
    clause: 'request-meta-envelope',
    era: 'modern',
    run: async bench => {
      const method = listMethod(bench.modern?.capabilities ?? {}) ?? 'server/discover';
      const none = { [META.version]: undefined, [META.capabilities]: undefined, [META.client]: undefined };
      const { outcome, status } = await ask(bench, { method, meta: none });
      if (outcome.kind !== 'error' || outcome.code !== CODE.invalidParams) return fail(`${method} without metadata got ${describeOutcome(outcome)}, not error -32602.`);
      return status === undefined || status === 400 ? pass('A request without metadata gets -32602.') : fail(`${method} without metadata got HTTP ${status}, not 400.`);
    },
  },
  {
    id: 'envelope-keys',
    clause: 'request-meta-validation',
    era: 'modern',
    run: async bench => {
      const method = listMethod(bench.modern?.capabilities ?? {}) ?? 'server/discover';
      for (const key of [META.version, META.capabilities]) {
        const { outcome, status } = await ask(bench, { method, meta: { [key]: undefined } });
        const refused = outcome.kind === 'error' && outcome.code === CODE.invalidParams;
        // The SDK (server 2.4.0) takes the version of a settled pipe as given. Nothing that the server's author does changes that.
        if (!refused && bench.arena.transport === 'stdio' && key === META.version) continue;
        if (!refused) return fail(`${method} without ${key} got ${describeOutcome(outcome)}, not error -32602.`);
        if (status !== undefined && status !== 400) return fail(`${method} without ${key} got HTTP ${status}, not 400.`);
      }
      return pass('A request without its version or without its capabilities gets -32602.');
    },
  },
  {
    id: 'client-info-optional',
    clause: 'self-reported-identity-used',
    era: 'modern',
    run: async bench => {
      const method = listMethod(bench.modern?.capabilities ?? {}) ?? 'server/discover';
      const answers = [];
      for (const client of [undefined, { name: 'another', version: '9.9.9' }]) answers.push((await ask(bench, { method, meta: { [META.client]: client } })).outcome);
      const [without, other] = answers.map(describeOutcome);
      if (answers.some(o => o.kind !== 'result')) return fail(`${method} without clientInfo got ${without ?? ''}; with another one ${other ?? ''}`);
      return JSON.stringify(answers[0]) === JSON.stringify(answers[1]) ? pass(`${method} gives the same answer to any client and to one without a name.`) : fail(`${method} gives another answer to a client with another name.`);
    },
  },
  {
    id: 'unknown-version',
    clause: 'unsupported-version-error',
    era: 'modern',
    run: async bench => {
      const { outcome, status } = await askFirst(bench, { method: 'server/discover', meta: { [META.version]: '1900-01-01' }, headers: { 'mcp-protocol-version': '1900-01-01' } });
      if (outcome.kind !== 'error' || outcome.code !== CODE.unsupportedVersion) return fail(`Version 1900-01-01 got ${describeOutcome(outcome)}, not error -32022.`);
      const { data } = outcome;
      if (!isObject(data) || !isList(data['supported']) || textAt(data, 'requested') !== '1900-01-01') return fail('Error -32022 lacks data.supported or data.requested.');
      if (status !== undefined && status !== 400) return fail(`Error -32022 came with HTTP ${status}, not 400.`);
      return pass(`Version 1900-01-01 gets -32022, which names ${joined(data['supported'])}.`);
    },
  },
  {
    id: 'removed-ping',
    clause: 'ping',
    era: 'modern',
    run: async bench => removed(await ask(bench, { method: 'ping' }), 'ping'),
  },
  {
    id: 'removed-set-level',
    clause: 'logging-set-level',
    era: 'modern',
    run: async bench => removed(await ask(bench, { method: 'logging/setLevel', params: { level: 'info' } }), 'logging/setLevel'),
  },
  {
    id: 'removed-subscribe',
    clause: 'resources-subscribe',
    era: 'modern',
    run: async bench => removed(await ask(bench, { method: 'resources/subscribe', params: { uri: 'prove://nothing' } }), 'resources/subscribe'),
  },
];

function removed({ outcome, status }: Awaited<ReturnType<typeof ask>>, method: string): ReturnType<typeof pass> {
  if (outcome.kind !== 'error' || outcome.code !== CODE.methodNotFound) return fail(`${method} got ${describeOutcome(outcome)}, not error -32601.`);
  return status === undefined || status === 404 ? pass(`${method} gets -32601.`) : fail(`${method} gets -32601 with HTTP ${status}, not 404.`);
}

export function listMethod(capabilities: Readonly<Record<string, unknown>>): string | undefined {
  const name = ['tools', 'resources', 'prompts'].find(n => capabilities[n] !== undefined);
  return name === undefined ? undefined : `${name}/list`;
}

const CACHEABLE = ['server/discover', 'tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'] as const;

/** What every result has to carry. */
export const results: readonly Check[] = [
  {
    id: 'result-type',
    clause: 'result-type-required',
    era: 'modern',
    run: bench => {
      const seen = bench.proofs.find(p => p.era === 'modern')?.baseline ?? [];
      const without = seen.find(r => r.outcome.kind === 'result' && typeof r.outcome.result['resultType'] !== 'string');
      if (without) return fail(`${without.label} got a result without resultType.`);
      const answers = seen.filter(r => r.outcome.kind === 'result').length;
      return answers > 0 ? pass(`All ${answers} results carry resultType.`) : couldNotTell('No request got a result.');
    },
  },
  {
    id: 'cache-fields',
    clause: 'cache-fields-required',
    era: 'modern',
    run: async bench => {
      const capabilities = bench.modern?.capabilities ?? {};
      const asked: string[] = [];
      for (const method of CACHEABLE) {
        const group = method.split('/', 1)[0] ?? '';
        if (group !== 'server' && capabilities[group] === undefined) continue;
        const { outcome } = await ask(bench, { method });
        if (outcome.kind !== 'result') continue;
        asked.push(method);
        const ttl = numberAt(outcome.result, 'ttlMs');
        const scope = textAt(outcome.result, 'cacheScope');
        if (ttl === undefined || ttl < 0 || !Number.isInteger(ttl)) return fail(`The result of ${method} has no valid ttlMs.`);
        if (scope !== 'public' && scope !== 'private') return fail(`The result of ${method} has no valid cacheScope.`);
      }
      const read = bench.proofs.find(p => p.era === 'modern')?.baseline.find(r => 'resource' in r.step && r.outcome.kind === 'result');
      if (read?.outcome.kind === 'result' && (read.outcome.result['ttlMs'] === undefined || read.outcome.result['cacheScope'] === undefined)) return fail(`${read.label} got a result without ttlMs or cacheScope.`);
      return pass(`${[...asked, ...(read ? ['resources/read'] : [])].join(', ')} carry ttlMs and cacheScope.`);
    },
  },
  {
    id: 'missing-resource',
    clause: 'resource-not-found-code',
    era: 'modern',
    run: async bench => {
      if (bench.modern?.capabilities['resources'] === undefined) return notApplicable('The server has no resources.');
      const { outcome } = await ask(bench, { method: 'resources/read', params: { uri: 'prove-no-such-scheme://nothing' } });
      return outcome.kind === 'error' && outcome.code === CODE.invalidParams ? pass('An unknown resource gets -32602.') : fail(`An unknown resource got ${describeOutcome(outcome)}, not error -32602.`);
    },
  },
];
