import type { TSESTree } from '@typescript-eslint/types';
import type { Range, SourceComment, SourceFile } from '../parse/source.js';
import type { Edit } from './edit.js';
import { styleOf, type Style } from './style.js';

interface Ranged {
  readonly range: Range;
}

/** The rest of a line behind something that goes: its comment goes too. */
const REST_OF_LINE = /^[ \t]*(?:\/\/[^\n]*|\/\*[^\n]*?\*\/[ \t]*)?(?:\r?\n|$)/;
/** Statements may be missing here, elsewhere something must stand. */
const STATEMENT_LISTS = new Set(['TSInterfaceBody', 'TSTypeLiteral', 'Program', 'BlockStatement', 'StaticBlock', 'SwitchCase', 'TSModuleBlock', 'ExportNamedDeclaration', 'ClassBody']);

/** Collects edits of one file. Copies the file's own style and keeps track of the comments that go. */
export class Editor {
  #edits: Edit[] = [];
  readonly #removed = new Set<SourceComment>();
  #style: Style | undefined;

  constructor(readonly file: SourceFile) {}

  get edits(): readonly Edit[] {
    return this.#edits;
  }

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
    this.#edits.push({ range, text });
  }

  /** What was to change inside a range that goes as a whole. */
  forget([start, end]: Range): void {
    this.#edits = this.#edits.filter(({ range }) => range[0] < start || end < range[1]);
  }

  insert(at: number, text: string): void {
    this.#edits.push({ range: [at, at], text });
  }

  /** Comments inside a range. A replacement that would lose one is not made. */
  commentsIn(range: Range): readonly SourceComment[] {
    return this.file.comments.filter(c => range[0] <= c.range[0] && c.range[1] <= range[1]);
  }

  /** The statement with its line, and with the comments that stand directly above it. */
  removeStatement(statement: TSESTree.Node): void {
    if (statement.parent && !STATEMENT_LISTS.has(statement.parent.type)) {
      this.replace(statement, '{}');
      return;
    }
    const { text } = this.file;
    const [start, to] = statement.range;
    const from = this.#startWithComments(start);
    const lineStart = this.#lineStart(from);
    const rest = REST_OF_LINE.exec(text.slice(to));
    if (text.slice(lineStart, from).trim() !== '' || !rest) this.#dropWithin([from, to]);
    else this.#dropLines(lineStart, to + rest[0].length);
  }

  /** Properties of one object literal, with their commas and the lines that they had. */
  removeProperties(properties: readonly TSESTree.Property[]): void {
    const object = properties[0]?.parent;
    if (object) this.removeElements(properties, object);
  }

  removeProperty(property: TSESTree.Property): void {
    this.removeProperties([property]);
  }

  /** Elements of one list that is separated by commas: of an object, an array, a pattern, arguments, import names. */
  removeElements(elements: readonly Ranged[], list: TSESTree.Node): void {
    const inner = this.#inside(list);
    const items = elements.map(e => e.range).sort((a, b) => a[0] - b[0]);
    if (this.#isAll(items, inner)) {
      this.#drop(inner);
      return;
    }
    for (const item of items) {
      const comma = this.#afterTrivia(item[1]);
      if (comma < inner[1] && this.file.text[comma] === ',') this.#removeItem(item, comma + 1);
      else this.#removeLast(item, items, inner);
    }
  }

  /** An item with the comma behind it. */
  #removeItem(item: Range, end: number): void {
    const { text } = this.file;
    const lines = this.#ownLines(item[0], end);
    if (lines) {
      this.#drop(lines);
      return;
    }
    const spaces = /^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0;
    const endsLine = /^[ \t]*\r?\n/.test(text.slice(end));
    this.#drop(endsLine ? [this.#beforeSpaces(item[0]), end] : [item[0], end + spaces]);
  }

  /** An item without a comma behind it: the comma before goes, and that is behind the nearest item that stays. */
  #removeLast(item: Range, items: readonly Range[], inner: Range): void {
    const { text } = this.file;
    const comma = this.#commaBefore(item[0], items, inner);
    if (comma !== undefined && !text.slice(comma, item[1]).includes('\n')) {
      this.#drop([comma, item[1]]);
      return;
    }
    if (comma !== undefined) this.#drop([comma, comma + 1]);
    this.#drop(this.#ownLines(item[0], item[1]) ?? [this.#beforeSpaces(item[0]), item[1]]);
  }

  #commaBefore(start: number, items: readonly Range[], inner: Range): number | undefined {
    const { text } = this.file;
    for (let at = start; ; ) {
      const comma = this.#beforeTrivia(at) - 1;
      if (comma < inner[0] || text[comma] !== ',') return undefined;
      const end = this.#beforeTrivia(comma);
      const removed = items.find(i => i[1] === end);
      if (!removed) return comma;
      at = removed[0];
    }
  }

  /** The range between the brackets. */
  #inside(list: TSESTree.Node): Range {
    const { text } = this.file;
    switch (list.type) {
      case 'ImportDeclaration': {
        const named = list.specifiers.filter(s => s.type === 'ImportSpecifier');
        const last = named.at(-1);
        return named[0] && last ? [text.lastIndexOf('{', named[0].range[0]) + 1, text.indexOf('}', last.range[1])] : list.range;
      }
      case 'CallExpression':
      case 'NewExpression':
        return [text.indexOf('(', (list.typeArguments ?? list.callee).range[1]) + 1, list.range[1] - 1];
      case 'ObjectPattern':
      case 'ArrayPattern':
        return [list.range[0] + 1, (list.typeAnnotation ? text.lastIndexOf(list.type === 'ObjectPattern' ? '}' : ']', list.typeAnnotation.range[0]) : list.range[1] - 1)];
      default:
        return [list.range[0] + 1, list.range[1] - 1];
    }
  }

  /** Nothing else is in the list, no comment either. */
  #isAll(items: readonly Range[], inner: Range): boolean {
    let rest = '';
    let at = inner[0];
    for (const [start, end] of items) {
      rest += this.file.text.slice(at, start);
      at = end;
    }
    return /^[\s,]*$/.test(rest + this.file.text.slice(at, inner[1]));
  }

  /** Whole lines from the comments above the start to the line of the end, when nothing else is on them. */
  #ownLines(start: number, end: number): Range | undefined {
    const { text } = this.file;
    const rest = REST_OF_LINE.exec(text.slice(end));
    if (!rest || text.slice(this.#lineStart(start), start).trim() !== '') return undefined;
    return [this.#lineStart(this.#startWithComments(start)), end + rest[0].length];
  }

  /** Whole lines of a block: of two blank lines around them one goes, and none is left at the edge of the block. */
  #dropLines(start: number, end: number): void {
    const { text } = this.file;
    const before = text.slice(0, this.#keptBefore(start));
    const below = this.#keptAfter(end);
    const after = text.slice(below);
    const opens = start === 0 || /\{[ \t]*\r?\n$/.test(before);
    const blankBefore = /\n([ \t]*\r?\n)$/.exec(before)?.[1];
    const blankAfter = /^[ \t]*\r?\n/.exec(after);
    if ((opens || blankBefore !== undefined) && blankAfter) this.#drop([start, below + blankAfter[0].length]);
    else if (blankBefore !== undefined && /^[ \t]*(?:\}|$)/.test(after)) this.#drop([this.#keptBefore(start) - blankBefore.length, end]);
    else this.#drop([start, end]);
  }

  /** The end of what stays above: lines that go already do not count. */
  #keptBefore(at: number): number {
    const above = this.#edits.find(e => e.text === '' && e.range[0] < at && e.range[1] === at);
    return above ? this.#keptBefore(above.range[0]) : at;
  }

  #keptAfter(at: number): number {
    const under = this.#edits.find(e => e.text === '' && e.range[0] === at && e.range[1] > at);
    return under ? this.#keptAfter(under.range[1]) : at;
  }

  /** A part of a line, with the spaces that would be left at its end or twice inside it. */
  #dropWithin([from, to]: Range): void {
    const after = this.file.text.slice(to);
    const rest = REST_OF_LINE.exec(after);
    if (rest) this.#drop([this.#beforeSpaces(from), to + rest[0].replace(/\r?\n$/, '').length]);
    else this.#drop([from, to + (/^[ \t]*/.exec(after)?.[0].length ?? 0)]);
  }

  /** What is removed twice is removed once. */
  #drop(range: Range): void {
    for (const comment of this.commentsIn(range)) this.#removed.add(comment);
    let [start, end] = range;
    const touches = (e: Edit): boolean => e.text === '' && e.range[0] <= end && start <= e.range[1];
    for (const { range: other } of this.#edits.filter(touches)) [start, end] = [Math.min(start, other[0]), Math.max(end, other[1])];
    this.#edits = [...this.#edits.filter(e => !touches(e)), { range: [start, end], text: '' }];
  }

  #lineStart(at: number): number {
    return this.file.text.lastIndexOf('\n', at - 1) + 1;
  }

  #beforeSpaces(at: number): number {
    return at - (/[ \t]*$/.exec(this.file.text.slice(this.#lineStart(at), at))?.[0].length ?? 0);
  }

  /** The next place that is neither white space nor comment. */
  #afterTrivia(at: number): number {
    const next = at + (/^\s*/.exec(this.file.text.slice(at))?.[0].length ?? 0);
    const comment = this.file.comments.find(c => c.range[0] === next);
    return comment ? this.#afterTrivia(comment.range[1]) : next;
  }

  /** The end of what stands before, without white space and comments. */
  #beforeTrivia(at: number): number {
    const end = this.file.text.slice(0, at).trimEnd().length;
    const comment = this.file.comments.find(c => c.range[1] === end);
    return comment ? this.#beforeTrivia(comment.range[0]) : end;
  }

  /** What a file begins with is about the file. */
  #isHeader({ range }: SourceComment): boolean {
    return /^(?:#![^\n]*)?\s*$/.test(this.file.text.slice(0, range[0]));
  }

  /** Comments on lines of their own, directly above: no blank line between. */
  #startWithComments(from: number): number {
    const { text, comments } = this.file;
    let start = from;
    for (const comment of [...comments].reverse()) {
      if (comment.range[1] > start) continue;
      const between = text.slice(comment.range[1], start);
      const lead = text.slice(this.#lineStart(comment.range[0]), comment.range[0]);
      if (between.trim() !== '' || between.split('\n').length > 2 || lead.trim() !== '' || this.#isHeader(comment)) break;
      start = comment.range[0];
    }
    return start;
  }
}
