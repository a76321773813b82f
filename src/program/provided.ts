// Type declarations that we bring along, so that code can be checked against packages that are not installed yet.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** What a migration may add or raise. The list is also what the build copies. */
export const PROVIDED = [
  '@modelcontextprotocol/server',
  '@modelcontextprotocol/client',
  '@modelcontextprotocol/core',
  '@modelcontextprotocol/node',
  '@modelcontextprotocol/express',
  '@modelcontextprotocol/hono',
  '@modelcontextprotocol/fastify',
  '@modelcontextprotocol/server-legacy',
  'zod',
] as const;

/** A folder that exists for the compiler only: in it the declarations lie as if they were installed. */
const VIRTUAL = '/@mcp-stateless';
const MODULES = `${VIRTUAL}/node_modules/`;
/** A file in it, from which they are found. */
export const FROM_PROVIDED = `${VIRTUAL}/from.ts`;

export interface Provided {
  /** The version of a package that is brought along. */
  version(name: string): string | undefined;
  /** The real path of a file; the path itself when it is not of ours. */
  real(path: string): string;
}

export function isProvidedPath(path: string): boolean {
  return path.startsWith(`${VIRTUAL}/`);
}

export function provided(): Provided {
  const base = baseFolder();
  const versions = new Map<string, string | undefined>();
  return {
    version: name => {
      if (!versions.has(name)) versions.set(name, base !== undefined && isProvided(name) ? versionIn(join(base, name, 'package.json')) : undefined);
      return versions.get(name);
    },
    real: path => {
      if (!isProvidedPath(path)) return path;
      const name = packageNameOf(path.slice(MODULES.length));
      return base !== undefined && path.startsWith(MODULES) && isProvided(name) ? join(base, path.slice(MODULES.length)) : path;
    },
  };
}

function isProvided(name: string): boolean {
  return PROVIDED.some(p => p === name);
}

/** `@a/b` of `@a/b/c`. */
export function packageNameOf(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/** In the published package a folder of its own; in the repository what is installed for development. */
function baseFolder(): string | undefined {
  const own = fileURLToPath(new URL('../../vendor', import.meta.url));
  if (existsSync(own)) return own;
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const modules = join(folder, 'node_modules');
    if (existsSync(join(modules, PROVIDED[0]))) return modules;
    if (dirname(folder) === folder) return undefined;
  }
}

function versionIn(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const json = require(path) as { readonly version?: unknown };
  return typeof json.version === 'string' ? json.version : undefined;
}
