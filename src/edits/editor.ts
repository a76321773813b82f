import type { TSESTree } from '@typescript-eslint/types';
import type { Range, SourceComment, SourceFile } from '../parse/source.js';
import type { Edit } from './edit.js';
import { styleOf, type Style } from './style.js';

interface Ranged {
  readonly range: Range;
}

/** Collects edits of one file. Copies the file's own style and keeps track of the comments that go. */
export class Editor {
  readonly edits: Edit[] = [];
  readonly #removed = new Set<SourceComment>();
  #style: Style | undefined;

  constructor(readonly file: SourceFile) {}

  get style(): Style {
    return (this.#style ??= styleOf(this.file));
  }

  /** Comments that described what was removed, and go with it. */
  get removedComments(): readonly SourceComment[] {
    return [...this.#removed];
  }

  text({ range }: Ranged): string {
    return this.file.text.slice(...range);
  }

  replace({ range }: Ranged, text: string): void {
    this.edits.push({ range, text });
  }

  insert(at: number, text: string): void {
    this.edits.push({ range: [at, at], text });
  }

  /** Comments inside a range. A replacement that would lose one is not made. */
  commentsIn(range: Range): readonly SourceComment[] {
    return this.file.comments.filter(c => range[0] <= c.range[0] && c.range[1] <= range[1]);
  }

  /** The statement with its line, and with the comments that stand directly above it. */
  removeStatement(statement: Ranged): void {
    const { text } = this.file;
    let [from, to] = statement.range;
    if (text[to] === ';') to++;
    from = this.#startWithComments(from);
    const lineStart = text.lastIndexOf('\n', from - 1) + 1;
    const ownLine = text.slice(lineStart, from).trim() === '';
    const rest = /^[ \t]*(?:\/\/[^\n]*)?(\r?\n|$)/.exec(text.slice(to));
    if (!ownLine || !rest) {
      this.#drop([from, to]);
      return;
    }
    let end = to + rest[0].length;
    // Of two blank lines around it, one goes.
    const blankBefore = lineStart === 0 || /\n[ \t]*\r?\n$/.test(text.slice(0, lineStart)) || /\{[ \t]*\r?\n$/.test(text.slice(0, lineStart));
    const blankAfter = /^[ \t]*\r?\n/.exec(text.slice(end));
    if (blankBefore && blankAfter) end += blankAfter[0].length;
    this.#drop([lineStart, end]);
  }

  /** A property of an object literal, with the comma and the line that it had. */
  removeProperty(property: TSESTree.Property): void {
    const { text } = this.file;
    const { parent } = property;
    if (parent.type !== 'ObjectExpression') return;
    this.#removeItem(property.range, parent.range, text);
  }

  /** An element of a list that is separated by commas: of an object, an array, arguments, import names. */
  removeElement(element: Ranged, list: Ranged): void {
    this.#removeItem(element.range, list.range, this.file.text);
  }

  #removeItem(item: Range, list: Range, text: string): void {
    const after = /^\s*,/.exec(text.slice(item[1], list[1]));
    const lineStart = text.lastIndexOf('\n', item[0] - 1) + 1;
    const alone = lineStart > list[0] && text.slice(lineStart, item[0]).trim() === '';
    if (after) {
      const to = item[1] + after[0].length;
      const lineEnd = /^[ \t]*(?:\/\/[^\n]*)?\r?\n/.exec(text.slice(to));
      if (alone && lineEnd) this.#drop([this.#lineStartWithComments(lineStart, list[0]), to + lineEnd[0].length]);
      else this.#drop([item[0], to + (/^[ \t]*/.exec(text.slice(to))?.[0].length ?? 0)]);
      return;
    }
    const before = /,\s*$/.exec(text.slice(list[0], item[0]));
    const from = before ? list[0] + before.index : item[0];
    this.#drop([from, item[1]]);
  }

  #drop(range: Range): void {
    for (const comment of this.commentsIn(range)) this.#removed.add(comment);
    this.edits.push({ range, text: '' });
  }

  #lineStartWithComments(lineStart: number, limit: number): number {
    const start = this.#startWithComments(lineStart);
    const line = this.file.text.lastIndexOf('\n', start - 1) + 1;
    return line > limit ? line : lineStart;
  }

  /** Comments on lines of their own, directly above: no blank line between. */
  #startWithComments(from: number): number {
    const { text, comments } = this.file;
    let start = from;
    for (let i = comments.length - 1; i >= 0; i--) {
      const comment = comments[i];
      if (!comment || comment.range[1] > start) continue;
      const between = text.slice(comment.range[1], start);
      const lead = text.slice(text.lastIndexOf('\n', comment.range[0] - 1) + 1, comment.range[0]);
      if (between.trim() !== '' || between.split('\n').length > 2 || lead.trim() !== '') break;
      start = comment.range[0];
    }
    return start;
  }
}
