import type { ClauseId } from './catalogue/clauses.js';
import type { Choices, HandleOwner } from './choices.js';
import type { Edit } from './edits/edit.js';
import type { Finding, Fingerprint, RuleId } from './finding.js';
import type { McpModel } from './mcp/model.js';
import type { Range } from './parse/source.js';
import type { SourceFile } from './parse/source.js';
import type { Project } from './project.js';
import type { Rule } from './rule.js';
import type { StateModel } from './state/model.js';

export type TransformId = string;

/** Not changed, and why. */
export interface Decline {
  readonly for: Fingerprint;
  /** One sentence for the person who has to do it. */
  readonly reason: string;
  /** Id of the marker text that says what to do, when there is one. */
  readonly marker?: string;
  /** What only this place can say, for the marker. */
  readonly detail?: string;
}

export interface Rewrite {
  readonly edits: readonly Edit[];
  readonly declines: readonly Decline[];
  readonly removedComments?: readonly { readonly range: Range }[];
}

export interface RewriteContext {
  readonly file: SourceFile;
  readonly mcp: McpModel;
  readonly project: Project;
}

/** A comment that is left for a person: `// TODO(mcp-stateless:<id>): <text>` on a line of its own above the statement at `offset`. */
export interface Marker {
  readonly id: string;
  readonly file: string;
  /** In the text before the edits of its rewrite; the marker goes before the statement that holds it. */
  readonly offset: number;
  /** Only what the general text of the marker leaves open. */
  readonly detail?: string;
}

export interface DependencyChange {
  readonly name: string;
  /** Undefined: the dependency goes. */
  readonly range: string | undefined;
  readonly dev?: boolean;
  /** Users of the package bring it. */
  readonly peer?: boolean;
  /** Folder of the package.json, relative to the root; found from a file of the rewrite when absent. */
  readonly package?: string;
}

export interface Variable {
  readonly name: string;
  /** What it is for, in one sentence. */
  readonly purpose: string;
  readonly example?: string;
  readonly required: boolean;
}

/** A container of state that moves behind a handle, with the tools that use it. */
export interface ProposedContainer {
  /** Of its finding: its key among `choices.handles`, with `@` and the file where several have it. */
  readonly subject: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly writers: readonly string[];
  readonly readers: readonly string[];
}

/** A handle as it is going to be, for a person to change: what is proposed becomes a choice by being written down. */
export interface HandleProposal {
  readonly containers: readonly ProposedContainer[];
  readonly kind: string;
  /** The tool that gives it, which may be there already. */
  readonly creator: string;
  readonly creatorExists: boolean;
  /** The argument that takes it. */
  readonly argument: string;
  readonly owner: HandleOwner;
  readonly ttlMinutes: number;
  readonly per: Choices['handlePer'];
  /** What it names stays open in one process. */
  readonly live: boolean;
}

/**
 * One thing that is migrated in one go, over as many files as it takes. It is applied as a whole or not at all, and checked by itself:
 * it is dropped when the result does not parse, loses a comment, keeps a finding that it answers, brings a new one, does not compile
 * any more, or would be changed again by a second run.
 *
 * The rewrites of one transform are first tried together. What several of them say alike is done once: the same edit, the same
 * insertion at the same place, the same new file, the same dependency. Where they do not fit together, or fail together, they are
 * tried one after the other, and the transform is asked again after each.
 */
export interface ProjectRewrite {
  /** Unit of the findings that it answers. */
  readonly unit: string;
  readonly title?: string;
  /** Fingerprints of the findings that it answers. */
  readonly answers: readonly Fingerprint[];
  readonly edits: ReadonlyMap<string, readonly Edit[]>;
  /** New files. A path that is taken already is refused, unless it has this text: choose a free one with `freePath`. */
  readonly created?: readonly { readonly path: string; readonly text: string }[];
  readonly removed?: readonly string[];
  readonly dependencies?: readonly DependencyChange[];
  readonly variables?: readonly Variable[];
  readonly markers?: readonly Marker[];
  /** What a person must know about this step: what changes for users, what it costs. */
  readonly notes?: readonly string[];
  readonly handles?: readonly HandleProposal[];
  /**
   * Comments that go with what they described, by file, in the text before the edits. An edit that only removes may take comments with it;
   * for one that replaces, what is not named here has to be in the new text.
   */
  readonly removedComments?: ReadonlyMap<string, readonly { readonly range: Range }[]>;
  /** Subjects of findings that may come: a person chose to keep what they are about, or a later transform takes them. */
  readonly keeps?: readonly string[];
}

export interface ProjectRewrites {
  readonly rewrites: readonly ProjectRewrite[];
  readonly declines: readonly Decline[];
}

export interface ProjectRewriteContext {
  readonly project: Project;
  readonly mcp: McpModel;
  /** Made when it is first asked for. */
  readonly state: () => StateModel;
  readonly choices: Choices;
  /** Of the choices, those that a person made. */
  readonly chosen: Partial<Choices>;
}

interface Common {
  readonly id: TransformId;
  readonly title: string;
  /** The findings that it takes: all of a rule, or those of some clauses. */
  readonly fixes: readonly { readonly rule: RuleId; readonly clauses?: readonly ClauseId[] }[];
  /** Transforms that must have run before. */
  readonly after?: readonly TransformId[];
  /** `safe`: behaviour cannot change. `review`: a person should look. */
  readonly safety: 'safe' | 'review';
  /** `finding`: each is changed by itself, whatever becomes of the others. Otherwise the changes of a file belong together. */
  readonly scope?: 'finding' | 'file';
  /** Choices with which there is nothing for it to do. */
  readonly unless?: (choices: Choices) => boolean;
  /** What tests of the code that it changes will see; absent where they see nothing. */
  readonly tests?: string;
  /** The targets that it works for; both when absent. */
  readonly targets?: readonly Choices['target'][];
}

/** Edits of one file, for findings that all lie in it. Also runs under jscodeshift and in editors. */
export interface FileTransform extends Common {
  readonly rewrite: (context: RewriteContext, findings: readonly Finding[]) => Rewrite;
}

/** Edits over the whole project. */
export interface ProjectTransform extends Common {
  readonly rewriteProject: (context: ProjectRewriteContext, findings: readonly Finding[]) => ProjectRewrites;
}

/** Turns the findings of rules into text edits. A transform never searches: what it changes has been found. */
export type TransformDefinition = FileTransform | ProjectTransform;

export function takes(transform: Pick<TransformDefinition, 'fixes'>, rule: RuleId, clause: ClauseId): boolean {
  return transform.fixes.some(f => f.rule === rule && (!f.clauses || f.clauses.includes(clause)));
}

/** Whether an editor can try it on one file. What is found over the whole program is left to `migrate`: only that shows whether it is right. */
export function isOffered({ fixes, targets }: TransformDefinition, rules: readonly Pick<Rule, 'id' | 'project'>[], target: Choices['target']): boolean {
  if (targets?.includes(target) === false) return false;
  return !rules.some(r => r.project !== undefined && fixes.some(f => f.rule === r.id));
}
