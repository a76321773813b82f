import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diffArrays } from 'diff';
import { zoneOf } from '../../src/files/kinds.js';

const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|[A-Za-z_$][\w$]*|\d[\w.]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|=>|[?!=<>&|*+-]{2,3}|\S/g;

/** Tokens of a source, without comments; quotes count as one kind. */
export function tokensOf(text: string): string[] {
  return (text.match(TOKEN) ?? []).filter(t => !t.startsWith('//') && !t.startsWith('/*')).map(t => t.replace(/^"(.*)"$/s, "'$1'"));
}

/** How many tokens are added or removed between two trees, over their source files. */
export function distance(left: string, right: string, files: readonly string[]): number {
  let sum = 0;
  for (const file of files) {
    const [a, b] = [read(join(left, file)), read(join(right, file))];
    if (a === b) continue;
    for (const part of diffArrays(tokensOf(a), tokensOf(b))) if (part.added || part.removed) sum += part.count;
  }
  return sum;
}

export function isSource(file: string): boolean {
  return /\.(?:[cm]?[jt]sx?)$/.test(file) && !/\.d\.[cm]?ts$/.test(file) && zoneOf(file) === 'source' && !/(?:^|\/)(?:dist|build|node_modules)\//.test(file);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
