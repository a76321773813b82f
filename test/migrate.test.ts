// The command: what it asks, shows, writes and takes back.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../src/migrate/plan.js';
import { undoCommand } from '../src/commands/undo.js';
import { readFiles } from './support/fixtures.js';
import { run } from './support/migrate.js';
import { snapshot } from './support/kill.js';
import { tempFolder } from './support/temp.js';

const THROWS = `import { McpError } from '@modelcontextprotocol/sdk/types.js';\nthrow new McpError(-32002, 'Resource not found');\n`;
const FIXED = THROWS.replace('-32002', '-32602');
const FILES = { 'a.ts': THROWS, 'b.ts': THROWS, 'package.json': '{ "name": "x", "scripts": { "build": "tsc", "start": "node dist/x.js" } }\n' };

const undo = async (root: string): Promise<string> => {
  let said = '';
  const quiet = { isTTY: false, write: (text: string) => Promise.resolve(void (said += text)) };
  await undoCommand(undefined, {}, { cwd: root, env: {}, today: '2026-08-01', stdout: quiet, stderr: quiet });
  return said;
};

describe('interactive', () => {
  it('applies, skips and shows, unit by unit, and writes what was wanted', async () => {
    const root = tempFolder(FILES);
    const { code, stdout } = await run(root, { interactive: true, target: '2026-07-28' }, { keys: 'dsay' });
    expect(code).toBe(0);
    expect(readFiles(root)).toEqual({ ...FILES, 'b.ts': FIXED });
    expect(stdout).toContain('1/2 change Answer a missing resource');
    expect(stdout).toContain("+throw new McpError(-32602, 'Resource not found');");
    expect(stdout).toContain('Write 1 file? [y]es  [n]o: apply');
  });

  it.each([
    ['nothing when everything is skipped', 'ss', {}],
    ['what was applied before the end', 'aqy', { 'a.ts': FIXED }],
    ['nothing when the last question is denied', 'aan', {}],
    ['nothing after Control-C', 'a\u0003', {}],
    ['nothing when the terminal goes away', 'a', {}],
    ['all of it', 'aay', { 'a.ts': FIXED, 'b.ts': FIXED }],
  ])('writes %s', async (_, keys, changed) => {
    const root = tempFolder(FILES);
    await run(root, { interactive: true, target: '2026-07-28' }, { keys });
    expect(readFiles(root)).toEqual({ ...FILES, ...changed });
  });

  it('needs a terminal', async () => {
    expect((await run(tempFolder(FILES), { interactive: true })).error).toMatch(/^--interactive needs a terminal\./);
  });
});

