import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Unreadable, type FileTree } from './tree.js';
import { walk, type WalkOptions } from './walk.js';

/** Above this a file is data or a bundle, not something that a person edits. */
const MAX_BYTES = 4 * 1024 * 1024;

export function diskTree(root: string, options: WalkOptions = {}): FileTree {
  const { files, skipped } = walk(root, options);
  return { root, files, skipped, read: path => readFromDisk(join(root, path)) };
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
