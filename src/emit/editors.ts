import type { Edit } from '../edits/edit.js';
import { Editor } from '../edits/editor.js';
import type { Range, SourceFile } from '../parse/source.js';
import { Patterns } from './patterns.js';

/** One editor for each file that a rewrite touches. */
export class Editors {
  readonly #byFile = new Map<SourceFile, Editor>();
  readonly #patterns = new Map<SourceFile, Patterns>();

  readonly of = (file: SourceFile): Editor => {
    let editor = this.#byFile.get(file);
    if (!editor) this.#byFile.set(file, (editor = new Editor(file)));
    return editor;
  };

  /** What happens to the objects that the file takes apart; written with the rest of the edits. */
  readonly patternsOf = (file: SourceFile): Patterns => {
    let patterns = this.#patterns.get(file);
    if (!patterns) this.#patterns.set(file, (patterns = new Patterns(this.of(file))));
    return patterns;
  };

  get files(): readonly SourceFile[] {
    return [...this.#byFile.keys()];
  }

  /** All edits, together with others that were made as text. */
  edits(others: ReadonlyMap<string, readonly Edit[]> = new Map()): ReadonlyMap<string, readonly Edit[]> {
    for (const patterns of this.#patterns.values()) patterns.write();
    const all = new Map<string, readonly Edit[]>(others);
    for (const [file, { edits }] of this.#byFile) if (edits.length > 0) all.set(file.path, [...(all.get(file.path) ?? []), ...edits]);
    return all;
  }

  removedComments(): ReadonlyMap<string, readonly { readonly range: Range }[]> {
    return new Map([...this.#byFile].map(([file, { removedComments }]) => [file.path, removedComments]));
  }
}
