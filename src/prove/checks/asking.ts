import type { JsonValue } from '../../finding.js';
import { answerer } from '../answers.js';
import { isObject, objectAt, textAt } from '../json.js';
import { requestOf } from '../script.js';
import type { StepRecord } from '../run.js';
import { CODE, describeOutcome, META, resultText } from '../wire.js';
import { ask, couldNotTell, fail, notApplicable, pass, raw, replicaOf, type Bench, type Check, type Verdict } from './check.js';

const NO_QUESTION = 'No call of the script made the server ask anything.';

/** Questions of the server to its client, and what else it may send. */
export const asking: readonly Check[] = [
  ...(
    [
      ['push-elicitation', 'elicitation/create'],
      ['push-sampling', 'sampling/createMessage'],
      ['push-roots', 'roots/list'],
    ] as const
  ).map(([clause, question]): Check => ({ id: `asks-by-result ${question}`, clause, era: 'modern', run: bench => asksByResult(bench, question) })),
  {
    id: 'answer-anywhere',
    clause: 'deploy-request-state-key',
    era: 'modern',
    transport: 'http',
    run: bench => {
      const proof = bench.proofs.find(p => p.era === 'modern');
      const asked = proof?.baseline.filter(r => r.rounds > 1) ?? [];
      if (asked.length === 0) return notApplicable(NO_QUESTION);
      const spread = proof?.modes.find(m => m.mode === 'round-robin');
      if (!spread) return couldNotTell('There is one replica only.');
      const lost = spread.differences.find(d => d.cause === 'request-state');
      return lost ? fail(`${lost.call}: the answer on another replica got ${lost.after}`) : pass('The answers went to other replicas than the questions, with the same results.');
    },
  },
  {
    id: 'tampered-state',
    clause: 'mrtr-request-state-integrity',
    era: 'modern',
    run: async bench => {
      const record = steps(bench, 'modern').find(r => r.rounds > 1);
      if (!record) return notApplicable(NO_QUESTION);
      const { method: called, params } = requestOf(record.step, new Map());
      const { outcome } = await ask(bench, { method: called, params });
      if (outcome.kind !== 'result' || outcome.result['resultType'] !== 'input_required') return couldNotTell(`${record.label} did not ask when it was called by itself.`);
      const state = textAt(outcome.result, 'requestState');
      if (state === undefined) return notApplicable('The server keeps no request state.');
      const answer = answerer(record.step.answers);
      const inputResponses: Record<string, JsonValue> = {};
      for (const [key, request] of Object.entries(objectAt(outcome.result, 'inputRequests') ?? {})) inputResponses[key] = answer(textAt(request, 'method') ?? '', isObject(request) ? request['params'] : undefined) ?? {};
      const middle = Math.floor(state.length / 2);
      const changed = `${state.slice(0, middle)}${state[middle] === 'A' ? 'B' : 'A'}${state.slice(middle + 1)}`;
      const again = await ask(bench, { method: called, params: { ...params, inputResponses, requestState: changed } });
      const refused = again.outcome.kind !== 'result' || again.outcome.result['isError'] === true;
      return refused ? pass(`A changed request state got ${describeOutcome(again.outcome)}`) : fail(`A changed request state was taken: ${describeOutcome(again.outcome)}`);
    },
  },
  {
    id: 'missing-capability',
    clause: 'missing-client-capability-error',
    era: 'modern',
    run: async bench => {
      const record = steps(bench, 'modern').find(r => r.rounds > 1);
      if (!record) return notApplicable(NO_QUESTION);
      const { method: called, params } = requestOf(record.step, new Map());
      const { outcome } = await ask(bench, { method: called, params, meta: { [META.capabilities]: {} } });
      if (outcome.kind === 'error' && outcome.code === CODE.missingCapability) {
        const named = isObject(outcome.data) && outcome.data['requiredCapabilities'] !== undefined;
        return named ? pass(`${record.label} gets -32021 from a client that cannot be asked.`) : fail('Error -32021 lacks data.requiredCapabilities.');
      }
      if (outcome.kind === 'result' && outcome.result['resultType'] === 'input_required') return fail(`${record.label} asks a client that did not say that it can be asked.`);
      return notApplicable(`${record.label} does without the question when the client cannot be asked: ${describeOutcome(outcome)}`);
    },
  },
  {
    id: 'no-server-requests',
    clause: 'raw-server-request',
    era: 'modern',
    run: bench => {
      const records = steps(bench, 'modern');
      const sent = records.find(r => r.requests.length > 0);
      if (sent) return fail(`During ${sent.label} the server sent a request of its own: ${sent.requests.map(r => textAt(r, 'method') ?? '').join(', ')}.`);
      return called(records) ? pass(`No request came from the server during ${records.length} requests.`) : couldNotTell('No tool was called.');
    },
  },
  {
    id: 'no-unasked-messages',
    clause: 'logging-per-request-level',
    era: 'modern',
    run: bench => {
      const records = steps(bench, 'modern');
      const loud = records.find(r => r.notifications.some(n => n['method'] === 'notifications/message'));
      if (loud) return fail(`${loud.label} sent notifications/message although no logLevel was given.`);
      return called(records) ? pass(`No notifications/message came without logLevel during ${records.length} requests.`) : couldNotTell('No tool was called.');
    },
  },
  {
    id: 'cancel',
    clause: 'disconnect-is-cancel',
    era: 'modern',
    run: async bench => {
      const step = bench.steps.find(s => 'tool' in s && s.cancelAfterMs !== undefined && s.watch !== undefined);
      if (!step || !('tool' in step) || !step.watch) return couldNotTell('Only a script can show it, by a tool that takes long and another that tells how far it is: {"tool": ..., "cancelAfterMs": 200, "watch": {"tool": ...}}.');
      const { watch, cancelAfterMs = 0 } = step;
      const url = bench.arena.transport === 'http' ? replicaOf(bench, 0).url : undefined;
      if (!url) return couldNotTell('Over stdio one process serves the call and the look at it; cancel by hand to see.');
      const look = async (): Promise<string> => {
        const { outcome } = await raw(url, { method: 'tools/call', params: { name: watch.tool, arguments: watch.arguments ?? {} } }, bench.arena.timeoutMs);
        return outcome.kind === 'result' ? resultText(outcome.result) : describeOutcome(outcome);
      };
      await raw(url, { method: 'tools/call', params: { name: step.tool, arguments: step.arguments ?? {} } }, cancelAfterMs);
      await wait(150);
      const first = await look();
      await wait(600);
      const second = await look();
      return first === second ? pass(`After the client had gone, ${watch.tool} stood still at ${first}.`) : fail(`The work went on after the client had gone: ${watch.tool} said ${first}, later ${second}.`);
    },
  },
];

