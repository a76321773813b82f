// Which container gets which handle: asked at a terminal, written down, and the same again without one.
import { describe, expect, it } from 'vitest';
import type { MigrateArguments } from '../../src/commands/migrate.js';
import type { Choices } from '../../src/choices.js';
import { readFiles } from '../support/fixtures.js';
import { run, type Ran } from '../support/migrate.js';
import { tempFolder } from '../support/temp.js';

const SERVER = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

const drafts = new Map<string, string>();
const versions = new Map<string, number>();

export function createServer(): McpServer {
  const server = new McpServer({ name: 'writer', version: '1.0.0' });
  server.registerTool('write', { inputSchema: { text: z.string() } }, async ({ text }, extra) => {
    const id = String(extra.sessionId);
    drafts.set(id, (drafts.get(id) ?? '') + text);
    versions.set(id, (versions.get(id) ?? 0) + 1);
    return { content: [{ type: 'text', text: \`version \${versions.get(id)}\` }] };
  });
  server.registerTool('show', {}, async extra => ({ content: [{ type: 'text', text: \`\${versions.get(String(extra.sessionId))}: \${drafts.get(String(extra.sessionId))}\` }] }));
  return server;
}
`;
const CURRENT = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

let current: string | undefined;

export function createServer(): McpServer {
  const server = new McpServer({ name: 'boards', version: '1.0.0' });
  server.registerTool('open', { description: 'Open a board', inputSchema: { name: z.string() } }, async ({ name }) => {
    current = name;
    return { content: [{ type: 'text', text: name }] };
  });
  server.registerTool('which', {}, async () => {
    if (!current) return { content: [{ type: 'text', text: 'open one' }], isError: true };
    return { content: [{ type: 'text', text: current }] };
  });
  return server;
}
`;
const PACKAGE = '{ "name": "x", "dependencies": { "zod": "4.6.7" } }\n';
const HANDLES: MigrateArguments = { only: ['session-to-handle'], target: 'v1-stateless', store: 'memory' };

interface Talk {
  readonly root: string;
  readonly ran: Ran;
  readonly server: string;
  readonly recorded: Choices['handles'] | undefined;
}

async function talk(files: Readonly<Record<string, string>>, keys: string, lines: readonly string[] = [], given: MigrateArguments = {}): Promise<Talk> {
  const root = tempFolder({ 'package.json': PACKAGE, ...files });
  const ran = await run(root, { ...HANDLES, interactive: true, ...given }, { keys, lines });
  const after = readFiles(root);
  const config = after['mcp-stateless.config.json'];
  return { root, ran, server: after['server.ts'] ?? '', recorded: config === undefined ? undefined : (JSON.parse(config) as { migrate: { handles: Choices['handles'] } }).migrate.handles };
}

/** The same without anybody to ask, from what was written down; on a fresh copy of the server. */
async function again({ root }: Talk, files: Readonly<Record<string, string>>): Promise<string> {
  const { 'mcp-stateless.config.json': config = '' } = readFiles(root);
  const fresh = tempFolder({ 'package.json': PACKAGE, ...files, 'mcp-stateless.config.json': config });
  expect((await run(fresh, { ...HANDLES, write: true })).error).toBeUndefined();
  return readFiles(fresh)['server.ts'] ?? '';
}

const files = { 'server.ts': SERVER };

describe('at a terminal', () => {
  it('shows the containers of a handle with their tools, and what is proposed', async () => {
    const { ran } = await talk(files, 'q');
    expect(ran.stdout).toContain(`1/1 A handle for drafts, versions
  drafts server.ts:4  written by write, read by show and write
  versions server.ts:5  written by write, read by show and write
  kind writer · argument writer_id · given by create_writer (new) · owner user · idle 1440 min · per group
  [a]ccept  [c]hange  [l]eave as it is  [q]uit: quit
`.replaceAll('show and write', 'show, write'));
    expect(ran.stderr).toBe('Ended. Nothing was written.\n');
  });

  it('writes down what was accepted, and a later run needs nobody', async () => {
    const done = await talk(files, 'ayay');
    expect(done.ran.code).toBe(0);
    const decided = { action: 'handle', kind: 'writer', creator: 'create_writer', ttlMinutes: 1440, owner: 'user', per: 'group' };
    expect(done.recorded).toEqual({ 'state:drafts': decided, 'state:versions': decided });
    expect(await again(done, files)).toBe(done.server);
  });

  it('takes other names, times and owners; a tool that is new is named like its kind', async () => {
    const done = await talk(files, 'cayay', ['', 'Text', 'text', '', 'claim:email', '-5', '90']);
    expect(done.ran.stdout).toContain('That is not a kind: small letters, digits and _.');
    expect(done.ran.stdout).toContain('That is not a number above 0.');
    expect(done.ran.stdout).toContain('kind text · argument text_id · given by create_text (new) · owner claim:email · idle 90 min · per group');
    expect(done.server).toContain("createTool: 'create_text'");
    expect(done.server).toContain('ttlMs: 5400000');
    expect(done.server).toContain("ownerOf(extra, 'email')");
    expect(await again(done, files)).toBe(done.server);
  });

  it('parts what was one handle, each with a name of its own', async () => {
    // Per container; then the first is renamed and the second is accepted.
    const done = await talk(files, 'ccaayay', ['container', '', '', '', 'page', 'new_page', 'anyone', '']);
    expect(done.ran.stdout).toContain('1/2 A handle for drafts\n');
    expect(done.ran.stdout).toContain('2/2 A handle for versions\n');
    expect(done.server.match(/new HandleStore</g)).toHaveLength(2);
    expect(done.server).toContain("createTool: 'new_page'");
    expect(done.server).toContain('bearer: true');
    expect(done.recorded).toMatchObject({ 'state:drafts': { kind: 'page', creator: 'new_page', owner: 'anyone', per: 'container' }, 'state:versions': { kind: 'version', per: 'container' } });
    expect(await again(done, files)).toBe(done.server);
  });

  it('leaves what is to be left, and remembers it', async () => {
    const done = await talk(files, 'lyy');
    expect(done.server).not.toContain('HandleStore');
    expect(done.recorded).toEqual({ 'state:drafts': { action: 'leave' }, 'state:versions': { action: 'leave' } });
    expect(await again(done, files)).toBe(done.server);
  });

  it('says what cannot be, and keeps what was', async () => {
    const done = await talk(files, 'caya', ['', '', 'show', '', '']);
    expect(done.ran.stdout).toContain('not possible show cannot give the handle for drafts');
    expect(done.recorded).toBeUndefined();
  });

  it('names the tool that gives the handle already, or takes a new one in its place', async () => {
    const own = { 'server.ts': CURRENT };
    const kept = await talk(own, 'ayay');
    expect(kept.ran.stdout).toContain('given by open · owner user');
    expect(kept.recorded).toMatchObject({ 'state:current': { creator: 'open' } });
    const other = await talk(own, 'cayay', ['', '', 'new_board', '', '']);
    expect(other.server).toContain("registerTool('new_board'");
    expect(other.server).toMatch(/registerTool\('open', \{ description: 'Open a board', inputSchema: \{ \w+_id: /);
    expect(await again(other, own)).toBe(other.server);
  });

  it('writes nothing down that is not wanted, and nothing at all after Control-C', async () => {
    expect((await talk(files, 'anay')).recorded).toBeUndefined();
    const broken = await talk(files, 'a\u0003');
    expect([broken.server, broken.recorded]).toEqual([SERVER, undefined]);
  });

  it('takes the configuration back with the rest', async () => {
    const { root, ran } = await talk(files, 'ayay', [], { check: 'false' });
    expect(ran.code).toBe(2);
    expect(readFiles(root)).toEqual({ 'package.json': PACKAGE, ...files });
  });
});

describe('the configuration that is there', () => {
  it.each([
    ['package.json', '{\n  "name": "x",\n  "mcp-stateless": { "failOn": "error" }\n}\n', /"failOn": "error",\n {4}"migrate": \{\n {6}"handles": \{\n {8}"state:drafts": \{\n {10}"action": "leave"/],
    ['mcp-stateless.config.json', '{ "migrate": { "store": "memory" } }\n', /"store": "memory",[^]*"state:drafts": \{/],
    ['mcp-stateless.config.ts', `import { defineConfig } from 'mcp-stateless';\n\nexport default defineConfig({\n  failOn: 'error', // as agreed\n});\n`, /failOn: 'error', \/\/ as agreed\n {2}migrate: \{ handles: \{\n {4}'state:drafts': \{ action: 'leave' \},\n/],
    ['mcp-stateless.config.mts', `const config = {\n\tmigrate: { handles: { 'state:drafts': { kind: 'old' } } } // mine\n};\nexport default config;\n`, /'state:drafts': \{ action: 'leave' \},\s+'state:versions': \{ action: 'leave' \},\s+\} \} \/\/ mine/],
  ])('is added to: %s', async (name, text, expected) => {
    const { root } = await talk({ ...files, [name]: text }, 'lyy');
    expect(readFiles(root)[name]).toMatch(expected);
    expect((await run(root, { ...HANDLES, write: true })).error).toBeUndefined();
    expect(readFiles(root)['server.ts']).not.toContain('HandleStore');
  });

  it('is shown what to say where it is put together', async () => {
    const made = `const make = () => ({ failOn: 'error' });\nexport default make();\n`;
    const { root, ran } = await talk({ ...files, 'mcp-stateless.config.mjs': made }, 'ly');
    expect(ran.stdout).toContain('mcp-stateless.config.mjs is not written out in one object. Add to it, so that later runs decide the same:\n{\n  "migrate": {');
    expect(readFiles(root)['mcp-stateless.config.mjs']).toBe(made);
  });

  it('that decides about something under a slightly wrong name is told so, by key', async () => {
    const root = tempFolder({ ...files, 'mcp-stateless.config.json': '{\n  "migrate": { "handles": { "state:draft": { "kind": "text" } } }\n}\n' });
    const { stderr, code } = await run(root, HANDLES);
    expect([code, stderr]).toEqual([0, 'mcp-stateless.config.json:2:29 migrate.handles.state:draft: nothing that was found has this name. Did you mean state:drafts?\n']);
  });

  it('tells containers of one name apart by their files', async () => {
    const two = { 'a/server.ts': SERVER.replace(/.*versions.*\n/g, '').replace(/\`\$\{versions[^`]*`/, "''"), 'b/server.ts': SERVER };
    const done = await talk(two, 'alyyay');
    expect(done.ran.stdout).toContain('a/server.ts:4');
    expect(Object.keys(done.recorded ?? {}).sort()).toEqual(['state:drafts@a/server.ts', 'state:drafts@b/server.ts', 'state:versions']);
    const after = readFiles(done.root);
    expect([after['a/server.ts'], after['b/server.ts']].map(t => t?.includes('new HandleStore'))).toEqual([true, false]);
  });
});

