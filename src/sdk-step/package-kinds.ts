import { manifestOf } from '../graph/workspace.js';
import type { Project } from '../project.js';
import type { ProjectKind } from './codemod.js';

/** Whether the package of a file is a server, a client or both: what both have is imported from the one that it depends on. */
export function kindsOfPackages(project: Project): (path: string) => ProjectKind {
  const uses = new Map<string, Set<'client' | 'server'>>();
  for (const path of project.codeFiles()) {
    for (const specifier of project.specifiers(path)) {
      const side = /^@modelcontextprotocol\/(?:sdk\/)?(client|server)(?:\/|$)/.exec(specifier)?.[1];
      if (side !== 'client' && side !== 'server') continue;
      const folder = manifestOf(project.manifests, path)?.folder ?? '';
      uses.set(folder, (uses.get(folder) ?? new Set()).add(side));
    }
  }
  return path => {
    const found = uses.get(manifestOf(project.manifests, path)?.folder ?? '');
    if (!found) return 'server';
    return found.size === 2 ? 'both' : found.has('client') ? 'client' : 'server';
  };
}
