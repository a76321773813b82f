import type { ClauseId } from '../../src/catalogue/clauses.js';
import type { ConfigNode } from '../../src/config/tree.js';

/** A place that ties a client to one instance. */
export interface Affinity {
  readonly clause: ClauseId;
  readonly subject: string;
  /** What does it, for the sentence of the finding. */
  readonly what: string;
  /** Where to point, when it is not the node that was asked about. */
  readonly at?: ConfigNode;
}

/** By key: asked for every entry of a configuration file that has it. */
export type Matchers = Readonly<Record<string, (node: ConfigNode) => Affinity | undefined>>;

export function affinity(clause: ClauseId, subject: string, what: string): Affinity {
  return { clause: `deploy-${clause}`, subject: `affinity:${subject}`, what };
}
