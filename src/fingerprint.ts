import { createHash } from 'node:crypto';
import type { Range } from './parse/source.js';

/** Made from what the place says, not from where it is. Twins in one file are told apart afterwards, in order. */
export function fingerprint(rule: string, clause: string, file: { readonly path: string; readonly text: string }, range: Range, subject: string): string {
  return createHash('sha256').update([rule, clause, file.path, subject, codeAt(file.text, range)].join('\0')).digest('hex').slice(0, 16);
}

/** The lines of a place, with blanks that say nothing made equal. */
export function codeAt(text: string, [start, end]: Range): string {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', Math.min(end, start + 200));
  return text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd).replace(/\s+/g, ' ').trim();
}
