import type { Finding, Fingerprint } from '../finding.js';
import type { Decline, DependencyChange, HandleProposal, TransformDefinition, Variable } from '../transform.js';

export interface FileChange {
  readonly file: string;
  /** Empty for a new file. */
  readonly before: string;
  /** Null for a file that goes. */
  readonly after: string | null;
}

/** What the compiler said that it had not said before. */
export interface CompileError {
  readonly file: string;
  readonly line: number;
  readonly code: number;
  readonly message: string;
}

export type TypesVerdict = 'same' | 'better' | 'worse' | 'not checked';

export interface Verdict {
  readonly parses: boolean;
  /** A second run makes no edit. */
  readonly stable: boolean;
  /** How many of the findings that the step took are gone. */
  readonly gone: number;
  /** Findings that were not there before; only some that are for information can be left. */
  readonly added: readonly Finding[];
  readonly types?: TypesVerdict;
}

/** A comment for a person, with the place where it stands in the result. */
export interface PlacedMarker {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** One unit that a transform migrates. */
export interface Step {
  readonly transform: string;
  readonly title: string;
  /** Id of the unit of findings that it answers; the transform's own for a preparing step. */
  readonly unit: string;
  readonly safety: TransformDefinition['safety'];
  readonly changes: readonly FileChange[];
  readonly declines: readonly Decline[];
  readonly verdict: Verdict;
  readonly answers: readonly Fingerprint[];
  readonly notes: readonly string[];
  readonly dependencies: readonly DependencyChange[];
  readonly variables: readonly Variable[];
  readonly handles?: readonly HandleProposal[];
}

/** A unit that was not taken, because it would have made things worse. */
export interface DroppedStep {
  readonly transform: string;
  /** Absent when the whole transform was not taken. */
  readonly unit?: string;
  readonly reason: string;
  /** The findings that it would have answered. */
  readonly answers?: readonly Fingerprint[];
}
