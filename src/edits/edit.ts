import type { Range } from '../parse/source.js';

/** A replacement of a range of a file's text. An insertion has an empty range. */
export interface Edit {
  readonly range: Range;
  readonly text: string;
}

export class EditConflict extends Error {}

/** The text with all edits made. Edits must lie inside the text and must not overlap; insertions at one place keep their order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let done = 0;
  for (const { range, text: replacement } of inOrder(text, edits)) {
    result += text.slice(done, range[0]) + replacement;
    done = range[1];
  }
  return result + text.slice(done);
}

function inOrder(text: string, edits: readonly Edit[]): readonly Edit[] {
  const sorted = edits.map((edit, index) => ({ edit, index })).sort((a, b) => a.edit.range[0] - b.edit.range[0] || a.edit.range[1] - b.edit.range[1] || a.index - b.index);
  let end = 0;
  for (const { edit } of sorted) {
    const [from, to] = edit.range;
    if (from < 0 || to > text.length || from > to) throw new EditConflict(`An edit lies outside the file (${from} to ${to} of ${text.length}).`);
    if (from < end) throw new EditConflict(`Two edits overlap at offset ${from}.`);
    end = to;
  }
  return sorted.map(s => s.edit);
}

/** Edits that say the same thing twice are one edit. */
export function withoutRepetitions(edits: readonly Edit[]): readonly Edit[] {
  const seen = new Set<string>();
  return edits.filter(({ range, text }) => {
    const key = `${range[0]}:${range[1]}:${text}`;
    if (range[0] !== range[1] && seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
