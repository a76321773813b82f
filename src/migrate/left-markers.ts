// What no transform takes yet, and what one of the deprecated features leaves: the comment that a person finds at the place.
import type { Choices } from '../choices.js';
import type { Finding } from '../finding.js';

export interface LeftMarker {
  readonly id: string;
  /** Said once in a file: the places are many, and what to do is the same at all of them. */
  readonly once?: boolean;
}

/** Data only: the first whose pattern fits the subject of a finding. */
const LEFT: readonly (LeftMarker & { readonly subject: RegExp; readonly declined?: true; readonly target?: Choices['target'] })[] = [
  { subject: /^elicitation:(?:request|requestElicitation|elicit\w*)$/, target: 'v1-stateless', id: 'stage1-push' },
  { subject: /^elicitation:(?:request|requestElicitation|elicit\w*)$/, id: 'elicit-push' },
  { subject: /^elicitation:url-error$/, id: 'elicit-url-error' },
  { subject: /^elicitation:completion$/, id: 'elicit-completion' },
  { subject: /^hazard:question-outside$/, id: 'elicit-no-request' },
  { subject: /^subscription:(?:handler|end-handler|compare)$/, id: 'subscribe-request' },
  { subject: /^(?:updated:resource|list-changed:\w+)$/, id: 'tell-listeners', once: true },
  { subject: /^tasks:sent:/, target: '2026-07-28', id: 'tasks-of-clients' },
  { subject: /^tasks:(?:registerToolTask|handler:.*)$/, target: '2026-07-28', id: 'tasks' },
  { subject: /^tasks:(?:createTask|capability|InMemory\w+)$/, target: '2026-07-28', id: 'tasks', once: true },
  // Where the transform says why it leaves a place, the comment says the same.
  { subject: /^sampling:(?!includeContext|client-|capability)/, declined: true, id: 'sampling-left' },
  { subject: /^logging:(?:sendLoggingMessage|notification|log|set-level-handler)$/, declined: true, id: 'logging-left', once: true },
  { subject: /^roots:(?:list|request|changed-handler)$/, declined: true, id: 'roots-left' },
];

/** `why`: the sentence of the transform that declined it. */
export function leftMarker({ subject, zone, era, clause }: Finding, why: string | undefined, { target }: Pick<Choices, 'target'>): LeftMarker | undefined {
  if (zone === 'test' || era === 'older' || isOfClients(subject, clause)) return undefined;
  return LEFT.find(left => left.subject.test(subject) && (left.target ?? target) === target && (left.declined !== true || why !== undefined));
}

/** What a client asks a server's tasks for is for the transform of clients. */
function isOfClients(subject: string, clause: string): boolean {
  return subject.startsWith('tasks:sent:') && clause === 'tasks-core-runtime';
}
