import type { Files } from './fixtures.js';

export interface Variant {
  readonly name: string;
  readonly of: (files: Files) => Files;
  /** It tells nothing about how new files are written. */
  readonly oldFilesOnly?: boolean;
}

/** The same project written in other ways. What a transform does must not depend on them. */
export const variants: readonly Variant[] = [
  { name: 'as written', of: files => files },
  { name: 'with CRLF', of: eachText(text => text.replaceAll('\n', '\r\n')) },
  { name: 'with tabs', of: eachText(text => text.replace(/^(?: {2})+/gm, spaces => '\t'.repeat(spaces.length / 2))) },
  { name: 'with a byte order mark', of: eachCode(text => `\uFEFF${text}`), oldFilesOnly: true },
  { name: 'without semicolons', of: eachCode(text => text.replace(/;$/gm, '')) },
  { name: 'with double quotes', of: eachCode(text => text.replaceAll("'", '"')) },
  { name: 'without a last line break', of: eachCode(text => text.replace(/\n$/, '')), oldFilesOnly: true },
  { name: 'with tabs and CRLF, double quotes and no semicolons', of: eachCode(inOtherWays) },
];

function eachText(change: (text: string) => string): Variant['of'] {
  return files => Object.fromEntries(Object.entries(files).map(([path, text]) => [path, change(text)]));
}

function eachCode(change: (text: string) => string): Variant['of'] {
  return files => Object.fromEntries(Object.entries(files).map(([path, text]) => [path, path.endsWith('.json') ? text : change(text)]));
}

function inOtherWays(text: string): string {
  return text.replaceAll("'", '"').replace(/;$/gm, '').replace(/^(?: {2})+/gm, spaces => '\t'.repeat(spaces.length / 2)).replaceAll('\n', '\r\n');
}

const FEW: ReadonlySet<string> = new Set(['as written', 'with a byte order mark', 'with tabs and CRLF, double quotes and no semicolons']);

/** For what is dear to run: between them they have every difference. `npm run variants` takes each by itself. */
export const fewVariants: readonly Variant[] = process.env['ALL_VARIANTS'] === undefined ? variants.filter(v => FEW.has(v.name)) : variants;

/** For what is dearer still, and looks at the old files only: the last has all differences at once. */
export const twoVariants: readonly Variant[] = process.env['ALL_VARIANTS'] === undefined ? [...variants.slice(0, 1), { name: 'with a byte order mark and all else', of: eachCode(text => `\uFEFF${inOtherWays(text)}`), oldFilesOnly: true }] : variants;

/** Each nth of a list whose members differ little; `npm run variants` takes all of them. */
export function eachNth<T>(n: number, list: readonly T[]): readonly T[] {
  return process.env['ALL_VARIANTS'] === undefined ? list.filter((_, index) => index % n === 0) : list;
}
