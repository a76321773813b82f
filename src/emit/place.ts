import { posix } from 'node:path';
import type { Project } from '../project.js';

/** Folders in which projects keep what several parts use. */
const SHARED = ['utils', 'util', 'lib', 'libs', 'helpers', 'common', 'shared', 'core', 'internal', 'support'];

/** Where a file belongs that these files use: beside them, or in the folder of shared things that is nearest above them. */
export function homeOf(project: Project, users: readonly string[]): string {
  const [first, ...others] = users.map(path => posix.dirname(path));
  if (first === undefined) return '.';
  let common = first;
  for (const folder of others) while (!isInside(folder, common)) common = posix.dirname(common);
  if (others.every(folder => folder === first)) return first;
  const folders = new Set(project.codeFiles().map(path => posix.dirname(path)));
  return SHARED.map(name => posix.join(common, name)).find(folder => folders.has(folder)) ?? common;
}

function isInside(folder: string, outer: string): boolean {
  return outer === '.' || folder === outer || folder.startsWith(`${outer}/`);
}

/** A path in this folder that nothing has, or that has this text already: `log.ts`, else `mcp-log.ts`, else `mcp-log-2.ts`. */
export function unusedPath(project: Project, folder: string, name: string, extension: string, text: string): string {
  const names = [name, `mcp-${name}`, ...Array.from({ length: 20 }, (_, i) => `mcp-${name}-${(i + 2).toString()}`)];
  const paths = names.map(candidate => posix.join(folder, candidate));
  const taken = new Set(project.tree.files.map(f => f.path.replace(/\.[cm]?[jt]sx?$/, '')));
  const free = paths.find(path => (!taken.has(path) && !project.tree.files.some(f => f.path.startsWith(`${path}/`))) || project.text(path + extension) === text);
  return (free ?? posix.join(folder, `mcp-${name}-new`)) + extension;
}
