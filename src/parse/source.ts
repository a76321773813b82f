import type { ScopeManager, Variable } from '@typescript-eslint/scope-manager';
import type { TSESTree } from '@typescript-eslint/types';
import type { FileKind } from '../files/kinds.js';

/** UTF-16 offsets, as in every JavaScript parser. */
export type Range = readonly [start: number, end: number];

/** 1-based line and column. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface SyntaxProblem {
  readonly message: string;
  readonly offset: number;
}

export interface SourceComment {
  readonly block: boolean;
  /** Without the comment marks. */
  readonly value: string;
  readonly range: Range;
}

/** In a linter, those of its own parser. */
export type Scopes = Pick<ScopeManager, 'scopes' | 'globalScope' | 'getDeclaredVariables'>;

/** What rules and transforms see of a code file. Nodes carry `parent`. */
export interface SourceFile {
  /** Relative to the root, forward slashes. */
  readonly path: string;
  /** Without a byte order mark. */
  readonly text: string;
  readonly program: TSESTree.Program;
  readonly comments: readonly SourceComment[];
  readonly problems: readonly SyntaxProblem[];
  /** Costs about as much as parsing: ask after the cheap checks. */
  readonly scopes: Scopes;
  /** The variable that an identifier names; undefined for globals and property names. */
  variableOf(identifier: TSESTree.Identifier | TSESTree.JSXIdentifier): Variable | undefined;
}

/** What rules see of any other file. */
export interface TextFile {
  readonly path: string;
  readonly kind: FileKind;
  readonly text: string;
}

/** Line starts of a text, made once per file. */
export class LineIndex {
  readonly #starts: number[] = [0];

  constructor(readonly text: string) {
    for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) this.#starts.push(i + 1);
  }

  position(offset: number): Position {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }

  /** Start of a 1-based line. */
  startOf(line: number): number {
    return this.#starts[line - 1] ?? this.text.length;
  }

  /** Text of a 1-based line, without its line break. */
  line(line: number): string {
    const start = this.startOf(line);
    const next = this.#starts[line];
    return this.text.slice(start, next === undefined ? this.text.length : next - 1).replace(/\r$/, '');
  }

  get count(): number {
    return this.#starts.length;
  }
}
