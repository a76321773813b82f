import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { Unreadable, type FileTree } from './tree.js';
import { walk, type FolderEntry, type FolderSource, type LinkTarget, type WalkOptions } from './walk.js';

/** Above this a file is data or a bundle, not something that a person edits. */
export const MAX_BYTES = 4 * 1024 * 1024;

export function diskTree(root: string, options: WalkOptions = {}): FileTree {
  const { files, skipped } = walk(new DiskFolders(root), options);
  return { root, files, skipped, read: path => readFromDisk(join(root, path)) };
}

class DiskFolders implements FolderSource {
  readonly #realRoot: string;

  constructor(private readonly root: string) {
    this.#realRoot = realpathSync(root);
  }

  list(folder: string): readonly FolderEntry[] | string {
    try {
      return readdirSync(join(this.root, folder), { withFileTypes: true }).map(entry => ({ name: entry.name, type: typeOf(entry) }));
    } catch (error) {
      return linkReason(error);
    }
  }

  text(path: string): string | undefined {
    try {
      return readFileSync(join(this.root, path), 'utf8');
    } catch {
      return undefined;
    }
  }

  /** A link is never followed: what it points to inside the root is listed there. So there are no loops and there is no way out. */
  link(path: string): LinkTarget {
    let target: string;
    try {
      target = realpathSync(join(this.root, path));
    } catch (error) {
      return { broken: linkReason(error) };
    }
    if (target !== this.#realRoot && !target.startsWith(`${this.#realRoot}/`) && !target.startsWith(`${this.#realRoot}\\`)) return { to: 'outside' };
    const real = statSync(target);
    return { to: real.isDirectory() ? 'folder' : real.isFile() ? 'file' : 'other' };
  }
}

function typeOf(entry: Dirent): FolderEntry['type'] {
  if (entry.isSymbolicLink()) return 'link';
  if (entry.isDirectory()) return 'folder';
  return entry.isFile() ? 'file' : 'other';
}

function linkReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it';
  if (code === 'ELOOP') return 'a loop of symbolic links';
  if (code === 'ENOENT') return 'it points to nothing';
  return code || 'it cannot be read';
}

/** Synchronous on purpose: reading thousands of small files this way is several times faster than asynchronously. */
export function readFromDisk(path: string): Buffer | Unreadable {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    return new Unreadable(reason(error));
  }
  try {
    const { size } = fstatSync(fd);
    if (size > MAX_BYTES) return new Unreadable(`too large (${Math.round(size / 1024 / 1024)} MB)`);
    const buffer = Buffer.allocUnsafe(size);
    let length = 0;
    for (let n = 1; n > 0 && length < size; length += n) n = readSync(fd, buffer, length, size - length, length);
    return buffer.subarray(0, length);
  } catch (error) {
    return new Unreadable(reason(error));
  } finally {
    closeSync(fd);
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it';
  return code === 'ENOENT' ? 'it does not exist' : `it cannot be read (${code || String(error)})`;
}
