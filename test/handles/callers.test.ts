// What else has to know of the handle: tests that call the tools, the server's instructions, descriptions, schemas of results.
import { describe, expect, it } from 'vitest';
import { transforms } from '../../transforms/index.js';
import type { Choices } from '../../src/choices.js';
import { memoryTree } from '../../src/files/memory.js';
import { planMigration, type Plan } from '../../src/migrate/plan.js';
import { Project } from '../../src/project.js';
import { registry } from '../../src/registry.js';

function plan(files: Readonly<Record<string, string>>, choices: Partial<Choices> = {}): Plan {
  const made = planMigration(new Project(memoryTree(new Map(Object.entries(files)))), transforms.filter(t => t.id === 'session-to-handle'), registry, { includeTests: true, choices: { target: 'v1-stateless', ...choices } });
  expect([made.dropped, made.declines]).toEqual([[], []]);
  return made;
}

const server = (options = '', outside = ''): string => `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
${outside}
let lines: string[] = [];

export function createServer() {
  const server = new McpServer({ name: 'notes', version: '1.0.0' }${options});
  server.registerTool('note', { inputSchema: { text: z.string() } }, async ({ text }) => {
    lines.push(text);
    return { content: [{ type: 'text', text: lines.join() }] };
  });
  server.registerTool('version', {}, async () => ({ content: [{ type: 'text', text: '1' }] }));
  return server;
}
`;

const TEST = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { expect, it } from 'vitest';

declare const client: Client;

it('notes', async () => {
  const first = await client.callTool({ name: 'note', arguments: { text: 'a' } });
  expect(first).toBeDefined();
  await client.callTool({ name: 'version' });
  await client.request({ method: 'tools/call', params: { name: 'note', arguments: { text: 'b' } } }, {} as never);
  await client.callTool({ name: 'note', arguments: { lines_id: 'x', text: 'c' } });
});
`;

describe('tests that call the tools', () => {
  it('get a comment at each call that needs a handle, and nothing else', () => {
    const { result, markers } = plan({ 'server.ts': server(), 'test/notes.test.ts': TEST });
    expect(markers.map(m => [m.file, m.line, m.text.includes('call create_line_list first, and pass the line_list_id that it returns')])).toEqual([
      ['test/notes.test.ts', 7, true],
      ['test/notes.test.ts', 11, true],
      ['test/notes.test.ts', 13, true],
    ]);
    const text = result['test/notes.test.ts'] ?? '';
    expect(text.split('\n').filter(l => !l.includes('TODO(mcp-stateless:handle-argument)')).join('\n')).toBe(TEST);
  });

  it('stay as they are where they pass it, or call other tools', () => {
    const passing = TEST.replaceAll('arguments: { ', 'arguments: { line_list_id: id, ').replace('it(', "const id = '';\nit(");
    expect(plan({ 'server.ts': server(), 'test/notes.test.ts': passing }).result['test/notes.test.ts']).toBeUndefined();
  });
});

describe('the instructions of the server', () => {
  const said = 'Call create_line_list first: note takes the line_list_id that it returns.';
  it.each([
    ['where there were none', server(), `{ name: 'notes', version: '1.0.0' }, { instructions: '${said}' }`],
    ['beside other options', server(', { capabilities: {} }'), `{ instructions: '${said}', capabilities: {} }`],
    ['after what they said', server(", { instructions: 'Keeps notes' }"), `{ instructions: 'Keeps notes. ${said}' }`],
    ['in the constant that holds them', server(', { instructions: INSTRUCTIONS }', "\nconst INSTRUCTIONS = 'Keeps notes.';"), `const INSTRUCTIONS = 'Keeps notes. ${said}';`],
    ['at the end of what is put together', server(", { instructions: 'Keeps ' + 'notes.' }"), `{ instructions: 'Keeps ' + 'notes.' + ' ${said}' }`],
  ])('say where handles come from %s', (_name, text, expected) => {
    expect(plan({ 'server.ts': text }).result['server.ts']).toContain(expected);
  });

  it('of that server of several which has the tools', () => {
    const other = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nexport const other = () => new McpServer({ name: 'other', version: '1.0.0' });\n`;
    const { result } = plan({ 'other.ts': other, 'server.ts': server() });
    expect(result['server.ts']).toContain(said);
    expect(result['other.ts']).toBeUndefined();
  });
});

it('a tool with nothing but a title among its arguments has arguments', () => {
  const titled = server().replace("registerTool('note', { inputSchema: { text: z.string() } }, async ({ text })", "tool('note', 'Note', { title: z.string() }, async ({ title: text })");
  expect(plan({ 'server.ts': titled }).result['server.ts']).toMatch(/tool\('note', 'Note', \{ line_list_id: z\.string\(\)[^}]*, title: z\.string\(\) \}, async \(\{ line_list_id, title: text \}, extra\)/);
});

it('each package of a workspace gets a store of its own, which its compiler finds', () => {
  const { result } = plan({ 'package.json': '{ "workspaces": ["a", "b"] }', 'a/package.json': '{ "name": "a" }', 'a/src/server.ts': server(), 'b/package.json': '{ "name": "b" }', 'b/src/server.ts': server() });
  expect(Object.keys(result).sort()).toEqual(['a/src/handle-store.ts', 'a/src/server.ts', 'b/src/handle-store.ts', 'b/src/server.ts']);
  expect(result['b/src/server.ts']).toContain("from './handle-store.js'");
});

it('a creator that is there already says the handle in its text, its result and its output schema', () => {
  const current = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

let board: string | undefined;

export function createServer() {
  const server = new McpServer({ name: 's', version: '1.0.0' });
  server.registerTool('open', { description: 'Open a board', inputSchema: { name: z.string() }, outputSchema: { name: z.string() } }, async ({ name }) => {
    board = name;
    return { content: [{ type: 'text', text: name }], structuredContent: { name } };
  });
  server.registerTool('which', { description: 'Which board' }, async () => {
    if (!board) return { content: [{ type: 'text', text: 'open one' }], isError: true };
    return { content: [{ type: 'text', text: board }] };
  });
  return server;
}
`;
  const text = plan({ 'server.ts': current }).result['server.ts'] ?? '';
  expect(text).toContain("description: 'Open a board. Returns the board_id that which takes.'");
  expect(text).toContain('outputSchema: { board_id: z.string(), name: z.string() }');
  expect(text).toContain('boards.start(ownerOf(extra)');
  expect(text).toContain("board_id: z.string().describe('The board to use, from open')");
});
