import { zoneOf } from '../files/kinds.js';
import type { Project } from '../project.js';
import type { Entries } from './readiness.js';

/** Modules of the second SDK line, and its entry points that answer the new revision. */
const MODULES = /^@modelcontextprotocol\/(?:server|node|express|fastify|hono)(?:\/|$)/;
const ENTRY = /\b(?:createMcpHandler|serveStdio)\s*\(/;

/** Read from the text: the files that could tell have been read already. */
export function entriesOf(project: Project): Entries {
  const modern = project.codeFiles().some(path => zoneOf(path) === 'source' && ENTRY.test(project.text(path) ?? '') && project.specifiers(path).some(s => MODULES.test(s)));
  return { modern };
}
