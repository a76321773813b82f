import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync, type Dirent } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

const MAX_FILES = 20_000;
const MAX_FILE_BYTES = 2_000_000;
const MAX_BYTES = 96_000_000;
const LEFT_OUT = new Set(['node_modules', '.git', '.hg', '.svn', 'coverage']);

const SOURCE = /\.(?:[cm]?[jt]sx?|vue|svelte|css|scss|html|mdx?)$/;

/** Content of a file, or undefined where there is none. */
export type Content = Buffer | undefined;
type Version = ReadonlyMap<string, Content>;

/** Files below some folders as they are at one moment, so that what a run changes can be seen and put back. */
export class Disk {
  readonly #original = new Map<string, Buffer>();
  readonly #stamps = new Map<string, string>();
  /** Why not all could be watched. */
  readonly limit: string | undefined;

  constructor(
    private readonly roots: readonly string[],
    private readonly shared: readonly string[],
  ) {
    let bytes = 0;
    let limit: string | undefined;
    for (const [path, stamp, size] of this.#walk()) {
      if (this.#stamps.size >= MAX_FILES || bytes + size > MAX_BYTES) {
        limit = `there are more than ${MAX_FILES} files or ${MAX_BYTES / 1_000_000} MB to watch`;
        break;
      }
      this.#stamps.set(path, stamp);
      if (size > MAX_FILE_BYTES) continue;
      const content = read(path);
      if (content) this.#original.set(path, content);
      bytes += size;
    }
    this.limit = limit;
  }

  /** Files that are new, gone or different since the beginning. */
  changed(): readonly string[] {
    if (this.limit !== undefined) return [];
    const now = new Map([...this.#walk()].map(([path, stamp]) => [path, stamp]));
    const touched = [...now].filter(([path, stamp]) => this.#stamps.get(path) !== stamp).map(([path]) => path);
    const gone = [...this.#stamps.keys()].filter(path => !now.has(path));
    return [...touched, ...gone].filter(path => !this.#isSource(path) && !same(read(path), this.#original.get(path))).sort();
  }

  /** What a person may be writing at the same moment is never put back. */
  #isSource(path: string): boolean {
    return this.#stamps.has(path) && SOURCE.test(path);
  }

  /** Puts these files back as they were at the beginning. */
  reset(files: readonly string[]): void {
    this.put(this.original(files));
  }

  original(files: readonly string[]): Version {
    return new Map(files.map(path => [path, this.#original.get(path)]));
  }

  current(files: readonly string[]): Version {
    return new Map(files.map(path => [path, read(path)]));
  }

  put(version: Version): void {
    for (const [path, content] of version) {
      if (same(read(path), content)) continue;
      if (content) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, content);
      } else rmSync(path, { force: true });
    }
  }

  shown(path: string): string {
    const root = this.roots.find(r => path.startsWith(r + sep));
    return root === undefined ? path : relative(root, path).split(sep).join('/');
  }

  *#walk(): Generator<readonly [path: string, stamp: string, size: number]> {
    const seen = new Set<string>();
    const open = [...this.roots];
    for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
      if (seen.has(folder) || this.shared.includes(folder)) continue;
      seen.add(folder);
      for (const entry of entries(folder)) {
        const path = join(folder, entry.name);
        if (entry.isDirectory() && !LEFT_OUT.has(entry.name)) open.push(path);
        if (!entry.isFile()) continue;
        const stat = lstatSync(path, { throwIfNoEntry: false });
        if (stat) yield [path, `${stat.mtimeMs}:${stat.size}:${stat.ino}`, stat.size];
      }
    }
  }
}

function entries(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function read(path: string): Content {
  try {
    return existsSync(path) ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function same(a: Content, b: Content): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}
