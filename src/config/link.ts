import { dependenciesOf, manifestOf, type Manifest } from '../graph/workspace.js';
import type { Confidence } from '../mcp/model.js';
import type { Project } from '../project.js';

/** Packages whose users serve or speak MCP. */
const MCP_PACKAGE = /^@modelcontextprotocol\/|^(?:fastmcp|firecrawl-fastmcp|mcp-handler|@vercel\/mcp-adapter|@hono\/mcp|mcp-framework|mcp-use|litemcp|@rekog\/mcp-nest|xmcp|muppet|fastify-mcp|agents|@smithery\/sdk)$/;

/** How sure it is that a configuration file is about the part of the project that speaks MCP. */
export function linkToMcp(project: Project, file: { readonly path: string; readonly text: string }): Confidence {
  if (/mcp/i.test(file.path) || /(?<![A-Za-z])mcp|Mcp|MCP/.test(file.text)) return 'certain';
  const own = manifestOf(project.manifests, file.path);
  if (own && own.folder !== '' && usesMcp(own)) return 'likely';
  const users = project.manifests.filter(usesMcp).length;
  // In a large repository where MCP is a corner, a balancer that does not name it is most likely for something else.
  return users * 4 >= project.manifests.length ? 'likely' : 'possible';
}

export function usesMcp(manifest: Manifest): boolean {
  for (const name of dependenciesOf(manifest).keys()) if (MCP_PACKAGE.test(name)) return true;
  return false;
}
