import { dependenciesOf, type Manifest } from '../graph/workspace.js';
import type { Project } from '../project.js';

/** Packages whose users serve or speak MCP. */
const MCP_PACKAGE = /^@modelcontextprotocol\/|^(?:fastmcp|firecrawl-fastmcp|mcp-handler|@vercel\/mcp-adapter|@hono\/mcp|mcp-framework|mcp-use|litemcp|@rekog\/mcp-nest|xmcp|muppet|fastify-mcp|agents|@smithery\/sdk)$/;

export function usesMcp(manifest: Manifest): boolean {
  for (const name of dependenciesOf(manifest).keys()) if (MCP_PACKAGE.test(name)) return true;
  return false;
}

/** Whether any package of the project depends on such a package. */
export function dependsOn(project: Project, name: RegExp): boolean {
  return project.manifests.some(m => [...dependenciesOf(m).keys()].some(dependency => name.test(dependency)));
}
