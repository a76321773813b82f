import type { Edit } from '../edits/edit.js';
import { Editor } from '../edits/editor.js';
import type { Range, SourceFile } from '../parse/source.js';

/** One editor for each file that a rewrite touches. */
export class Editors {
  readonly #byFile = new Map<SourceFile, Editor>();

  readonly of = (file: SourceFile): Editor => {
    let editor = this.#byFile.get(file);
    if (!editor) this.#byFile.set(file, (editor = new Editor(file)));
    return editor;
  };

  get files(): readonly SourceFile[] {
    return [...this.#byFile.keys()];
  }

  /** All edits, together with others that were made as text. */
  edits(others: ReadonlyMap<string, readonly Edit[]> = new Map()): ReadonlyMap<string, readonly Edit[]> {
    const all = new Map<string, readonly Edit[]>(others);
    for (const [file, { edits }] of this.#byFile) if (edits.length > 0) all.set(file.path, [...(all.get(file.path) ?? []), ...edits]);
    return all;
  }

  removedComments(): ReadonlyMap<string, readonly { readonly range: Range }[]> {
    return new Map([...this.#byFile].map(([file, { removedComments }]) => [file.path, removedComments]));
  }
}
