import { basename, delimiter, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

// No interface: this also has to fit the type of the SDK, which allows other members.
export type Root = {
  uri: string;
  name?: string;
};

/**
 * The directories that this server may work in, chosen by whoever starts it: arguments, else MCP_ROOTS
 * (separated like PATH). The shape is the one that the roots of clients had. Nothing given means nothing allowed.
 */
export function listRoots(): Promise<{ roots: Root[] }> {
  return Promise.resolve({ roots: directories().map(path => ({ uri: pathToFileURL(path).href, name: basename(path) })) });
}

/** Replaces the question whether the client has roots. */
export function hasRoots(): boolean {
  return directories().length > 0;
}

function directories(): string[] {
  const args = process.argv.slice(2).filter(arg => !arg.startsWith('-'));
  const given = args.length > 0 ? args : (process.env['MCP_ROOTS'] ?? '').split(delimiter).filter(Boolean);
  return given.map(path => resolve(path));
}
