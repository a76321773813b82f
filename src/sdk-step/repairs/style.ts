import { applyEdits, type Edit } from '../../edits/edit.js';
import { styleOf } from '../../edits/style.js';
import { parseSource } from '../../parse/parse.js';
import type { SourceFile } from '../../parse/source.js';
import { specifiersOf } from './homes.js';

/** Quotes, semicolons and line ends that the codemod wrote become those of the file. */
export function restoreStyle(before: SourceFile, text: string): string {
  const { quote, semicolon, eol, indent } = styleOf(before);
  const unified = eol === '\r\n' ? text.replace(/\r?\n/g, '\r\n') : text;
  const after = parseSource(before.path, unified);
  if (after.problems.length > 0) return unified;
  const edits: Edit[] = [];
  const requote = (range: readonly [number, number], value: string): void => {
    if (after.text[range[0]] !== quote && !value.includes(quote)) edits.push({ range, text: `${quote}${value}${quote}` });
  };
  for (const literal of specifiersOf(after.program)) if (literal.value.startsWith('@modelcontextprotocol/') && !before.text.includes(after.text.slice(...literal.range))) requote(literal.range, literal.value);
  // Methods of handlers are always written with single quotes.
  for (const match of after.text.matchAll(/set(?:Request|Notification)Handler\(\s*'([a-z/_A-Z]+)'/g)) {
    const end = match.index + match[0].length;
    const literal = match[0].slice(match[0].indexOf("'"));
    if (!before.text.includes(literal)) requote([end - literal.length, end], match[1] ?? '');
  }
  for (const statement of after.program.body) {
    if (semicolon !== '' || statement.type !== 'ImportDeclaration' || !statement.source.value.startsWith('@modelcontextprotocol/')) continue;
    if (after.text[statement.range[1] - 1] === ';' && !before.text.includes(after.text.slice(...statement.range))) edits.push({ range: [statement.range[1] - 1, statement.range[1]], text: '' });
  }
  return wrapped(before, applyEdits(after.text, edits), indent, eol);
}

const MAX_LINE = 120;

/** Long imports that the codemod merged on one line get a line for each name, as formatters do. */
function wrapped(before: SourceFile, text: string, indent: string, eol: string): string {
  return text.replace(/^(import (?:type )?\{) ([^{}\n]+) (\} from ['"]@modelcontextprotocol\/[^'"]+['"];?)$/gm, (line: string, head: string, names: string, tail: string) =>
    line.length <= MAX_LINE || before.text.includes(line) ? line : [head, ...names.split(', ').map(n => `${indent}${n},`), tail].join(eol),
  );
}

/** Blank lines around statements that the codemod did not write are those that they had. */
export function restoreGaps(before: SourceFile, text: string): string {
  const after = parseSource(before.path, text);
  if (after.problems.length > 0) return text;
  const gaps = new Map<string, string>();
  for (const { gap, own } of statements(before)) gaps.set(own, gap);
  const edits: Edit[] = [];
  for (const { gap, own, start } of statements(after)) {
    const wanted = gaps.get(own);
    if (wanted === undefined || wanted === gap || wanted.trim() !== gap.trim() || start === 0) continue;
    edits.push({ range: [start, start + gap.length], text: wanted });
  }
  return applyEdits(text, edits);
}

/** Each statement but the first, with what stands between it and the one before. */
function statements({ text, program }: SourceFile): readonly { readonly gap: string; readonly own: string; readonly start: number }[] {
  return program.body.flatMap((statement, i) => {
    const previous = program.body[i - 1];
    if (!previous) return [];
    return [{ gap: text.slice(previous.range[1], statement.range[0]), own: text.slice(...statement.range), start: previous.range[1] }];
  });
}

/** Documentation goes with the import below it, as the codemod sees it: that of the file is no part of an import, and the rest is kept too. */
export function restoreComments(before: SourceFile, text: string): string {
  const after = parseSource(before.path, text);
  const [first] = before.program.body;
  const [now] = after.program.body;
  if (after.problems.length > 0 || !first || !now) return text;
  const headBefore = before.text.slice(shebangOf(before.text), first.range[0]);
  const headAfter = after.text.slice(shebangOf(after.text), now.range[0]);
  const edits: Edit[] = [];
  const isHead = headAfter.trim() === headBefore.trim() || after.comments.every(c => c.range[0] >= now.range[0] || headBefore.includes(after.text.slice(...c.range)));
  if (isHead && headAfter !== headBefore) edits.push({ range: [shebangOf(after.text), now.range[0]], text: headBefore });
  const target = after.program.body.find(s => s.type === 'ImportDeclaration' && s.source.value.startsWith('@modelcontextprotocol/')) ?? now;
  for (const comment of aboveImports(before)) {
    const own = before.text.slice(...comment.range);
    if (!after.text.includes(own) && !(isHead && headBefore.includes(own))) edits.push({ range: [target.range[0], target.range[0]], text: own + styleOf(before).eol });
  }
  for (const { names, range, comment } of behindImports(before)) {
    if (after.text.includes(comment.trim())) continue;
    const home = after.program.body.find(s => s.type === 'ImportDeclaration' && s.specifiers.some(n => names.has(n.local.name)));
    const end = home?.range[1] ?? 0;
    const isFree = home && /^[ \t]*(?:\r?\n|$)/.test(after.text.slice(end)) && !edits.some(e => e.range[0] === end);
    edits.push(isFree ? { range: [end, end], text: before.text.slice(...range) } : { range: [target.range[0], target.range[0]], text: comment.trim() + styleOf(before).eol });
  }
  return applyEdits(after.text, edits);
}

interface Behind {
  readonly names: ReadonlySet<string>;
  /** With the space before it. */
  readonly range: readonly [number, number];
  readonly comment: string;
}

/** `import { a } from 'b'; // as long as c needs it` */
function behindImports({ program, comments, text }: SourceFile): readonly Behind[] {
  return program.body.flatMap(statement => {
    if (statement.type !== 'ImportDeclaration') return [];
    const end = statement.range[1];
    const behind = comments.filter(c => c.range[0] >= end && /^[ \t]*$/.test(text.slice(end, c.range[0])) && !text.slice(...c.range).includes('\n'));
    return behind.map(({ range }) => ({ names: new Set(statement.specifiers.map(s => s.local.name)), range: [end, range[1]] as const, comment: text.slice(...range) }));
  });
}

function shebangOf(text: string): number {
  return /^#![^\n]*\n/.exec(text)?.[0].length ?? 0;
}

/** Comments on lines of their own above imports. */
function aboveImports({ program, comments, text }: SourceFile): readonly { readonly range: readonly [number, number] }[] {
  return program.body.flatMap((statement, i) => {
    if (statement.type !== 'ImportDeclaration') return [];
    const from = program.body[i - 1]?.range[1] ?? 0;
    return comments.filter(c => c.range[0] >= from && c.range[1] <= statement.range[0] && (from === 0 || text.slice(from, c.range[0]).includes('\n')));
  });
}
