import { parseSource } from '../../src/parse/parse.js';
import type { Files } from './fixtures.js';

/** Code that does not parse. */
export function brokenFiles(files: Files): readonly string[] {
  return Object.entries(files).flatMap(([path, text]) => (isCode(path) ? parseSource(path, text.replace(/^\uFEFF/, '')).problems.map(p => `${path}: ${p.message}`) : []));
}

export function isCode(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path);
}
