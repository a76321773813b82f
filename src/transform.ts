import type { ClauseId } from './catalogue/clauses.js';
import type { Edit } from './edits/edit.js';
import type { Finding, Fingerprint, RuleId } from './finding.js';
import type { McpModel } from './mcp/model.js';
import type { SourceFile } from './parse/source.js';
import type { Project } from './project.js';

export type TransformId = string;

/** Not changed, and why. */
export interface Decline {
  readonly for: Fingerprint;
  /** One sentence for the person who has to do it. */
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
export interface TransformDefinition {
  readonly id: TransformId;
  readonly title: string;
  /** The findings that it takes: all of a rule, or those of some clauses. */
  readonly fixes: readonly { readonly rule: RuleId; readonly clauses?: readonly ClauseId[] }[];
  /** Transforms that must have run before. */
  readonly after?: readonly TransformId[];
  /** `safe`: behaviour cannot change. `review`: a person should look. */
  readonly safety: 'safe' | 'review';
  /** Edits of one file, for findings that all lie in it. */
  readonly rewrite: (context: RewriteContext, findings: readonly Finding[]) => Rewrite;
}

export function takes(transform: Pick<TransformDefinition, 'fixes'>, rule: RuleId, clause: ClauseId): boolean {
  return transform.fixes.some(f => f.rule === rule && (!f.clauses || f.clauses.includes(clause)));
}
