import { describe, expect, it } from 'vitest';
import { auditTree } from '../src/audit.js';
import type { AuditOptions } from '../src/audit-options.js';
import { memoryTree } from '../src/files/memory.js';
import { registry } from '../src/registry.js';
import type { Report, Unit, UnitKind } from '../src/report/report.js';

const IMPORTS = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { z } from 'zod';\n`;
const PACKAGE = JSON.stringify({ name: 'a', dependencies: { '@modelcontextprotocol/sdk': '^1.20.0' } });

function audited(files: Readonly<Record<string, string>>, options: AuditOptions = {}): Report {
  return auditTree(memoryTree(new Map(Object.entries(files))), registry, { today: '2026-08-01', ...options });
}

function unitsOf(files: Readonly<Record<string, string>>, kind: UnitKind): readonly Unit[] {
  return audited(files).units.filter(u => u.kind === kind);
}

/** Files of the findings of each unit, without repetitions. */
function filesOf(files: Readonly<Record<string, string>>, kind: UnitKind): readonly (readonly string[])[] {
  return unitsOf(files, kind).map(u => u.files);
}

const MAP = `import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
export const live = new Map<string, StreamableHTTPServerTransport>();
`;
const ROUTES = (from: string): string => `import { live } from '${from}';
import { randomUUID } from 'node:crypto';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
app.post('/rpc', async (req, res) => {
  const id = req.headers['mcp-session-id'];
  if (id && live.has(id)) return live.get(id).handleRequest(req, res, req.body);
  if (!isInitializeRequest(req.body)) return;
  const made = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID(), onsessioninitialized: s => void live.set(s, made) });
});
app.get('/rpc', async (req, res) => live.get(req.headers['mcp-session-id'])?.handleRequest(req, res));
app.delete('/rpc', async (req, res) => live.get(req.headers['mcp-session-id'])?.handleRequest(req, res));
process.on('SIGTERM', () => live.forEach(t => t.close()));
`;

describe('a transport block', () => {
  it('is one unit over the files that share a map, with routes and shutdown', () => {
    const [unit, ...others] = unitsOf({ 'src/live.ts': MAP, 'src/app.ts': ROUTES('./live.js') }, 'transport');
    expect(others).toEqual([]);
    expect(unit?.files).toEqual(['src/app.ts', 'src/live.ts']);
    expect(new Set(unit?.places.map(p => p.text))).toEqual(new Set(['POST /rpc', 'on SIGTERM']));
    expect(unit).toMatchObject({ kind: 'transport', severity: 'error', effort: 'assisted', risk: 'medium', zone: 'source' });
  });

  it('is one unit when the parts only import each other', () => {
    const files = {
      'src/cors.ts': `export const options = { exposedHeaders: ['mcp-session-id'] };\n`,
      'src/http.ts': `import './between.js';\nexport const id = (req) => req.headers['mcp-session-id'];\n`,
      'src/between.ts': `import './cors.js';\n`,
    };
    expect(filesOf(files, 'transport')).toEqual([['src/cors.ts', 'src/http.ts']]);
  });

  it('is apart for servers that have nothing in common', () => {
    const header = `export const id = (req) => req.headers['mcp-session-id'];\n`;
    expect(filesOf({ 'src/a.ts': header, 'src/b.ts': header }, 'transport')).toEqual([['src/a.ts'], ['src/b.ts']]);
  });

  it('does not take in another package that it imports', () => {
    const files = {
      'packages/a/package.json': '{"name":"a"}',
      'packages/b/package.json': '{"name":"b"}',
      'packages/a/a.ts': `import '../b/b.js';\nexport const id = (req) => req.headers['mcp-session-id'];\n`,
      'packages/b/b.ts': `export const id = (req) => req.headers['mcp-session-id'];\n`,
    };
    expect(filesOf(files, 'transport')).toHaveLength(2);
  });
});

describe('stateful tools', () => {
  const tool = (name: string, body: string): string => `server.registerTool('${name}', { inputSchema: { k: z.string() } }, async ({ k }) => { ${body} return { content: [] }; });\n`;
  const server = `${IMPORTS}const server = new McpServer({ name: 'a', version: '1' });\n`;

  it('go with all containers that they share', () => {
    const code = `${server}let current = '';\nlet rows: string[] = [];\n${tool('pick', 'current = k; rows.push(k);')}${tool('show', 'return { content: rows.map(text => ({ type: "text", text: text + current })) };')}`;
    const [unit, ...others] = unitsOf({ 'server.ts': code }, 'state');
    expect(others).toEqual([]);
    expect(unit?.tools).toEqual(['pick', 'show']);
    expect(unit).toMatchObject({ title: 'State between calls: current, rows', risk: 'high' });
  });

  it('stay apart when their tools do', () => {
    const code = `${server}let current = '';\nlet rows: string[] = [];\n${tool('pick', 'current = k;')}${tool('picked', 'return { content: [{ type: "text", text: current }] };')}${tool('add', 'rows.push(k);')}${tool('all', 'return { content: [{ type: "text", text: rows.join() }] };')}`;
    expect(unitsOf({ 'server.ts': code }, 'state').map(u => u.tools)).toEqual([
      ['pick', 'picked'],
      ['add', 'all'],
    ]);
  });
});

describe('questions to the client', () => {
  const asking = (name: string): string => `server.registerTool('${name}', {}, async () => { const a = await server.server.elicitInput({ message: '?', requestedSchema: { type: 'object', properties: {} } }); return { content: [{ type: 'text', text: a.action }] }; });\n`;
  const server = `${IMPORTS}const server = new McpServer({ name: 'a', version: '1' });\n`;

  it('are one flow for each tool that asks', () => {
    expect(unitsOf({ 'server.ts': `${server}${asking('one')}${asking('two')}` }, 'elicitation').map(u => u.tools)).toEqual([['one'], ['two']]);
  });

  it('are one flow when tools ask through one helper', () => {
    const files = {
      'ask.ts': `import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nexport const ask = (s: McpServer) => s.server.elicitInput({ message: '?', requestedSchema: { type: 'object', properties: {} } });\n`,
      'server.ts': `import { ask } from './ask.js';\n${server}server.registerTool('one', {}, async () => ({ content: [await ask(server)] }));\nserver.registerTool('two', {}, async () => ({ content: [await ask(server)] }));\n`,
    };
    expect(unitsOf(files, 'elicitation').map(u => [u.files, u.tools])).toEqual([[['ask.ts'], ['one', 'two']]]);
  });

  it('take the capability along that is read for them', () => {
    const code = `${server}server.registerTool('sum', {}, async () => {\n  if (!server.server.getClientCapabilities()?.sampling) return { content: [] };\n  const a = await server.server.createMessage({ messages: [], maxTokens: 1 });\n  return { content: [a.content] };\n});\n`;
    const units = audited({ 'server.ts': code }).units;
    expect(units.filter(u => u.kind === 'handshake')).toEqual([]);
    expect(units.find(u => u.kind === 'sampling')?.findings).toHaveLength(2);
  });
});

describe('units', () => {
  const logging = `${IMPORTS}const server = new McpServer({ name: 'a', version: '1' }, { capabilities: { logging: {} } });\nawait server.sendLoggingMessage({ level: 'info', data: 1 });\n`;

  it('have the findings that name them', () => {
    const report = audited({ 'package.json': PACKAGE, 'src/live.ts': MAP, 'src/app.ts': ROUTES('./live.js'), 'src/log.ts': logging });
    for (const unit of report.units) for (const id of unit.findings) expect(report.findings.find(f => f.fingerprint === id)?.unit).toBe(unit.id);
    expect(report.units.flatMap(u => u.findings).length).toBe(report.findings.length);
    expect(new Set(report.units.map(u => u.id)).size).toBe(report.units.length);
  });

  it('are automatic only when transforms take all of it', () => {
    for (const unit of audited({ 'package.json': PACKAGE, 'src/log.ts': logging, 'src/app.ts': ROUTES('./live.js'), 'src/live.ts': MAP }).units) {
      if (unit.effort === 'auto') expect(unit.migrate.takes).toBe(unit.findings.length);
      if (unit.migrate.takes === 0) expect(unit.migrate.summary).toBe('Leaves this to a person.');
    }
  });

  it('of examples and of the source stay apart', () => {
    const units = unitsOf({ 'src/log.ts': logging, 'examples/log.ts': logging }, 'logging');
    expect(units.map(u => [u.zone, u.files])).toEqual([
      ['source', ['src/log.ts']],
      ['example', ['examples/log.ts']],
    ]);
  });
});

describe('readiness', () => {
  const MODERN = `import { McpServer, createMcpHandler } from '@modelcontextprotocol/server';\nexport default createMcpHandler(() => { const server = new McpServer({ name: 'a', version: '1' }); BODY return server; });\n`;
  const modern = (body: string): string => MODERN.replace('BODY', body);

  it('is complete for a server of the new line', () => {
    expect(audited({ 'server.ts': modern('') }).readiness).toMatchObject({ score: 100, verdict: 'ready', class: 'nothing', reasons: [] });
  });

  it('has nothing to say without MCP', () => {
    expect(audited({ 'a.ts': 'export {};' }).readiness).toMatchObject({ score: 100, verdict: 'no-mcp', class: 'nothing' });
  });

  it('says that a session server serves older connections only', () => {
    const { readiness } = audited({ 'package.json': PACKAGE, 'src/live.ts': MAP, 'src/app.ts': ROUTES('./live.js') });
    expect(readiness).toMatchObject({ verdict: 'older-only', class: 'transport' });
    expect(readiness.score).toBeLessThan(90);
  });

  it('says that a program of the first SDK line knows older revisions only, also where no manifest names it', () => {
    expect(audited({ 'server.ts': `${IMPORTS}export const server = new McpServer({ name: 'a', version: '1' });\n` }).readiness).toMatchObject({ verdict: 'older-only', reasons: [expect.stringContaining('second SDK line')] });
  });

  it('says that a question breaks once the new revision is served', () => {
    const { readiness } = audited({ 'server.ts': modern(`server.registerTool('a', {}, async () => { await server.server.elicitInput({ message: '?', requestedSchema: { type: 'object', properties: {} } }); return { content: [] }; });`) });
    expect(readiness).toMatchObject({ verdict: 'breaks', class: 'design' });
    expect(readiness.score).toBeLessThanOrEqual(50);
  });

  it('says that what is kept by session leaks once nobody has one', () => {
    const v1 = (generator: string): string =>
      `${IMPORTS}import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\nconst server = new McpServer({ name: 'a', version: '1' });\nconst carts = new Map<string, string[]>();\nserver.registerTool('add', { inputSchema: { k: z.string() } }, async ({ k }, extra) => { const id = extra.sessionId ?? 'default'; carts.set(id, [...(carts.get(id) ?? []), k]); return { content: [] }; });\nserver.registerTool('show', {}, async extra => ({ content: [{ type: 'text', text: String(carts.get(extra.sessionId)) }] }));\nawait server.connect(new StreamableHTTPServerTransport({ sessionIdGenerator: ${generator} }));\n`;
    expect(audited({ 'server.ts': v1('undefined') }).readiness.verdict).toBe('breaks');
    expect(audited({ 'server.ts': v1('() => crypto.randomUUID()') }).readiness.verdict).toBe('older-only');
    const { findings } = audited({ 'server.ts': modern(`server.registerTool('add', { inputSchema: z.object({ k: z.string() }) }, async ({ k }, ctx) => { carts.set(ctx.sessionId, k); return { content: [{ type: 'text', text: carts.get(ctx.sessionId) }] }; });`).replace('export default', 'const carts = new Map();\nexport default') });
    expect(findings.find(f => f.clause === 'session-keyed-state')).toMatchObject({ severity: 'error', message: expect.stringContaining('all callers share one entry already') as string });
  });

  it('counts down from the day that it is given', () => {
    const files = { 'server.ts': `${IMPORTS}const server = new McpServer({ name: 'a', version: '1' });\nawait server.sendLoggingMessage({ level: 'info', data: 1 });\n` };
    expect(audited(files, { today: '2027-07-18' }).readiness.countdown).toMatchObject([{ clause: 'logging-feature', from: '2027-07-28', days: 10, findings: 1 }]);
    expect(audited(files, { today: '2027-08-07' }).readiness.countdown[0]?.days).toBe(-10);
  });

  it('leaves examples and tests out of the score and counts them', () => {
    const header = `export const id = (req) => req.headers['mcp-session-id'];\n`;
    const files = { 'src/server.ts': modern(''), 'examples/a.ts': header, 'test/a.test.ts': header };
    const plain = audited(files).readiness;
    expect(plain).toMatchObject({ score: 100, verdict: 'ready' });
    expect(plain.zones).toEqual([
      { zone: 'source', files: 1, audited: true, error: 0, warning: 0, info: 0 },
      { zone: 'example', files: 1, audited: true, error: 1, warning: 0, info: 0 },
      { zone: 'test', files: 1, audited: false, error: 0, warning: 0, info: 0 },
    ]);
    const all = audited(files, { includeTests: true }).readiness;
    expect(all.score).toBe(100);
    expect(all.zones.find(z => z.zone === 'test')).toMatchObject({ audited: true, error: 1 });
  });

  it('is worse with more to do', () => {
    const header = `export const id = (req) => req.headers['mcp-session-id'];\n`;
    const one = audited({ 'a.ts': header }).readiness.score;
    const two = audited({ 'a.ts': header, 'b.ts': header }).readiness.score;
    expect(two).toBeLessThan(one);
  });
});
