import type { SourceFile, TSESTree } from '../../src/define-transform.js';

export type ObstacleMarker = 'state-key' | 'state-initial' | 'state-escapes' | 'state-nested' | 'state-not-serializable' | 'dynamic-registration' | 'session-telemetry' | 'session-auth';

/** Why a container stays as it is. Thrown where it is found, caught where the container is given up. */
export class Obstacle extends Error {
  readonly marker: ObstacleMarker | undefined;
  readonly file: SourceFile;
  readonly node: TSESTree.Node;

  constructor(marker: ObstacleMarker | undefined, file: SourceFile, node: TSESTree.Node, reason: string) {
    super(reason);
    this.marker = marker;
    this.file = file;
    this.node = node;
  }
}
