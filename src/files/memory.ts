import { kindOf } from './kinds.js';
import { byPath, Unreadable, type FileTree } from './tree.js';

/** A tree that is only in memory. */
export function memoryTree(files: ReadonlyMap<string, string>, root = '/'): FileTree {
  const listed = [...files.keys()].flatMap(path => {
    const kind = kindOf(path.slice(path.lastIndexOf('/') + 1));
    return kind ? [{ path, kind }] : [];
  });
  return {
    root,
    files: listed.sort(byPath),
    skipped: [],
    read: path => {
      const text = files.get(path);
      return text === undefined ? new Unreadable('it does not exist') : Buffer.from(text, 'utf8');
    },
  };
}