describe('choices', () => {
  const sampling = {
    'a.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'x', version: '1' });\nserver.registerTool('t', {}, async () => {\n  await server.server.createMessage({ messages: [], maxTokens: 1 });\n  return { content: [] };\n});\n`,
    'package.json': '{ "dependencies": { "openai": "^5" } }\n',
  };

  it('are asked at a terminal, and a number, a name and Enter answer', async () => {
    const root = tempFolder(sampling);
    for (const [answer, chosen] of [['', 'openai'], ['1', 'anthropic'], ['ai-sdk', 'ai-sdk']] as const) {
      const { stdout } = await run(root, { target: '2026-07-28' }, { lines: [answer] });
      expect(stdout).toContain("Whom does the server ask instead of the client's model? --provider");
      expect(stdout).toContain('openai (the project has openai)');
      expect(stdout).toContain(`chosen --target 2026-07-28 --provider ${chosen}\n`);
    }
    expect((await run(root, { target: '2026-07-28' }, { lines: ['9', 'none'] })).stdout).toContain('There is no 9.');
  });

  it('are taken and said where nobody can be asked, and never asked when said', async () => {
    const root = tempFolder(sampling);
    expect((await run(root, {})).stdout).toContain('chosen --provider openai (the project has openai)\n');
    expect((await run(root, { provider: 'anthropic', target: '2026-07-28' }, {})).stdout).toMatch(/^chosen --target 2026-07-28 --provider anthropic\n/);
    expect((await run(root, { json: true }, {})).stdout).toMatch(/^\{/);
  });

  const HEAD = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({ name: 'x', version: '1' });\n`;
  const tool = (statement: string): string => `${HEAD}server.registerTool('t', {}, async extra => {\n  ${statement}\n  return { content: [] };\n});\n`;

  it.each([
    ['Do clients that ask for log messages still get them', tool(`await server.sendLoggingMessage({ level: 'info', data: 'x' });`), ['', ''], '--logging stderr --no-keep-protocol-logging', '--logging stderr (default) --no-keep-protocol-logging (default)', 'await extra.sendNotification'],
    ['Who names directories', tool(`const { roots } = await server.server.listRoots();\n  console.error(roots);`), [''], '--roots configuration', '--roots configuration (default)', 'listRoots(root)'],
  ])('%s: asked, taken and said, as the others', async (text, source, enters, entered, taken, otherwise) => {
    const root = tempFolder({ 'a.ts': source });
    const target = 'v1-stateless';
    const asked = await run(root, { target }, { lines: enters });
    expect(asked.stdout).toContain(text);
    expect(asked.stdout).toContain(`chosen --target v1-stateless ${entered}\n`);
    expect(asked.stdout).not.toContain(otherwise);
    const other = await run(root, { target }, { lines: [...enters.slice(1), '2'] });
    expect(other.stdout).toContain(otherwise);
    expect((await run(root, { target })).stdout).toContain(`chosen --target v1-stateless ${taken}\n`);
    const given = await run(root, { target, logging: 'stderr', keepProtocolLogging: false, roots: 'parameter' }, { lines: [] });
    expect(given.stdout).not.toContain(text);
    expect(given.stdout).toContain('chosen --target v1-stateless --logging stderr --no-keep-protocol-logging --roots parameter\n');
  });

  it('are not asked of clients, nor of servers that send nothing', async () => {
    const client = `import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nimport { CreateMessageRequestSchema, ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';\nconst client = new Client({ name: 'x', version: '1' }, { capabilities: { sampling: {}, roots: {} } });\nclient.setRequestHandler(CreateMessageRequestSchema, () => { throw new Error(); });\nclient.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [] }));\n`;
    const server = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nexport const server = new McpServer({ name: 'x', version: '1' }, { capabilities: { logging: {} } });\n`;
    for (const source of [client, server]) expect((await run(tempFolder({ 'a.ts': source }), { target: 'v1-stateless' }, { lines: [] })).stdout).toContain('chosen --target v1-stateless\n');
  });

  it('that nothing depends on are not spoken of', async () => {
    expect((await run(tempFolder(FILES), {})).stdout).toContain('chosen --target 2026-07-28 (default)\n');
    expect((await run(tempFolder({ 'a.ts': 'export {};\n' }), {})).stdout).not.toContain('chosen');
  });
});

describe('writing', () => {
  const git = (root: string, ...args: string[]): string => execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@y', ...args], { cwd: root, encoding: 'utf8' });

  it('can be undone exactly, outside of git', async () => {
    const root = tempFolder(FILES);
    const before = snapshot(root);
    await run(root, { write: true });
    expect(existsSync(join(root, '.mcp-stateless/last-migration.json'))).toBe(true);
    expect(await undo(root)).toBe('Undone: 2 files as before.\n');
    expect(snapshot(root)).toEqual(before);
    expect(existsSync(join(root, '.mcp-stateless'))).toBe(false);
    await expect(undo(root)).rejects.toThrow('There is no migration to undo here.');
  });

  it('is refused while git has changes that are not committed', async () => {
    const root = tempFolder(FILES);
    git(root, 'init', '-q');
    git(root, 'add', '.');
    expect((await run(root, { write: true })).error).toMatch(/^Git has changes that are not committed: a\.ts, b\.ts, package\.json\. /);
    git(root, 'commit', '-qm', 'x');
    writeFileSync(join(root, 'b.ts'), `${THROWS}// mine\n`);
    expect((await run(root, { write: true })).error).toContain('b.ts');
    expect((await run(root, {})).code).toBe(0);
    expect((await run(root, { write: true, allowDirty: true })).code).toBe(0);
    expect(readFiles(root)['b.ts']).toBe(`${FIXED}// mine\n`);
    expect(git(root, 'status', '--porcelain')).not.toContain('.mcp-stateless');
  });

  it('is taken back when the check fails, and stays when it passes', async () => {
    const root = tempFolder(FILES);
    const before = snapshot(root);
    const failed = await run(root, { write: true, check: 'grep -q -- -32602 a.ts && exit 3' });
    expect(failed.code).toBe(2);
    expect(failed.stderr).toBe('`grep -q -- -32602 a.ts && exit 3` failed with 3: 2 files put back as before.\n');
    expect(snapshot(root)).toEqual(before);
    expect((await run(root, { write: true, check: 'grep -q -- -32602 a.ts' })).code).toBe(0);
    expect(readFiles(root)['a.ts']).toBe(FIXED);
    expect((await run(root, { check: 'true' })).error).toBe('--check needs --write: it runs on what was written.');
  });

  it('leaves a summary and a record', async () => {
    const root = tempFolder({ ...FILES, 'pnpm-lock.yaml': '' });
    await run(root, { write: true, summary: 'MIGRATION.md' });
    const summary = readFileSync(join(root, 'MIGRATION.md'), 'utf8');
    expect(summary).toContain('- Answer a missing resource with -32602, and accept both codes in clients (2 places): [a.ts](a.ts), [b.ts](b.ts)');
    expect(summary).toContain('pnpm run build\nnpx mcp-stateless prove -- node dist/x.js\n');
    expect(JSON.parse(readFileSync(join(root, '.mcp-stateless/last-migration.json'), 'utf8'))).toMatchObject({ schema: 1, choices: { target: '2026-07-28' }, steps: [{ files: ['a.ts'] }, { files: ['b.ts'] }], left: 2 });
  });

  it('takes only the units that are asked for', async () => {
    const root = tempFolder(FILES);
    expect((await run(root, { unit: ['no'] })).error).toMatch(/^There is no unit no\. Known: /);
    const { steps } = JSON.parse((await run(root, { json: true })).stdout) as Plan;
    const unit = steps.find(s => s.changes[0]?.file === 'a.ts')?.unit ?? '';
    const files = steps.flatMap(s => (s.unit === unit ? s.changes.map(c => c.file) : []));
    await run(root, { write: true, unit: [unit] });
    expect(readFiles(root)).toEqual({ ...FILES, ...Object.fromEntries(files.map(file => [file, FIXED])) });
  });
});
