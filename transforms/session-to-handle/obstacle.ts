import type { SourceFile, TSESTree } from '../../src/define-transform.js';

export type ObstacleMarker = 'state-key' | 'state-initial' | 'state-escapes' | 'state-nested' | 'state-not-serializable' | 'dynamic-registration' | 'session-telemetry' | 'session-auth';

/** Why a container stays as it is. Thrown where it is found, caught where the container is given up. */
export class Obstacle extends Error {
  readonly marker: ObstacleMarker | undefined;
  readonly file: SourceFile;
  readonly node: TSESTree.Node;
  /** What the marker says of this place. */
  readonly detail: string | undefined;

  constructor(marker: ObstacleMarker | undefined, file: SourceFile, node: TSESTree.Node, reason: string, what?: string) {
    super(reason);
    this.detail = what ?? (marker !== undefined && OWN_WORDS.test(marker) ? inSentence(reason) : undefined);
    this.marker = marker;
    this.file = file;
    this.node = node;
  }
}

/** Markers whose texts have a place for the reason. */
const OWN_WORDS = /^state-(?!not-serializable)/;

/** One line, without its end: it stands inside another sentence. */
function inSentence(reason: string): string {
  const [first = ''] = reason.split(/\.(?=\s|$)/);
  return first.replace(/\s+/g, ' ').replace(/^(?:What|The|A|No|Two|One|There|Several|Another) /, word => word.toLowerCase());
}
