import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ModernHttpClient } from '../../src/prove/clients/modern.js';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'prove-record-'));
afterAll(() => rmSync(folder, { recursive: true }));

function record(file: string, args: readonly string[]): ReturnType<typeof spawn> {
  return spawn(process.execPath, ['--import', 'tsx', join(root, 'src/cli.ts'), 'prove', '--record', file, ...args], { cwd: root, env: { ...process.env, STATE_DIR: join(folder, 'state') }, stdio: 'pipe' });
}

it('records a stdio session, with handles as references', { timeout: 30_000 }, async () => {
  const file = join(folder, 'stdio.jsonl');
  const child = record(file, ['--stdio', '--', process.execPath, join(root, 'fixtures/prove/after/stdio-current.mjs')]);
  const send = (message: object): unknown => child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const answer = async (id: number): Promise<string> =>
    new Promise(resolve => {
      const read = (chunk: unknown): void => {
        const line = String(chunk).split('\n').find(l => l.includes(`"id":${id}`));
        if (line === undefined) return;
        child.stdout?.off('data', read);
        resolve(line);
      };
      child.stdout?.on('data', read);
    });
  send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } } });
  await answer(1);
  send({ method: 'notifications/initialized' });
  send({ id: 2, method: 'tools/call', params: { name: 'open_project', arguments: { path: '/a' } } });
  const project = /project_[\w-]{20,}/.exec(await answer(2))?.[0] ?? '';
  send({ id: 3, method: 'tools/call', params: { name: 'add_task', arguments: { project_id: project, title: 'x' } } });
  await answer(3);
  child.stdin?.end();
  expect(await new Promise(resolve => child.once('close', resolve))).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(
    '{"tool":"open_project","arguments":{"path":"/a"},"as":"s1"}\n{"tool":"add_task","arguments":{"project_id":{"$from":"s1.structuredContent.project_id"},"title":"x"}}\n',
  );
});

it('records an HTTP session until Ctrl-C', { timeout: 30_000 }, async () => {
  const file = join(folder, 'http.jsonl');
  const child = record(file, ['--http', '--', process.execPath, join(root, 'fixtures/prove/after/session-map.mjs')]);
  const url = await new Promise<string>(resolve => {
    child.stderr?.on('data', chunk => {
      const found = /http:\S+\/mcp/.exec(String(chunk))?.[0];
      if (found !== undefined) resolve(found);
    });
  });
  const client = new ModernHttpClient(() => new URL(url), 5000);
  await client.request('tools/call', { name: 'convert', arguments: { value: 1, from: 'm', to: 'm' } });
  child.kill('SIGINT');
  expect(await new Promise(resolve => child.once('close', resolve))).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe('{"tool":"convert","arguments":{"value":1,"from":"m","to":"m"}}\n');
});
