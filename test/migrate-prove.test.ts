// `migrate --prove`: the migrated server is started and called; one that keeps state is not written.
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migrateCommand, type MigrateArguments } from '../src/commands/migrate.js';
import { readFiles } from './support/fixtures.js';
import { tempFolder } from './support/temp.js';

const server = (count: string): string => `import { McpServer, ProtocolError } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

const seen = new Map();
serveStdio(() => {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  server.registerTool('count', { description: 'Count', annotations: { readOnlyHint: true } }, async () => ({ content: [{ type: 'text', text: String(${count}) }] }));
  server.registerResource('note', 'note://one', {}, async uri => {
    throw new ProtocolError(-32002, 'Resource not found: ' + uri.href);
  });
  return server;
});
`;

function project(count: string): string {
  const root = tempFolder({ 'server.mjs': server(count), 'package.json': '{ "name": "notes", "scripts": { "build": "tsc" }, "dependencies": { "@modelcontextprotocol/server": "^2.0.0" } }\n' });
  symlinkSync(join(import.meta.dirname, '../node_modules'), join(root, 'node_modules'));
  return root;
}

async function run(root: string, given: MigrateArguments): Promise<{ readonly code?: number; readonly error?: string; readonly stderr: string }> {
  let stderr = '';
  const output = { isTTY: false, write: (text: string): Promise<void> => Promise.resolve(void (stderr += text)) };
  try {
    const code = await migrateCommand(undefined, { types: false, only: ['not-found-to-invalid-params'], write: true, ...given }, { cwd: root, env: process.env, today: '2026-08-01', stdout: { ...output, write: () => Promise.resolve() }, stderr: output });
    return { code, stderr };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error), stderr };
  }
}

const PROOF = '--era modern --calls 1 --no-conformance -- node server.mjs';

describe('a migration that is proven', () => {
  it('stays when the server shows no state, and says so in the summary and the record', async () => {
    const root = project('1');
    const { code, stderr } = await run(root, { prove: PROOF, summary: 'MIGRATION.md' });
    expect(stderr).toContain('Proven: any replica served any request of this script.');
    expect(code).toBe(0);
    expect(readFileSync(join(root, 'server.mjs'), 'utf8')).toContain('ProtocolError(-32602');
    expect(readFileSync(join(root, 'MIGRATION.md'), 'utf8')).toMatch(/## Is it stateless\n\nProven in [\d.]+ s: \d+ steps gave the same answers in new processes, for modern clients\. \d+ checks passed, 0 failed/);
    expect(JSON.parse(readFileSync(join(root, '.mcp-stateless/last-migration.json'), 'utf8'))).toMatchObject({ proof: { command: PROOF, verdict: 'proven', transport: 'stdio', eras: ['modern'] } });
  });

  it('is taken back when the server keeps state', async () => {
    const root = project('seen.set(seen.size, 1).size');
    const before = readFiles(root)['server.mjs'];
    const { code, stderr } = await run(root, { prove: PROOF.replace('--calls 1', '--calls 2') });
    expect(stderr).toContain('State lives in the memory of one process');
    expect(stderr).toContain('The migrated server was not proven: 1 file put back as before.\n');
    expect(code).toBe(2);
    expect(readFiles(root)['server.mjs']).toBe(before);
    expect(existsSync(join(root, '.mcp-stateless'))).toBe(false);
  });

  it('is taken back when the server does not start, with what may be missing', async () => {
    const root = project('1');
    const before = readFiles(root)['server.mjs'];
    const { code, stderr } = await run(root, { prove: '--era modern --no-conformance -- node dist/server.mjs' });
    expect(stderr).toContain('Cannot find module');
    expect(stderr).toContain('Nothing was installed or built before the proof. What --check runs comes first: --check "npm run build"\n');
    expect(stderr).toContain('The migrated server was not proven: 1 file put back as before.\n');
    expect(code).toBe(2);
    expect(readFiles(root)['server.mjs']).toBe(before);
  });
});

describe('what is refused before anything is written', () => {
  const cases: readonly (readonly [string, MigrateArguments, string])[] = [
    ['no writing', { prove: 'node x.js', write: false }, '--prove needs --write'],
    ['an unknown option', { prove: '--replica 3 -- node x.js' }, "--prove: unknown option '--replica'"],
    ['options without an end', { prove: '--http node x.js' }, 'options of the proof end with --'],
    ['no command', { prove: '--http --' }, 'say how to start the server'],
    ['words among the options', { prove: 'node -- x.js' }, 'node is no option'],
    ['a server that runs already', { prove: '--url http://127.0.0.1:1/mcp -- node x.js' }, 'is not the migrated one'],
    ['a number that is none', { prove: '--replicas many -- node x.js' }, '--replicas takes a whole number'],
    ['a missing script', { prove: '--script "no such.jsonl" -- node x.js' }, 'There is no script no such.jsonl'],
  ];
  it.each(cases)('%s', async (_, given, message) => {
    const root = project('1');
    const before = readFiles(root)['server.mjs'];
    expect((await run(root, given)).error).toContain(message);
    expect(readFiles(root)['server.mjs']).toBe(before);
  });
});
