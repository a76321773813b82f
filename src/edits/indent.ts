import type { TSESTree } from '@typescript-eslint/types';
import type { Range, SourceFile } from '../parse/source.js';
import { walkTree } from '../parse/walk.js';
import { applyEdits, type Edit } from './edit.js';

const templates = new WeakMap<SourceFile, readonly Range[]>();

/** Texts in which white space at the start of a line is content. */
function templateRanges(file: SourceFile): readonly Range[] {
  let known = templates.get(file);
  if (!known) {
    const found: Range[] = [];
    walkTree(file.program, node => {
      if (node.type === 'TemplateElement' || node.type === 'JSXText' || (node.type === 'Literal' && typeof node.value === 'string')) found.push(node.range);
    });
    templates.set(file, (known = found));
  }
  return known;
}

/** The white space that the line of this place begins with. */
export function indentAt({ text }: Pick<SourceFile, 'text'>, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
}

/** Shifts every line that begins inside a range: `from` at its start becomes `to`. Empty lines and lines of templates stay. */
export function indentEdits(file: SourceFile, [start, end]: Range, from: string, to: string): readonly Edit[] {
  if (from === to) return [];
  const inTemplate = templateRanges(file).filter(([a, b]) => a < end && start < b);
  const edits: Edit[] = [];
  for (let at = file.text.indexOf('\n', start) + 1; at > 0 && at < end; at = file.text.indexOf('\n', at) + 1) {
    if (/^[ \t]*\r?\n/.test(file.text.slice(at, at + 200)) || inTemplate.some(([a, b]) => a < at && at <= b)) continue;
    if (to.startsWith(from)) edits.push({ range: [at, at], text: to.slice(from.length) });
    else if (file.text.startsWith(from, at)) edits.push({ range: [at, at + from.length], text: to });
  }
  return edits;
}

/** The text of a range as it would stand with another indentation, and with edits made inside it. */
export function reindented(file: SourceFile, [start, end]: Range, to: string, inner: readonly Edit[] = []): string {
  const shifts = indentEdits(file, [start, end], indentAt(file, start), to);
  const edits = [...shifts, ...inner.filter(e => start <= e.range[0] && e.range[1] <= end)];
  return applyEdits(
    file.text.slice(start, end),
    edits.map(e => ({ range: [e.range[0] - start, e.range[1] - start], text: e.text })),
  );
}

/** A statement together with the comments directly above it. */
export function withComments(file: SourceFile, { range }: Pick<TSESTree.Node, 'range'>): Range {
  let [start] = range;
  for (const comment of [...file.comments].reverse()) {
    if (comment.range[1] > start) continue;
    const between = file.text.slice(comment.range[1], start);
    const lineStart = file.text.lastIndexOf('\n', comment.range[0] - 1) + 1;
    if (between.trim() !== '' || between.split('\n').length > 2 || file.text.slice(lineStart, comment.range[0]).trim() !== '' || /^(?:#![^\n]*)?\s*$/.test(file.text.slice(0, comment.range[0]))) break;
    start = comment.range[0];
  }
  return [start, range[1]];
}

/** Whether an empty line stands above. */
export function hasBlankAbove({ text }: Pick<SourceFile, 'text'>, offset: number): boolean {
  return /\n[ \t]*\r?\n[ \t]*$/.test(text.slice(Math.max(0, offset - 400), offset));
}
