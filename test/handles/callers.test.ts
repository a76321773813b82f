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

const HEAD = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { expect, it } from 'vitest';
import { connect } from './connect.js';
`;

/** What becomes of a test file, and the lines at which a comment says what is missing. */
function migrated(test: string, text = server(), file = 'test/notes.test.ts'): { readonly text: string; readonly at: readonly number[] } {
  const made = plan({ 'server.ts': text, [file]: test });
  expect(made.markers.every(m => m.id === 'handle-argument' && m.file === file)).toBe(true);
  const lines = (made.result[file] ?? test).split('\n');
  return { text: lines.filter(l => !l.includes('TODO(mcp-stateless:handle-argument)')).join('\n'), at: made.markers.map(m => m.line) };
}

const boards = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
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

describe('tests that call the tools', () => {
  it('call the new tool first, and pass what it gives', () => {
    const test = `${HEAD}
it('notes', async () => {
  const client = new Client({ name: 't', version: '1' });
  const first = await client.callTool({ name: 'note', arguments: { text: 'a' } });
  expect(first).toBeDefined();
  await client.callTool({ name: 'version' });
  await Promise.all(['b', 'c'].map(text => client.callTool({ name: 'note', arguments: { text } })));
});
`;
    const { text, at } = migrated(test);
    expect(at).toEqual([]);
    expect(text).toBe(
      test
        .replace('  const first', "  const { line_list_id } = (await client.callTool({ name: 'create_line_list' })).structuredContent as { line_list_id: string };\n  const first")
        .replaceAll('arguments: { text', 'arguments: { line_list_id, text'),
    );
  });

  it('take the handle of the tool that they called before', () => {
    const test = `${HEAD}
it('opens', async () => {
  const client: Client = await connect();
  await client.callTool({ name: 'open', arguments: { name: 'a' } });
  const seen = await client.callTool({ name: 'which' });
  const opened = await client.callTool({ name: 'open', arguments: { name: 'b' } });
  expect(await client.callTool({ name: 'which', arguments: {} })).toEqual(opened);
  expect(seen).toBeDefined();
});

