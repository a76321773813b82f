import { describe, expect, it } from 'vitest';
import { auditTree } from '../src/audit.js';
import { memoryTree } from '../src/files/memory.js';
import type { Finding } from '../src/finding.js';
import { registry } from '../src/registry.js';

const IMPORTS = `import { createMcpHandler, isLegacyRequest, isInitializeRequest, McpServer } from '@modelcontextprotocol/server';\n`;
const READ = `req.headers['mcp-session-id']`;

/** Lines of findings about the session header and the handshake, those for older requests with a mark. */
function lines(files: Readonly<Record<string, string>> | string): readonly string[] {
  const given = typeof files === 'string' ? { 'app.ts': IMPORTS + files } : files;
  return findings(given).map(f => `${f.line}${f.severity === 'info' && f.era === 'older' ? ' older' : ''}`);
}

function findings(files: Readonly<Record<string, string>>): readonly Finding[] {
  return auditTree(memoryTree(new Map(Object.entries(files))), registry, { rules: ['no-session-header', 'no-initialize-handshake', 'no-session-transport'] }).findings;
}

describe('code that only older requests get to', () => {
  it.each([
    ['behind the check', `export async function f(req, w) {\n  if (await isLegacyRequest(w)) return ${READ};\n}`, ['3 older']],
    ['in the other branch', `export async function f(req, w) {\n  if (!(await isLegacyRequest(w))) return 1; else return ${READ};\n}`, ['3 older']],
    ['behind an answer to the others', `export async function f(req, w) {\n  if (!(await isLegacyRequest(w))) { return modern(w); }\n  return ${READ};\n}`, ['4 older']],
    ['behind a constant', `export async function f(req, w) {\n  const old = await isLegacyRequest(w);\n  if (old && req.body) return ${READ};\n}`, ['4 older']],
    ['in an expression', `export const f = async (req, w) => ((await isLegacyRequest(w)) ? ${READ} : undefined);`, ['2 older']],
    ['in a function that is called behind the check', `const old = (req) => ${READ};\nexport async function f(req, w) { if (await isLegacyRequest(w)) return old(req); }`, ['2 older']],
    ['in a function called by such a function', `const inner = (req) => ${READ};\nfunction old(req) { return inner(req); }\nexport async function f(req, w) { if (await isLegacyRequest(w)) return old(req); }`, ['2 older']],
    ['in a class made behind the check', `class Old { serve(req) { return ${READ}; } }\nexport async function f(req, w) { if (await isLegacyRequest(w)) return new Old().serve(req); }`, ['2 older']],
    ['by the era of the factory', `export default createMcpHandler(ctx => {\n  if (ctx.era === 'legacy') log(ctx.requestInfo.headers.get('mcp-session-id'));\n  return new McpServer({ name: 'a', version: '1' });\n});`, ['3 older']],
    ['by the era taken out of the context', `export default createMcpHandler(({ era, requestInfo }) => {\n  if (era !== 'modern') log(requestInfo.headers.get('mcp-session-id'));\n  return new McpServer({ name: 'a', version: '1' });\n});`, ['3 older']],
  ])('%s is told as information', (_, code, expected) => {
    expect(lines(code)).toEqual(expected);
  });

  it.each([
    ['on the wrong side', `export async function f(req, w) {\n  if (await isLegacyRequest(w)) return 1; else return ${READ};\n}`, ['3']],
    ['behind the answer to older requests', `export async function f(req, w) {\n  if (await isLegacyRequest(w)) return old(w);\n  return ${READ};\n}`, ['4']],
    ['after a check that goes on', `export async function f(req, w) {\n  if (!(await isLegacyRequest(w))) count();\n  return ${READ};\n}`, ['4']],
    ['behind one of two conditions', `export async function f(req, w) {\n  if (req.old || (await isLegacyRequest(w))) return ${READ};\n}`, ['3']],
    ['in a function that others call too', `const old = (req) => ${READ};\nexport async function f(req, w) { if (await isLegacyRequest(w)) return old(req); return old(req); }`, ['2']],
    ['in a function that nobody calls in sight', `export const old = (req) => ${READ};\nexport const check = w => isLegacyRequest(w);`, ['2']],
    ['behind a function of that name that is none of the SDK', `export function f(req, w, ours) {\n  if (ours.isLegacyRequest(w)) return ${READ};\n}`, ['3']],
    ['by an era of something else', `export function f(req, place) {\n  if (place.era === 'legacy') return ${READ};\n}`, ['3']],
    ['by the new era', `export default createMcpHandler(ctx => {\n  if (ctx.era === 'modern') log(ctx.requestInfo.headers.get('mcp-session-id'));\n  return new McpServer({ name: 'a', version: '1' });\n});`, ['3']],
    ['in functions that call each other', `function a(req) { b(req); return ${READ}; }\nfunction b(req) { return a(req); }\nexport const check = w => isLegacyRequest(w);`, ['2']],
  ])('%s stays what it is', (_, code, expected) => {
    expect(lines(code)).toEqual(expected);
  });

  it('is not found when another file calls it unasked, from wherever in its text', () => {
    const old = `export const old = (req) => ${READ};\n`;
    const app = `${IMPORTS}import { old } from './old.js';\nexport async function f(req, w) { if (await isLegacyRequest(w)) return old(req); }\n`;
    const other = `import { old } from './old.js'; old(mcp);\n`;
    expect(lines({ 'old.ts': old, 'app.ts': app })).toEqual(['1 older']);
    expect(lines({ 'old.ts': old, 'app.ts': app, 'other.ts': other })).toEqual(['1']);
  });

  it('is found across files, with the map and the header name that only it uses', () => {
    const old = `import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { isInitializeRequest } from '@modelcontextprotocol/server';
import { randomUUID } from 'node:crypto';
const HEADER = 'mcp-session-id';
const live = new Map<string, NodeStreamableHTTPServerTransport>();
export async function legacy(req, res) {
  const id = req.headers[HEADER];
  if (live.has(id)) return live.get(id).handleRequest(req, res, req.body);
  if (!isInitializeRequest(req.body)) return res.status(400).end();
  const made = new NodeStreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID(), onsessioninitialized: s => void live.set(s, made) });
}
`;
    const app = `${IMPORTS}import { legacy } from './old.js';\napp.all('/mcp', async (req, res) => {\n  if (await isLegacyRequest(req)) await legacy(req, res);\n  else await modern(req, res);\n});\n`;
    const gated = findings({ 'old.ts': old, 'app.ts': app });
    expect(gated.length).toBeGreaterThan(4);
    expect(gated.filter(f => f.severity !== 'info').map(f => `${f.line} ${f.subject}`)).toEqual([]);
    expect(gated[0]?.related.at(0)).toMatchObject({ file: 'app.ts', line: 4, text: 'only requests of older revisions get past this' });
    const open = findings({ 'old.ts': old, 'app.ts': app.replace('if (await isLegacyRequest(req)) await', 'await').replace('else await modern(req, res);', '') });
    expect(open.filter(f => f.severity === 'info')).toEqual([]);
  });
});
