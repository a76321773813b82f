import { lstat, realpath } from 'node:fs/promises';
import { basename, delimiter, dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

// No interface: this also has to fit the type of the SDK, which allows other members.
export type Root = {
  uri: string;
  name?: string;
};

/**
 * The directories that this server may work in, chosen by whoever starts it: arguments, else MCP_ROOTS
 * (separated like PATH). The shape is the one that the roots of clients had. Nothing given means nothing allowed.
 * With a directory, only that one: it has to be one of them, or inside of one.
 */
export async function listRoots(within?: string): Promise<{ roots: Root[] }> {
  if (within !== undefined && !(await isInRoots(within))) throw new Error(`Access denied: ${within}`);
  const paths = within === undefined ? directories() : [pathOf(within)];
  return { roots: paths.map(path => ({ uri: pathToFileURL(path).href, name: basename(path) })) };
}

/** Replaces the question whether the client has roots. */
export function hasRoots(): boolean {
  return directories().length > 0;
}

/** Whether a path is one of the directories, or `within` alone, or inside of one, wherever its symbolic links lead. */
export async function isInRoots(path: string, within?: string): Promise<boolean> {
  const real = await realPathOf(pathOf(path));
  const limits = await Promise.all((within === undefined ? directories() : [pathOf(within)]).map(realPathOf));
  return limits.some(limit => real === limit || real.startsWith(limit.endsWith(sep) ? limit : limit + sep));
}

/** Of what is not there yet, where it would be. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    // A link to nowhere is no place for a new file.
    if (path === dirname(path) || (await lstat(path).catch(() => undefined))) throw error;
    return join(await realPathOf(dirname(path)), basename(path));
  }
}

function pathOf(path: string): string {
  return resolve(path.startsWith('file:') ? fileURLToPath(path) : path);
}

function directories(): string[] {
  const args = process.argv.slice(2).filter(arg => !arg.startsWith('-'));
  const given = args.length > 0 ? args : (process.env['MCP_ROOTS'] ?? '').split(delimiter).filter(Boolean);
  return given.map(path => resolve(path));
}
