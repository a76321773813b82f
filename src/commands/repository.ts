import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathInUrl } from '../report/links.js';
import type { Io } from './io.js';

/** The folder with `.git` in which a folder is, if there is one. */
export function repositoryOf(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : repositoryOf(parent);
}

/** What stands before the paths of an audit to make them paths of the repository, as services on the web know them: `server/` or nothing. */
export function prefixOf(root: string, io: Io): string {
  const inside = relative(repositoryOf(root) ?? io.cwd, root);
  return inside === '' || inside.startsWith('..') ? '' : `${inside.replaceAll('\\', '/')}/`;
}

export type LineLink = (file: string, line: number, endLine: number) => string | undefined;

/** Addresses of lines in a run of GitHub or GitLab, which say in the environment what they have checked out. */
export function linksOfRun({ env }: Io, prefix: string): LineLink {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: sha, CI_PROJECT_URL: project, CI_COMMIT_SHA: commit } = env;
  if (server && repository && sha) return linksTo(`${server}/${repository}`, sha, prefix);
  return project && commit ? linksTo(project, commit, prefix) : () => undefined;
}

export function linksTo(repository: string, commit: string, prefix: string): LineLink {
  const gitlab = /gitlab/i.test(repository);
  return (file, line, endLine) => `${repository}${gitlab ? '/-' : ''}/blob/${commit}/${pathInUrl(prefix + file)}#L${line}${endLine > line ? `-${gitlab ? '' : 'L'}${endLine}` : ''}`;
}