function asksByResult(bench: Bench, question: string): Verdict {
  const [modern, older] = [steps(bench, 'modern'), steps(bench, 'older')];
  const pushed = older.find(r => asks(r, question) && r.rounds <= 1);
  if (pushed && bench.modern?.served !== true) return fail(`The server sends ${question} as a request of its own, first while ${pushed.label} ran. Clients of the revision take none.`);
  const silent = modern.find((r, i) => asks(older[i], question) && !asks(r, question));
  if (silent && question !== 'roots/list') return fail(`${silent.label} asks an older client, but not a modern one, which got ${describeOutcome(silent.outcome)}`);
  if (bench.modern?.served !== true) return notApplicable('The server does not speak 2026-07-28.');
  const asked = modern.filter(r => r.rounds > 1 && asks(r, question));
  if (asked.length === 0) return notApplicable(NO_QUESTION);
  const open = asked.find(r => r.outcome.kind !== 'result' || r.outcome.result['resultType'] === 'input_required');
  if (open) return fail(`${open.label} asked and, with the answer, came to ${describeOutcome(open.outcome)}`);
  return pass(`${[...new Set(asked.map(r => r.label))].join(', ')}: asked by an input_required result, and completed with the answer.`);
}

function asks(record: StepRecord | undefined, question: string): boolean {
  return record?.asked.some(a => textAt(a, 'method') === question) === true;
}

async function wait(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, ms);
  });
}

function steps({ proofs }: Bench, era: 'modern' | 'older'): readonly StepRecord[] {
  return proofs.find(p => p.era === era)?.baseline ?? [];
}

function called(records: readonly StepRecord[]): boolean {
  return records.some(r => 'tool' in r.step);
}
