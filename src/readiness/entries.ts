import { zoneOf } from '../files/kinds.js';
import type { Project } from '../project.js';
import type { Entries } from './readiness.js';

/** Modules of the second SDK line, and its entry points that answer the new revision. */
const MODULES = /^@modelcontextprotocol\/(?:server|node|express|fastify|hono)(?:\/|$)/;
const FIRST = /^@modelcontextprotocol\/sdk(?:\/|$)/;
const ENTRY = /\b(?:createMcpHandler|serveStdio)\s*\(/;

/** A transport of the first line that keeps no session: its calls have no session id, and nobody can answer a question. */
const STATELESS = /\bsessionIdGenerator\s*:\s*(?:undefined\b|void 0\b)/;
const KEEPING = /\bsessionIdGenerator\b(?!\s*:\s*(?:undefined\b|void 0\b)|\s*[?]?\s*:\s*\(\)\s*=>\s*string)/;

/** Read from the text: the files that could tell have been read already. */
export function entriesOf(project: Project): Entries {
  const source = project.codeFiles().filter(path => zoneOf(path) === 'source');
  const modern = source.some(path => ENTRY.test(project.text(path) ?? '') && project.specifiers(path).some(s => MODULES.test(s)));
  const texts = source.map(path => project.text(path) ?? '');
  const firstLine = source.some(path => project.specifiers(path).some(s => FIRST.test(s)));
  return { modern, firstLine, stateless: texts.some(t => STATELESS.test(t)) && !texts.some(t => KEEPING.test(t)) };
}
