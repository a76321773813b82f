// Comments for a person, on a line of their own above a statement.
import type { TSESTree } from '@typescript-eslint/types';
import { applyEdits, type Edit } from '../edits/edit.js';
import type { Range, SourceComment, SourceFile } from '../parse/source.js';
import { forEachChild } from '../parse/walk.js';
import { MARKER_TEXTS } from './marker-texts.js';

/** A marker of which the place is known in the text at hand. */
export interface MarkerAt {
  readonly id: string;
  readonly offset: number;
  readonly detail?: string;
}

const MARKER = /^\s*TODO\(mcp-stateless:([\w-]+)\)/;
const NAME = 'TODO(mcp-stateless:';
/** What linters and compilers read from the line directly above a statement. */
const DIRECTIVE = /^\s*(?:eslint-|oxlint-|@ts-|prettier-ignore|biome-ignore|deno-lint-|istanbul |c8 |v8 |node:coverage|webpack|@__PURE__|#__PURE__)/;
const LISTS = new Set(['Program', 'BlockStatement', 'StaticBlock', 'SwitchCase', 'TSModuleBlock', 'ClassBody', 'TSInterfaceBody']);

/** The text of a marker, without comment marks. */
export function markerText(id: string, detail?: string): string {
  const known = MARKER_TEXTS[id];
  const said = detail?.replace(/\s+/g, ' ').trim();
  if (!known) {
    if (!said) throw new Error(`There is no text for the marker ${id}.`);
    return `${NAME}${id}): ${said}`;
  }
  if (known.text.includes('{detail}')) return `${NAME}${id}): ${known.text.replace('{detail}', said?.replace(/\.$/, '') ?? known.otherwise ?? '')}`;
  return `${NAME}${id}): ${known.text}${said ? ` ${said}` : ''}`;
}

/** The text with the markers that are not there yet. */
export function withMarkers(file: SourceFile, markers: readonly MarkerAt[]): string {
  const edits: Edit[] = [];
  const made = new Set<string>();
  for (const marker of markers) {
    const text = markerText(marker.id, marker.detail);
    const statement = statementAt(file, marker.offset);
    const start = statement?.range[0] ?? file.text.length;
    const key = `${start.toString()}:${text}`;
    if (made.has(key) || commentsAbove(file, start).some(c => c.value.trim() === text)) continue;
    made.add(key);
    edits.push(insertion(file, start, text));
  }
  return applyEdits(file.text, edits);
}

/** Markers that nothing asks for any more go: those whose finding is gone. `needed` has the texts that are still said at a statement. */
export function withoutResolved(file: SourceFile, needed: readonly MarkerAt[], findings: readonly Range[]): string {
  if (!file.text.includes(NAME)) return file.text;
  const wanted = new Set(needed.map(m => `${String(statementAt(file, m.offset)?.range[0])}:${markerText(m.id, m.detail)}`));
  const edits: Edit[] = [];
  for (const comment of file.comments) {
    const id = MARKER.exec(comment.value)?.[1];
    if (id === undefined || MARKER_TEXTS[id]?.until !== 'finding') continue;
    const statement = statementAt(file, comment.range[1]);
    if (!statement || wanted.has(`${statement.range[0].toString()}:${comment.value.trim()}`)) continue;
    const sameSubject = needed.some(m => m.id === id && statementAt(file, m.offset) === statement);
    if (!sameSubject && findings.some(f => statement.range[0] <= f[0] && f[1] <= statement.range[1])) continue;
    edits.push({ range: lineOf(file, comment), text: '' });
  }
  return applyEdits(file.text, edits);
}

/** Markers that stand in a file. */
export function markersIn(file: SourceFile): readonly { readonly id: string; readonly text: string; readonly offset: number }[] {
  if (!file.text.includes(NAME)) return [];
  return file.comments.flatMap(c => {
    const id = MARKER.exec(c.value)?.[1];
    return id === undefined ? [] : [{ id, text: c.value.trim(), offset: c.range[0] }];
  });
}

/** The whole line of a comment that has one to itself. */
function lineOf({ text }: SourceFile, { range: [start, end] }: SourceComment): Range {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const rest = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(end));
  return rest && text.slice(lineStart, start).trim() === '' ? [lineStart, end + rest[0].length] : [start, end];
}

function insertion(file: SourceFile, start: number, comment: string): Edit {
  const { text } = file;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const indent = text.slice(lineStart, start);
  if (indent.trim() !== '') return at(start, `/* ${comment.replaceAll('*/', '* /')} */ `);
  const above = aboveDirectives(file, start);
  // A file that ends without a line break gets the comment on a line of its own all the same.
  if (start === text.length && text !== '' && lineStart !== start) return at(start, `${eol}// ${comment}`);
  return at(above, `${indent}// ${comment}${eol}`);
}

function at(offset: number, text: string): Edit {
  return { range: [offset, offset], text };
}

/** Start of the line above which a comment can stand without coming between a directive and its statement. */
function aboveDirectives(file: SourceFile, start: number): number {
  const { text } = file;
  let place = text.lastIndexOf('\n', start - 1) + 1;
  const above = commentsAbove(file, start);
  for (const [index, comment] of above.entries()) {
    // The nearest comes first; what stands above the highest directive is out of its way.
    if (DIRECTIVE.test(comment.value) && above.slice(0, index + 1).every(c => DIRECTIVE.test(c.value) || MARKER.test(c.value))) place = text.lastIndexOf('\n', comment.range[0] - 1) + 1;
  }
  return place;
}

/** Comments directly above a place, on lines of their own unless they are markers; the nearest first. */
function commentsAbove({ text, comments }: SourceFile, start: number): readonly SourceComment[] {
  const found: SourceComment[] = [];
  let edge = start;
  for (const comment of [...comments].reverse()) {
    if (comment.range[1] > edge) continue;
    const lineStart = text.lastIndexOf('\n', comment.range[0] - 1) + 1;
    if (text.slice(comment.range[1], edge).trim() !== '') break;
    const alone = text.slice(lineStart, comment.range[0]).trim() === '';
    if (!alone && !MARKER.test(comment.value)) break;
    found.push(comment);
    edge = comment.range[0];
  }
  return found;
}

/** The innermost statement or class member that holds a place, preferably one that begins its line; or else the next one. */
function statementAt(file: SourceFile, offset: number): TSESTree.Node | undefined {
  const path: TSESTree.Node[] = [];
  let list: TSESTree.Node = file.program;
  for (let node: TSESTree.Node | undefined = file.program; node; ) {
    let inner: TSESTree.Node | undefined;
    let next: TSESTree.Node | undefined;
    forEachChild(node, child => {
      if (!inner && child.range[0] <= offset && offset < child.range[1]) inner = child;
      if (!next && child.range[0] >= offset) next = child;
    });
    if (LISTS.has(node.type)) {
      list = node;
      if (inner) path.push(inner);
      else if (next) path.push(next);
    }
    node = inner;
  }
  const begins = (node: TSESTree.Node): boolean => file.text.slice(file.text.lastIndexOf('\n', node.range[0] - 1) + 1, node.range[0]).trim() === '';
  const innermost = path.at(-1);
  if (innermost && begins(innermost)) return innermost;
  const sameLine = innermost && [...path].reverse().find(n => begins(n) && !file.text.slice(n.range[0], innermost.range[0]).includes('\n'));
  if (sameLine ?? innermost) return sameLine ?? innermost;
  return list.type === 'Program' ? undefined : list;
}
