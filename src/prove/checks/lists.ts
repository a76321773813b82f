import { isObject, listAt, textAt } from '../json.js';
import { listAll } from '../survey.js';
import { describeOutcome, META } from '../wire.js';
import { ask, couldNotTell, fail, modernHttp, notApplicable, pass, raw, replicaOf, withClient, type Bench, type Check } from './check.js';
import { listMethod } from './discovery.js';

const NAMES = ['tools', 'prompts', 'resources'] as const;
const ROUNDS = 5;

/** Lists depend on nothing but who asks, and requests on nothing but themselves. */
export const lists: readonly Check[] = [
  {
    id: 'list-order',
    clause: 'tools-list-order',
    era: 'modern',
    run: async bench => {
      const names = announced(bench);
      if (names.length === 0) return notApplicable('The server announces no lists.');
      for (const name of names) {
        const orders = new Set<string>();
        const sets = new Set<string>();
        for (let round = 0; round < ROUNDS; round++) {
          const keys = await listed(bench, name, round);
          orders.add(JSON.stringify(keys));
          sets.add(JSON.stringify([...keys].sort()));
        }
        if (sets.size === 1 && orders.size > 1) return fail(`${name}/list gives the same members in another order from time to time.`);
      }
      return pass(`${names.map(n => `${n}/list`).join(', ')} kept their order ${ROUNDS} times${bench.replicas.length > 1 ? ', on all replicas' : ''}.`);
    },
  },
  {
    id: 'list-same-everywhere',
    clause: 'list-varies-per-connection',
    era: 'modern',
    run: async bench => {
      const names = announced(bench);
      if (names.length === 0) return notApplicable('The server announces no lists.');
      for (const name of names) {
        const method = `${name}/list`;
        const bodies = new Map<string, string>();
        const plain = await ask(bench, { method });
        bodies.set('a first client', JSON.stringify(plain.outcome));
        const other = await ask(bench, { method, meta: { [META.client]: { name: 'another', version: '9.9.9' } } });
        bodies.set('a client with another name', JSON.stringify(other.outcome));
        if (bench.arena.transport === 'http')
          for (let i = 1; i < bench.replicas.length; i++) bodies.set(`replica ${i + 1}`, JSON.stringify((await raw(replicaOf(bench, i).url, { method }, bench.arena.timeoutMs)).outcome));
        const odd = [...bodies].find(([, body]) => body !== bodies.get('a first client'));
        if (odd) return fail(`${method} is not the same for ${odd[0]}.`);
      }
      return pass(`${names.map(n => `${n}/list`).join(', ')} are the same for any client${bench.replicas.length > 1 ? ' and on all replicas' : ''}.`);
    },
  },
  {
    id: 'list-by-capability',
    clause: 'capability-conditional-registration',
    era: 'modern',
    run: async bench => {
      const method = listMethod(bench.modern?.capabilities ?? {});
      if (method === undefined) return notApplicable('The server announces no lists.');
      const [all, none] = [await ask(bench, { method }), await ask(bench, { method, meta: { [META.capabilities]: {} } })];
      return JSON.stringify(all.outcome) === JSON.stringify(none.outcome) ? pass(`${method} does not depend on the client's capabilities.`) : fail(`${method} depends on the client's capabilities.`);
    },
  },
  {
    id: 'list-after-calls',
    clause: 'list-mutated-by-request',
    era: 'modern',
    run: bench => {
      const records = bench.proofs.find(p => p.era === 'modern')?.baseline ?? [];
      const called = records.some(r => 'tool' in r.step);
      if (!called) return couldNotTell('No tool was called.');
      for (const name of NAMES) {
        const seen = records.filter(r => 'list' in r.step && r.step.list === name && r.outcome.kind === 'result');
        const [first, last] = [seen[0], seen.at(-1)];
        if (!first || !last || first === last || first.outcome.kind !== 'result' || last.outcome.kind !== 'result') continue;
        const [before, after] = [namesOf(first.outcome.result, name), namesOf(last.outcome.result, name)];
        if (name === 'resources' && before !== after) return couldNotTell(`resources/list changed while the tools were called: from ${before} to ${after}. Lists may change over time; was it one of these calls?`);
        if (before !== after) return fail(`${name}/list changed while the tools were called: from ${before} to ${after}.`);
      }
      return pass('The lists are the same after the calls as before.');
    },
  },
  {
    id: 'parallel-requests',
    clause: 'shared-server-instance',
    era: 'modern',
    run: async bench => {
      const method = listMethod(bench.modern?.capabilities ?? {});
      if (method === undefined) return notApplicable('The server announces no lists.');
      const outcomes = await withClient(bench, 'modern', async client => {
        await client.open();
        return Promise.all(Array.from({ length: 8 }, () => client.request(method)));
      });
      const bad = outcomes.find(e => e.outcome.kind !== 'result');
      return bad ? fail(`Of 8 parallel ${method}, one got ${describeOutcome(bad.outcome)}`) : pass('8 parallel requests were all answered.');
    },
  },
];

function announced({ modern }: Bench): readonly (typeof NAMES)[number][] {
  return NAMES.filter(name => modern?.capabilities[name] !== undefined);
}

async function listed(bench: Bench, name: string, round: number): Promise<readonly string[]> {
  const items = bench.arena.transport === 'http' ? await listAll(modernHttp(bench, round), name) : await withClient(bench, 'modern', client => listAll(client, name));
  return items.map(item => textAt(item, 'uri') ?? textAt(item, 'name') ?? '');
}

function namesOf(result: Parameters<typeof listAt>[0], name: string): string {
  return listAt(result, name)
    .flatMap(item => (isObject(item) ? (textAt(item, 'uri') ?? textAt(item, 'name') ?? []) : []))
    .join(', ');
}