it('has to open', async () => {
  const client: Client = await connect();
  expect(await client.callTool({ name: 'which' })).toMatchObject({ isError: true });
});
`;
    const { text, at } = migrated(test, boards);
    expect(text).toBe(
      test
        .replace("await client.callTool({ name: 'open', arguments: { name: 'a' } });", "const { board_id } = (await client.callTool({ name: 'open', arguments: { name: 'a' } })).structuredContent as { board_id: string };")
        .replace("name: 'which' });\n  const opened", "name: 'which', arguments: { board_id } });\n  const opened")
        .replace("{ name: 'b' } });\n", "{ name: 'b' } });\n  const { board_id: board_id2 } = opened.structuredContent as { board_id: string };\n")
        .replace("name: 'which', arguments: {}", "name: 'which', arguments: { board_id: board_id2 }"),
    );
    expect(at).toEqual([17]);
  });

  it('in plain JavaScript, with a function of their own', () => {
    const test = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';

const client = new Client({ name: 't', version: '1' });
const call = (name, args = {}) => client.callTool({ name, arguments: args });

async function main() {
  await call('open', { name: 'a' });
  console.log(await call('which'));
  console.log(await call('which', {}));
}
main();
`;
    expect(migrated(test, boards, 'scripts/try.mjs')).toEqual({
      at: [],
      text: test
        .replace("await call('open', { name: 'a' });", "const { board_id } = (await call('open', { name: 'a' })).structuredContent;")
        .replace("call('which'))", "call('which', { board_id }))")
        .replace("call('which', {})", "call('which', { board_id })"),
    });
  });

  it('with a client that each test gets anew, or two of them', () => {
    const test = `${HEAD}
let client: Client;
beforeEach(async () => {
  client = await connect();
});

async function call(on: Client, name: string, args: Record<string, unknown>) {
  const result = await on.callTool({ name, arguments: args });
  return result;
}

it('one', async () => {
  await call(client, 'note', { text: 'a' });
});

it('two', async () => {
  const other: Client = await connect();
  await call(client, 'note', { text: 'b' });
  await call(other, 'note', { text: 'c' });
});
`;
    const { text, at } = migrated(test);
    expect(at).toEqual([]);
    expect(text).toContain("const { line_list_id } = (await call(client, 'create_line_list', {})).structuredContent as { line_list_id: string };\n  await call(client, 'note', { line_list_id, text: 'a' });");
    expect(text).toContain("const { line_list_id: line_list_id2 } = (await call(client, 'create_line_list', {})).structuredContent as { line_list_id: string };\n  await call(client, 'note', { line_list_id: line_list_id2, text: 'b' });");
    expect(text).toContain("const { line_list_id: line_list_id3 } = (await call(other, 'create_line_list', {})).structuredContent as { line_list_id: string };\n  await call(other, 'note', { line_list_id: line_list_id3, text: 'c' });");
  });

  it.each([
    ['with a client that several tests share', 'const client = new Client({ name: "t", version: "1" });\n', "it('a', async () => {\n  await client.callTool({ name: 'note', arguments: { text: 'a' } });\n});\nit('b', async () => {\n  await client.callTool({ name: 'note', arguments: { text: 'b' } });\n});\n", 2],
    ['with arguments that are put together elsewhere', 'const args = { text: "a" };\n', "it('a', async () => {\n  const client = new Client({ name: 't', version: '1' });\n  await client.callTool({ name: 'note', arguments: args });\n});\n", 1],
    ['with a client of their own', "const client = { callTool: async (x: object) => JSON.stringify(x) };\n", "it('a', async () => {\n  await client.callTool({ name: 'note', arguments: { text: 'a' } });\n});\n", 1],
    ['with JSON-RPC by hand', 'declare const send: (message: object) => Promise<unknown>;\n', "it('a', async () => {\n  await send({ method: 'tools/call', params: { name: 'note', arguments: { text: 'a' } } });\n});\n", 1],
    ['with a method and its parameters', 'declare const rpc: (method: string, params: object) => Promise<unknown>;\n', "it('a', async () => {\n  await rpc('tools/call', { name: 'note', arguments: { text: 'a' } });\n});\n", 1],
    ['with a function that gives back the text only', 'const client = new Client({ name: "t", version: "1" });\nasync function ask(name: string, args: object) {\n  const result = await client.callTool({ name, arguments: { ...args } });\n  return JSON.stringify(result);\n}\n', "it('a', async () => {\n  await ask('note', { text: 'a' });\n});\n", 1],
  ])('get a comment %s, and nothing else', (_name, head, body, count) => {
    const { text, at } = migrated(`${HEAD}${head}${body}`);
    expect(text).toBe(`${HEAD}${head}${body}`);
    expect(at).toHaveLength(count);
  });

  it('get a comment where the tool that gives the handle is called somewhere else', () => {
    const test = `${HEAD}
it('opens when it may', async () => {
  const client: Client = await connect();
  if (process.env.OPEN) await client.callTool({ name: 'open', arguments: { name: 'a' } });
  await client.callTool({ name: 'which' });
});
`;
    expect(migrated(test, boards)).toEqual({ text: test, at: [8] });
  });

  it('stay as they are where they pass it, or call other tools', () => {
    const test = `${HEAD}
it('notes', async () => {
  const client: Client = await connect();
  await client.callTool({ name: 'note', arguments: { line_list_id: 'x', text: 'a' } });
  await client.callTool({ name: 'version' });
});
`;
    expect(plan({ 'server.ts': server(), 'test/notes.test.ts': test }).result['test/notes.test.ts']).toBeUndefined();
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
  const text = plan({ 'server.ts': boards }).result['server.ts'] ?? '';
  expect(text).toContain("description: 'Open a board. Returns the board_id that which takes.'");
  expect(text).toContain('outputSchema: { board_id: z.string(), name: z.string() }');
  expect(text).toContain('boards.start(ownerOf(extra)');
  expect(text).toContain("board_id: z.string().describe('The board to use, from open')");
});
