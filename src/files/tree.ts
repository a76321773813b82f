import type { FileKind } from './kinds.js';

export interface ListedFile {
  /** Relative to the root, forward slashes. */
  readonly path: string;
  readonly kind: FileKind;
}

export interface SkippedFile {
  readonly file: string;
  readonly why: string;
}

/** A set of files and their bytes: a folder on disk, a commit, or either with changes laid over it. */
export interface FileTree {
  readonly root: string;
  readonly files: readonly ListedFile[];
  /** What was left out while listing. Reading can add more reasons later. */
  readonly skipped: readonly SkippedFile[];
  /** Undefined when the file is not there or cannot be read; `Unreadable` says why. */
  read(path: string): Buffer | Unreadable;
}

export class Unreadable {
  constructor(readonly why: string) {}
}

export function isUnreadable(value: Buffer | Unreadable): value is Unreadable {
  return value instanceof Unreadable;
}

/** The tree with some texts replaced, added or (null) removed. */
export function overlayTree(base: FileTree, changes: ReadonlyMap<string, string | null>, kindOf: (name: string) => FileKind | undefined): FileTree {
  const kept = base.files.filter(f => changes.get(f.path) !== null);
  const known = new Set(kept.map(f => f.path));
  const added: ListedFile[] = [];
  for (const [path, text] of changes) {
    if (text === null || known.has(path)) continue;
    const kind = kindOf(path.slice(path.lastIndexOf('/') + 1));
    if (kind) added.push({ path, kind });
  }
  const files = [...kept, ...added].sort(byPath);
  return {
    root: base.root,
    files,
    skipped: base.skipped,
    read: path => {
      const text = changes.get(path);
      if (text === undefined) return base.read(path);
      return text === null ? new Unreadable('removed') : Buffer.from(text, 'utf8');
    },
  };
}

export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
