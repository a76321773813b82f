import { dependenciesOf, type Manifest } from '../graph/workspace.js';
import type { Project } from '../project.js';
import type { ConfigNode } from './tree.js';

/** Packages whose users serve or speak MCP. */
const MCP_PACKAGE = /^@modelcontextprotocol\/|^(?:fastmcp|firecrawl-fastmcp|mcp-handler|@vercel\/mcp-adapter|@hono\/mcp|mcp-framework|mcp-use|litemcp|@rekog\/mcp-nest|xmcp|muppet|fastify-mcp|agents|@smithery\/sdk)$/;

export function usesMcp(manifest: Manifest): boolean {
  for (const name of dependenciesOf(manifest).keys()) if (MCP_PACKAGE.test(name)) return true;
  return false;
}

export function declares(manifest: Manifest, name: string): boolean {
  return dependenciesOf(manifest).has(name);
}

/** Whether any package of the project depends on such a package. */
export function dependsOn(project: Project, name: RegExp): boolean {
  return project.manifests.some(m => [...dependenciesOf(m).keys()].some(dependency => name.test(dependency)));
}

/** The major version that a range begins with, the lowest of its alternatives; undefined where it names none. */
export function lowestMajor(range: string): number | undefined {
  const majors = range.split('||').map(part => {
    const text = part.trim().replace(/^(?:npm:[^@]*@|workspace:|catalog:)/, '');
    // `<21` alone begins at nothing.
    const match = /^(?:>=|>|\^|~|=|v)*\s*(\d+)/.exec(text.replace(/^node\s*/, ''));
    return match ? Number(match[1]) : NaN;
  });
  const lowest = Math.min(...majors);
  return Number.isNaN(lowest) ? undefined : lowest;
}

/** Whether a range begins below a version of major and minor. */
export function beginsBelow(range: string, major: number, minor: number): boolean {
  const match = /(\d+)(?:\.(\d+|x|\*))?/.exec(range.replace(/^npm:[^@]*@/, ''));
  if (!match) return false;
  const first = Number(match[1]);
  return first < major || (first === major && /^\d+$/.test(match[2] ?? '') && Number(match[2]) < minor);
}

const DEPENDENCY_FIELDS = new Set(['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies', 'imports']);

/** The entry that declares a dependency, in package.json or deno.json. */
export function dependencyEntries(tree: readonly ConfigNode[], name: RegExp): readonly ConfigNode[] {
  return tree.flatMap(field => (DEPENDENCY_FIELDS.has(field.key) ? field.children.filter(c => c.value !== undefined && name.test(c.key)) : []));
}

export function manifestAt(project: Project, path: string): Manifest | undefined {
  return project.manifests.find(m => m.path === path);
}
