import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { FileTree } from './tree.js';

/** Changes when a file of the tree does: for those who keep what they have read. Looks at times and sizes, reads nothing. */
export function stampOf({ root, files }: FileTree): string {
  const parts: string[] = [];
  for (const { path, kind } of files) {
    if (kind === 'doc') continue;
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    parts.push(stat ? `${path}\0${stat.mtimeMs}\0${stat.size}` : path);
  }
  return parts.join('\n');
}
