import type { ClauseId } from '../catalogue/clauses.js';
import type { Mode } from './modes.js';
import type { StepRecord } from './run.js';
import type { Era } from './wire.js';

/** What a difference between two runs comes from. */
export type Cause = 'session' | 'session-state' | 'process-memory' | 'disk' | 'request-state' | 'pushed-request' | 'list-state';

interface CauseFacts {
  readonly clause: ClauseId;
  readonly title: string;
  /** What to do about it, in a sentence. */
  readonly advice: string;
  /** Clauses of audit findings that can be the reason in the source, the likeliest first. */
  readonly explainedBy: readonly ClauseId[];
}

export const CAUSES: Readonly<Record<Cause, CauseFacts>> = {
  session: {
    clause: 'session-transport-map',
    title: 'Sessions live in one process',
    advice: 'Serve each request by itself, without a map of sessions.',
    explainedBy: ['session-transport-map', 'session-id-generator', 'session-id-header', 'shared-server-instance'],
  },
  'session-state': {
    clause: 'session-keyed-state',
    title: 'State belongs to a session',
    advice: 'Let one call return a handle, take it as an argument of the others, and keep the state in a shared store under it.',
    explainedBy: ['session-keyed-state', 'connection-state-closure', 'session-client-tracking', 'session-store-external', 'session-transport-map'],
  },
  'process-memory': {
    clause: 'session-keyed-state',
    title: 'State lives in the memory of one process',
    advice: 'Let one call return a handle, take it as an argument of the others, and keep the state in a store that all replicas share.',
    explainedBy: ['session-keyed-state', 'connection-state-closure', 'stdio-process-lifetime-state', 'shared-server-instance', 'session-store-external', 'handle-quality'],
  },
  disk: {
    clause: 'session-keyed-state',
    title: 'State lives in a file on the disk of one machine',
    advice: 'Keep it in a store that all machines share, or say with --shared that this folder is one.',
    explainedBy: ['session-keyed-state', 'session-store-external', 'stdio-process-lifetime-state', 'connection-state-closure'],
  },
  'request-state': {
    clause: 'deploy-request-state-key',
    title: 'A replica cannot read the request state of another',
    advice: 'Give all replicas the same key for requestState.',
    explainedBy: ['deploy-request-state-key', 'mrtr-request-state-integrity', 'mrtr-handler-reentry'],
  },
  'pushed-request': {
    clause: 'push-elicitation',
    title: 'The server asks its client over a connection that has to stay',
    advice: 'Answer with an input_required result, so that any replica can take up the answer.',
    explainedBy: ['push-elicitation', 'push-sampling', 'push-roots', 'raw-server-request'],
  },
  'list-state': {
    clause: 'list-varies-per-connection',
    title: 'A list depends on the process or on earlier requests',
    advice: 'Register everything always; answer with an error where state is missing.',
    explainedBy: ['list-mutated-by-request', 'list-varies-per-connection', 'capability-conditional-registration', 'connection-state-closure'],
  },
};

export interface Seen {
  readonly mode: Mode;
  readonly era: Era;
  readonly transport: 'http' | 'stdio';
  readonly hadSession: boolean;
  readonly before: StepRecord;
  readonly after: StepRecord;
}

export function causeOf({ mode, era, hadSession, before, after }: Seen): Cause {
  if (mode === 'own-disk') return 'disk';
  const spread = mode === 'round-robin' || mode === 'restart';
  if (spread && era === 'older' && hadSession && after.outcome.kind !== 'result') return 'session';
  if (before.asked.length > 0 && before.rounds <= 1 && after.outcome.kind !== 'result') return 'pushed-request';
  if (before.rounds > 1 && after.rounds > 1 && after.outcome.kind === 'error') return 'request-state';
  if ('list' in before.step) return 'list-state';
  return mode === 'new-session' ? 'session-state' : 'process-memory';
}

/** On stdio the catalogue has a clause of its own for state that outlives a call. */
export function clauseOf(cause: Cause, transport: 'http' | 'stdio'): ClauseId {
  return transport === 'stdio' && (cause === 'process-memory' || cause === 'disk') ? 'stdio-process-lifetime-state' : CAUSES[cause].clause;
}
