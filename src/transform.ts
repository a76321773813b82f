import type { Finding, Fingerprint, RuleId } from './finding.js';
import type { McpModel } from './mcp/model.js';
import type { Range, SourceFile } from './parse/source.js';
import type { Project } from './project.js';
import type { ClauseId } from './catalogue/clauses.js';

export type TransformId = string;

/** A replacement of a range of a file's text. Insertions have an empty range. */
export interface Edit {
  readonly range: Range;
  readonly text: string;
}

/** Not changed, and why. `todo` names the marker that is left at the place. */
export interface Decline {
  readonly for: Fingerprint;
  readonly reason: string;
}

export interface Rewrite {
  readonly edits: readonly Edit[];
  readonly declines: readonly Decline[];
}

export interface RewriteContext {
  readonly file: SourceFile;
  readonly mcp: McpModel;
  readonly project: Project;
}

/** Turns the findings of rules into text edits. A transform never searches: what it changes has been found. */
export interface Transform {
  readonly id: TransformId;
  readonly title: string;
  /** The findings that it takes: all of a rule, or those of some clauses. */
  readonly fixes: readonly { readonly rule: RuleId; readonly clauses?: readonly ClauseId[] }[];
  /** Transforms that must have run before. */
  readonly after?: readonly TransformId[];
  /** `safe`: behaviour cannot change. `review`: a person should look. */
  readonly safety: 'safe' | 'review';
  rewrite(context: RewriteContext, findings: readonly Finding[]): Rewrite;
}

export function defineTransform(transform: Transform): Transform {
  return transform;
}
