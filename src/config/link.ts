import { manifestOf } from '../graph/workspace.js';
import type { Confidence } from '../mcp/model.js';
import type { Project } from '../project.js';
import { usesMcp } from './manifests.js';

/** How sure it is that a configuration file is about the part of the project that speaks MCP. */
export function linkToMcp(project: Project, file: { readonly path: string; readonly text: string }): Confidence {
  if (/mcp/i.test(file.path) || /(?<![A-Za-z])mcp|Mcp|MCP/.test(file.text)) return 'certain';
  const own = manifestOf(project.manifests, file.path);
  if (own && own.folder !== '' && usesMcp(own)) return 'likely';
  const users = project.manifests.filter(usesMcp).length;
  // In a large repository where MCP is a corner, a balancer that does not name it is most likely for something else.
  return users * 4 >= project.manifests.length ? 'likely' : 'possible';
}
