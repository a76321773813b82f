// Servers before and after a transform of hosting, run: the same answers in both eras, and any replica answers any request.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../src/prove/processes.js';
import { proveServer } from '../../src/prove/prove.js';
import type { Era } from '../../src/prove/wire.js';
import { transforms } from '../../transforms/index.js';
import { transformFixtures } from '../support/fixtures.js';

interface Run {
  readonly transport: 'stdio' | 'http';
  readonly file: string;
  /** What it spoke before, where that was not streamable HTTP. */
  readonly before?: 'sse';
  /** Whom it serves afterwards, and for whom any replica does; both eras when absent. */
  readonly serves?: readonly Era[];
  readonly proven?: readonly Era[];
  readonly calls: readonly { readonly tool: string; readonly arguments: Record<string, unknown> }[];
}

const BOTH = ['older', 'modern'] as const;

const root = join(import.meta.dirname, '../..');
const runs = transformFixtures(transforms.map(t => t.id)).flatMap(fixture => {
  const path = join(fixture.folder, 'expect.json');
  const { run } = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { run?: Run }) : {};
  return run ? [{ name: fixture.name, folder: fixture.folder, ...run }] : [];
});

const MODES = { older: 'legacy', modern: 'auto' } as const;
type Mode = (typeof MODES)[Era];

function commandOf(folder: string, side: string, file: string): readonly [string, ...string[]] {
  return [process.execPath, '--import', 'tsx', join(folder, side, file)];
}

async function answers(client: Client, calls: Run['calls']): Promise<unknown> {
  const { tools } = await client.listTools();
  const results: unknown[] = [];
  for (const { tool, arguments: args } of calls) results.push((await client.callTool({ name: tool, arguments: args })).content);
  return { tools: tools.map(t => t.name), results };
}

async function overStdio(folder: string, side: string, run: Run, mode: Mode): Promise<unknown> {
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } });
  const [command, ...args] = commandOf(folder, side, run.file);
  await client.connect(new StdioClientTransport({ command, args, cwd: root, stderr: 'ignore' }));
  try {
    expect(client.getProtocolEra()).toBe(mode === 'legacy' ? 'legacy' : 'modern');
    return await answers(client, run.calls);
  } finally {
    await client.close();
  }
}

async function overHttp(folder: string, side: string, run: Run, mode: Mode): Promise<unknown> {
  const port = await freePort();
  const [command, ...args] = commandOf(folder, side, run.file);
  const child = spawn(command, args, { cwd: root, env: { ...process.env, PORT: String(port) }, stdio: 'ignore' });
  try {
    await listening(child, port);
    const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } });
    const url = new URL(`http://127.0.0.1:${port}/mcp`);
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- what the server spoke before
    await client.connect(side === 'before' && run.before === 'sse' ? new SSEClientTransport(url) : new StreamableHTTPClientTransport(url));
    expect(client.getProtocolEra()).toBe(mode === 'legacy' ? 'legacy' : 'modern');
    const given = await answers(client, run.calls);
    await client.close();
    return given;
  } finally {
    child.kill('SIGKILL');
  }
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  for (let i = 0; i < 100 && child.exitCode === null; i++) {
    const reached = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (reached) return;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error('The server did not start.');
}

describe.each(runs)('$name', run => {
  const ask = run.transport === 'stdio' ? overStdio : overHttp;
  it('answers as before', { timeout: 60_000 }, async () => {
    const before = await ask(run.folder, 'before', run, 'legacy');
    for (const era of run.serves ?? BOTH) expect(await ask(run.folder, 'after', run, MODES[era])).toEqual(before);
  });

  it.skipIf(run.proven?.length === 0)('is served by any replica', { timeout: 120_000 }, async () => {
    const report = await proveServer({ command: commandOf(run.folder, 'after', run.file), cwd: root, transport: run.transport, replicas: 2, allowAll: true, calls: 1, conformance: { skip: true }, eras: run.proven ?? BOTH });
    expect(report.reasons).toEqual([]);
    expect(report.verdict).toBe('proven');
  });
});
