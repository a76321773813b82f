import type { TSESTree } from '@typescript-eslint/types';
import type { ClauseId, Severity } from './catalogue/clauses.js';
import type { FileKind } from './files/kinds.js';
import type { JsonObject, RuleId } from './finding.js';
import type { Confidence, McpModel } from './mcp/model.js';
import type { Step } from './mcp/values.js';
import type { Range, SourceFile, TextFile } from './parse/source.js';
import type { Project } from './project.js';
import type { StateModel } from './state/model.js';

/** What a rule says about one place. Severity, dates and the way out come from the clause. */
export interface NewFinding {
  readonly clause: ClauseId;
  /** Further clauses that the same place touches. */
  readonly also?: readonly ClauseId[];
  readonly subject: string;
  /** One sentence that says what is there. Why and what to do come from the clause. */
  readonly message: string;
  readonly confidence?: Confidence;
  readonly because?: Step | undefined;
  /** Other places that belong to the finding, such as the uses of a container. */
  readonly related?: readonly Place[];
  /** Findings of one unit are migrated together: `transport:src/http.ts`. */
  readonly unit?: string;
  /** Overrides the clause's severity, for code that runs on older connections only. */
  readonly severity?: Severity;
  readonly data?: JsonObject;
}

export interface Place {
  readonly file: SourceFile;
  readonly node: { readonly range: Range };
  readonly note?: string;
}

export type Visitor = { readonly [T in TSESTree.Node['type']]?: (node: Extract<TSESTree.Node, { type: T }>) => void };

export interface CodeContext {
  readonly file: SourceFile;
  readonly mcp: McpModel;
  readonly report: (at: { readonly range: Range }, finding: NewFinding) => void;
}

export interface TextContext {
  readonly file: TextFile;
  readonly project: Project;
  readonly report: (at: { readonly range: Range }, finding: NewFinding) => void;
}

export interface ProjectContext {
  readonly mcp: McpModel;
  readonly project: Project;
  /** Handlers, and what outlives a call. Built on the first question. */
  readonly state: StateModel;
  readonly report: (file: SourceFile, at: { readonly range: Range }, finding: NewFinding) => void;
}

export interface Rule {
  readonly id: RuleId;
  readonly title: string;
  /** The clauses of the catalogue that the rule decides. */
  readonly clauses: readonly ClauseId[];
  /** Without one of these in the text the rule cannot have anything to say about a file. */
  readonly words: readonly string[];
  /** Nor without this, in code: for words that say little by themselves. A file that nobody asks about is not parsed. */
  readonly needs?: RegExp;
  /** Also visit files that import one with such a word: the rule follows constants. */
  readonly followsImports?: boolean;
  readonly kinds?: readonly FileKind[];
  /** Code: listeners by node type. The cheapest check comes first in each. */
  readonly visit?: (context: CodeContext) => Visitor;
  /** Manifests, configuration, documents. */
  readonly scan?: (context: TextContext) => void;
  /** Questions about the whole program: handlers, state, call chains. */
  readonly project?: (context: ProjectContext) => void;
}

export function defineRule(rule: Rule): Rule {
  return rule;
}

export { keyName, propertyValue } from './mcp/exports.js';
export { enclosingClass, enclosingFunction, endName, innermost, memberName, outermost, says } from './mcp/file-index.js';
export { nameOfFunction } from './mcp/nodes.js';
export { nameOfType, packageOfType, isV1Type, isWrapperType, sdk } from './mcp/sdk.js';
export type { McpModel, SdkUse, Confidence } from './mcp/model.js';
export { walkTree } from './parse/walk.js';
export type { SourceFile, Range } from './parse/source.js';
export type { Project } from './project.js';
export type { TSESTree } from '@typescript-eslint/types';
