import { comparable, differingParts } from '../normalise.js';
import { describeOutcome, OLDER_VERSION } from '../wire.js';
import { couldNotTell, fail, notApplicable, pass, type Check } from './check.js';

/** What clients of the older era find. */
export const older: readonly Check[] = [
  {
    id: 'older-handshake',
    clause: 'handshake-initialize-request',
    era: 'older',
    run: ({ older: survey }) => {
      if (!survey) return couldNotTell('Older clients were not tried.');
      if (!survey.served) return notApplicable(`initialize got ${survey.refusal ?? 'no answer'}: this server serves modern clients only.`);
      return pass(`initialize with ${OLDER_VERSION} is answered, and ${survey.tools.length} tools are listed.`);
    },
  },
  {
    id: 'older-same-tools',
    clause: 'list-varies-per-connection',
    era: 'older',
    run: ({ older: a, modern: b }) => {
      if (!a || !b?.served) return notApplicable('There is no modern list to compare with.');
      const [before, after] = [a, b].map(s => s.tools.map(t => t.name).sort());
      return JSON.stringify(before) === JSON.stringify(after) ? pass('Clients of both eras see the same tools.') : fail(`Older clients see ${before?.join(', ') ?? ''}; modern ones ${after?.join(', ') ?? ''}.`);
    },
  },
  {
    id: 'older-same-results',
    clause: 'session-keyed-state',
    era: 'older',
    run: ({ proofs }) => {
      const [modern, before] = [proofs.find(p => p.era === 'modern'), proofs.find(p => p.era === 'older')];
      if (!modern || !before) return notApplicable('There is no modern run to compare with.');
      const skipped = new Set(modern.baseline.flatMap((r, i) => ('list' in r.step || r.rounds > 1 || r.asked.length > 0 || (before.baseline[i]?.asked.length ?? 0) > 0 ? [i] : [])));
      const parts = differingParts(comparable(before.baseline), comparable(modern.baseline)).filter(p => !skipped.has(p.step) && !modern.noise.covers(p) && !before.noise.covers(p));
      // How an error is worded is a matter of the SDK; that it is one is not.
      const real = parts.find(p => outcomeClass(before.baseline[p.step]?.outcome) !== 'failed' || outcomeClass(modern.baseline[p.step]?.outcome) !== 'failed');
      if (real) {
        const [a, b] = [before.baseline[real.step], modern.baseline[real.step]];
        return fail(`${a?.label ?? ''}: an older client got ${a ? describeOutcome(a.outcome) : 'nothing'}; a modern one ${b ? describeOutcome(b.outcome) : 'nothing'}`);
      }
      const compared = modern.baseline.length - skipped.size;
      return compared > 0 ? pass(`${compared} calls have the same results in both eras.`) : couldNotTell('The script holds no call that can be compared.');
    },
  },
];

function outcomeClass(outcome: { readonly kind: string; readonly result?: { readonly isError?: unknown } } | undefined): 'fine' | 'failed' {
  return outcome?.kind === 'result' && outcome.result?.isError !== true ? 'fine' : 'failed';
}
