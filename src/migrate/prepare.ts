import type { Choices } from '../choices.js';
import type { Project } from '../project.js';
import type { TypeCheck } from './types.js';
import type { DependencyChange, Marker, Variable } from '../transform.js';

/** What a preparing step does to the whole project, before anything is audited for transforms. */
export interface Prepared {
  /** New text of each file that changes; null for one that goes. Manifests are changed by `dependencies`. */
  readonly changes: ReadonlyMap<string, string | null>;
  /** Offsets are those of the new texts. */
  readonly markers?: readonly Marker[];
  readonly notes?: readonly string[];
  readonly dependencies?: readonly DependencyChange[];
  readonly variables?: readonly Variable[];
}

/**
 * Work that comes before the transforms and needs no findings, such as the move to another major of the SDK.
 * It works on texts in memory and is checked like any other step, but it may bring findings that were not there before.
 */
export interface PrepareStep {
  readonly id: string;
  readonly title: string;
  /** What tests of the code that it changes will see. */
  readonly tests?: string;
  /** Without these words a test does not look where that is seen. */
  readonly testWords?: RegExp;
  /** Undefined when there is nothing to do; it must be so on its own result. With a compiler, which comes when the plan does not compile, a step can see what it left. */
  apply(project: Project, choices: Choices, types?: TypeCheck): Prepared | undefined;
  /** Of what the step added to manifests, what nothing uses any more after all other steps. */
  unneeded?(before: Project, after: Project): readonly DependencyChange[];
}
