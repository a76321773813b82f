import { posix } from 'node:path';
import { MAX_BYTES } from '../files/disk.js';
import { Unreadable, type FileTree } from '../files/tree.js';
import { walk, type FolderEntry, type FolderSource, type LinkTarget, type WalkOptions } from '../files/walk.js';
import { git } from './git.js';
import type { Commit, Repository } from './repository.js';

interface Blob {
  readonly hash: string;
  readonly size: number;
  readonly link: boolean;
}

/** Texts are fetched in portions of this size: one process of git for each, not for each file. */
const PORTION = 32 * 1024 * 1024;

/** The files of a commit, listed by the same rules as those on disk. The working tree is neither read nor touched. */
export function commitTree(repository: Repository, commit: Commit, options: WalkOptions = {}): FileTree {
  const folders = new CommitFolders(repository, commit);
  const { files, skipped } = walk(folders, options);
  const wanted = files.map(f => f.path);
  return { root: `git:${commit.hash}`, files, skipped, read: path => folders.read(path, wanted) };
}

class CommitFolders implements FolderSource {
  readonly #blobs = new Map<string, Blob>();
  readonly #entries = new Map<string, Map<string, FolderEntry>>([['', new Map()]]);
  readonly #contents = new Map<string, Buffer>();
  readonly #top: string;

  constructor({ top, prefix }: Repository, commit: Commit) {
    this.#top = top;
    const rows = git(top, ['ls-tree', '-r', '-l', '-z', '--full-tree', commit.hash, ...(prefix === '' ? [] : ['--', prefix])]).toString('utf8');
    for (const row of rows.split('\0')) {
      const match = /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t([^]*)$/.exec(row);
      const [, mode, type, hash, size, path] = match ?? [];
      if (mode === undefined || hash === undefined || path === undefined) continue;
      const inside = path.slice(prefix.length);
      if (type === 'blob') this.#blobs.set(inside, { hash, size: Number(size), link: mode === '120000' });
      this.#enter(inside, type !== 'blob' ? 'folder' : mode === '120000' ? 'link' : 'file');
    }
  }

  #enter(path: string, type: FolderEntry['type']): void {
    const slash = path.lastIndexOf('/');
    const folder = slash === -1 ? '' : path.slice(0, slash);
    if (!this.#entries.has(folder)) {
      this.#entries.set(folder, new Map());
      this.#enter(folder, 'folder');
    }
    const name = path.slice(slash + 1);
    this.#entries.get(folder)?.set(name, { name, type });
    if (type === 'folder' && !this.#entries.has(path)) this.#entries.set(path, new Map());
  }

  list(folder: string): readonly FolderEntry[] {
    return [...(this.#entries.get(folder)?.values() ?? [])];
  }

  text(path: string): string | undefined {
    const read = this.read(path, []);
    return read instanceof Unreadable ? undefined : read.toString('utf8');
  }

  link(path: string): LinkTarget {
    let target = path;
    for (let hops = 0; hops < 40; hops++) {
      const blob = this.#blobs.get(target);
      if (!blob?.link) {
        if (blob) return { to: 'file' };
        return this.#entries.has(target) ? { to: 'folder' } : { broken: 'it points to nothing' };
      }
      const to = this.text(target) ?? '';
      target = posix.normalize(posix.join(posix.dirname(target), to)).replace(/\/$/, '');
      if (target === '.') target = '';
      if (to.startsWith('/') || target === '..' || target.startsWith('../')) return { to: 'outside' };
    }
    return { broken: 'a loop of symbolic links' };
  }

  /** The content of a file. Those that are `wanted` next to it come along. */
  read(path: string, wanted: readonly string[]): Buffer | Unreadable {
    const blob = this.#blobs.get(path);
    if (!blob) return new Unreadable('it does not exist');
    if (blob.size > MAX_BYTES) return new Unreadable(`too large (${Math.round(blob.size / 1024 / 1024)} MB)`);
    if (!this.#contents.has(blob.hash)) this.#fetch(path, wanted);
    return this.#contents.get(blob.hash) ?? new Unreadable('this clone does not have it');
  }

  #fetch(path: string, wanted: readonly string[]): void {
    const hashes = new Set<string>();
    let total = 0;
    for (const next of [path, ...wanted.slice(Math.max(0, wanted.indexOf(path)))]) {
      const blob = this.#blobs.get(next);
      if (!blob || blob.size > MAX_BYTES || this.#contents.has(blob.hash)) continue;
      if (total > 0 && total + blob.size > PORTION) break;
      total += blob.size;
      hashes.add(blob.hash);
    }
    const out = git(this.#top, ['cat-file', '--batch'], `${[...hashes].join('\n')}\n`);
    for (let at = 0; at < out.length; ) {
      const end = out.indexOf(10, at);
      if (end === -1) break;
      const [hash = '', type, size] = out.toString('latin1', at, end).split(' ');
      at = end + 1;
      if (type !== 'blob') continue;
      const length = Number(size);
      this.#contents.set(hash, Buffer.from(out.subarray(at, at + length)));
      at += length + 1;
    }
  }
}
