import { posix } from 'node:path';
import { isRecord } from './workspace.js';

const CONFIG_NAMES = ['tsconfig.json', 'jsconfig.json'];
const MAX_EXTENDS = 8;

interface Mapping {
  /** Folder that the targets are relative to. */
  readonly base: string;
  readonly paths: Readonly<Record<string, unknown>>;
}

/**
 * `paths` of the nearest tsconfig, read with patience: what it extends may be a package that is not installed, and what it says
 * itself still counts. Asked after the resolver, which is strict about such files.
 */
export class TsconfigPaths {
  readonly #mappings = new Map<string, Mapping | undefined>();

  constructor(private readonly read: (path: string) => string | undefined) {}

  /** Files that the specifier can mean, relative to the root, as written in the config. */
  candidates(from: string, specifier: string): readonly string[] {
    const mapping = this.#of(posix.dirname(from));
    if (!mapping) return [];
    const { base, paths } = mapping;
    for (const pattern of Object.keys(paths).sort(byPrefix)) {
      const matched = match(pattern, specifier);
      const targets = paths[pattern];
      if (matched === undefined || !Array.isArray(targets)) continue;
      return targets.flatMap(t => (typeof t === 'string' ? [posix.join(base, t.replace('*', matched))] : []));
    }
    return [];
  }

  #of(folder: string): Mapping | undefined {
    if (!this.#mappings.has(folder)) this.#mappings.set(folder, this.#find(folder));
    return this.#mappings.get(folder);
  }

  #find(folder: string): Mapping | undefined {
    for (const name of CONFIG_NAMES) {
      const path = posix.join(folder, name);
      if (this.read(path) !== undefined) return this.#mapping(path, 0);
    }
    return folder === '.' ? undefined : this.#of(posix.dirname(folder));
  }

  #mapping(path: string, depth: number): Mapping | undefined {
    const config = parseJsonWithComments(this.read(path) ?? '');
    if (!isRecord(config) || depth > MAX_EXTENDS) return undefined;
    const options = isRecord(config['compilerOptions']) ? config['compilerOptions'] : {};
    const { paths, baseUrl } = options;
    if (isRecord(paths)) return { base: posix.join(posix.dirname(path), typeof baseUrl === 'string' ? baseUrl : '.'), paths };
    // Of several configs the last one wins.
    for (const parent of [config['extends']].flat().reverse()) {
      if (typeof parent !== 'string' || !parent.startsWith('.')) continue;
      const target = posix.join(posix.dirname(path), parent);
      const found = this.#mapping(this.read(target) === undefined ? `${target}.json` : target, depth + 1);
      if (found) return found;
    }
    return undefined;
  }
}

/** The longest text before the star decides. */
function byPrefix(a: string, b: string): number {
  return b.split('*', 1).join('').length - a.split('*', 1).join('').length;
}

/** What stands for the star; empty for a pattern without one. */
function match(pattern: string, specifier: string): string | undefined {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === specifier ? '' : undefined;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  const fits = specifier.length >= before.length + after.length && specifier.startsWith(before) && specifier.endsWith(after);
  return fits ? specifier.slice(before.length, specifier.length - after.length) : undefined;
}

const STRING_OR_COMMENT = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\//g;
const STRING_OR_TRAILING_COMMA = /"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])/g;

/** Undefined for what is no JSON even so. */
export function parseJsonWithComments(text: string): unknown {
  const keepStrings = (found: string): string => (found.startsWith('"') ? found : '');
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '').replace(STRING_OR_COMMENT, keepStrings).replace(STRING_OR_TRAILING_COMMA, keepStrings));
  } catch {
    return undefined;
  }
}
