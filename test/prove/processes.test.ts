import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Launcher, Scratch } from '../../src/prove/launch.js';
import { freePort, stopAll } from '../../src/prove/processes.js';
import { proveServer } from '../../src/prove/prove.js';

const root = join(import.meta.dirname, '../..');
const broken = (name: string): string => join(root, 'fixtures/prove/broken', `${name}.mjs`);
const LINUX = process.platform === 'linux';

/** Processes that carry this text in their environment: everything that one test started. */
function withTag(tag: string): readonly string[] {
  return readdirSync('/proc').filter(pid => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(tag);
    } catch {
      return false;
    }
  });
}

async function untilNone(tag: string): Promise<readonly string[]> {
  for (let i = 0; i < 200; i++) {
    if (withTag(tag).length === 0) return [];
    await sleep(50);
  }
  return withTag(tag);
}

function cli(tag: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(root, 'dist/bundles/cli.js'), 'prove', ...args], { cwd: root, env: { ...process.env, PROVE_TEST_TAG: tag }, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly signal: string | null; readonly text: string }> {
  let text = '';
  child.stdout?.on('data', chunk => (text += String(chunk)));
  child.stderr?.on('data', chunk => (text += String(chunk)));
  return new Promise(resolve => {
    child.once('close', (code, signal) => resolve({ code, signal, text }));
  });
}

describe.runIf(LINUX)('no process is left', () => {
  // A folder for temporary files of this file's own: others that prove something at the same time have theirs in the same process.
  const usual = process.env['TMPDIR'];
  const own = mkdtempSync(join(tmpdir(), 'mcp-stateless-processes-'));
  beforeAll(() => {
    process.env['TMPDIR'] = own;
  });
  afterAll(() => {
    if (usual === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usual;
    rmSync(own, { recursive: true, force: true });
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)('after %s', { timeout: 30_000 }, async signal => {
    const tag = `prove-${signal}-${process.pid}`;
    const child = cli(tag, ['--http', '-n', '2', '--allow-all', '--', process.execPath, broken('tree')]);
    const end = ended(child);
    // Ours, a server, and its two children at least.
    for (let i = 0; i < 300 && withTag(tag).length < 4; i++) await sleep(50);
    expect(withTag(tag).length).toBeGreaterThanOrEqual(4);
    child.kill(signal);
    expect((await end).signal).toBe(signal);
    expect(await untilNone(tag)).toEqual([]);
    // Killed without a word, we cannot remove our folder.
    if (signal !== 'SIGKILL') expect(readdirSync(tmpdir()).filter(name => name.startsWith(`mcp-stateless-prove-${child.pid ?? 0}-`))).toEqual([]);
  });

  it('when the server crashes in a call', { timeout: 30_000 }, async () => {
    const tag = `PROVE_TEST_TAG=prove-crash-${process.pid}`;
    const report = await proveServer({ command: [process.execPath, broken('crash')], cwd: root, transport: 'stdio', eras: ['older'], env: { PROVE_TEST_TAG: tag.split('=')[1] } });
    expect(report.verdict).toBe('not-proven');
    expect(JSON.stringify(report.eras[0]?.steps)).toContain('the server ended with code 3');
    expect(await untilNone(tag)).toEqual([]);
  });

  it('when the server hangs at the start', { timeout: 30_000 }, async () => {
    const tag = `PROVE_TEST_TAG=prove-hang-${process.pid}`;
    const env = { PROVE_TEST_TAG: tag.split('=')[1] };
    await expect(proveServer({ command: [process.execPath, broken('never')], cwd: root, transport: 'http', startTimeoutMs: 700, env })).rejects.toThrow('did not open port');
    const report = await proveServer({ command: [process.execPath, broken('never')], cwd: root, transport: 'stdio', timeoutMs: 300, startTimeoutMs: 300, env });
    expect(report.reasons.join(' ')).toContain('no answer: nothing came within 0.3 s');
    expect(await untilNone(tag)).toEqual([]);
  });

  it('when the server ends at once', { timeout: 30_000 }, async () => {
    const { code, text } = await ended(cli(`prove-exit-${process.pid}`, ['--http', '--', process.execPath, broken('exits')]));
    expect(code).toBe(2);
    expect(text).toMatch(/The server ended with code 7 before it opened port \d+\. It printed: config\.json is missing/);
    expect(await untilNone(`prove-exit-${process.pid}`)).toEqual([]);
  });

  it('when a program cannot be started', { timeout: 30_000 }, async () => {
    await expect(proveServer({ command: ['no-such-program-here'], cwd: root, transport: 'stdio' })).rejects.toThrow('no-such-program-here could not be started');
  });

  it('and no folder either', () => {
    expect(tmpdir()).toBe(own);
    expect(readdirSync(own).filter(name => name.startsWith(`mcp-stateless-prove-${process.pid}-`))).toEqual([]);
  });
});

describe('a port in use', () => {
  let other: Server;
  let taken = 0;
  beforeAll(async () => {
    taken = await freePort();
    other = createServer().listen(taken, '127.0.0.1');
  });
  afterAll(() => other.close());

  it('is passed over, and nobody else is talked to', { timeout: 30_000 }, async () => {
    const scratch = new Scratch();
    const ports = [taken, await freePort()];
    const launcher = new Launcher(
      { command: [process.execPath, join(root, 'fixtures/prove/before/module-variable.mjs')], cwd: root, env: process.env, portEnv: 'PORT', path: '/mcp', startTimeoutMs: 10_000 },
      scratch,
      () => Promise.resolve(ports.shift() ?? 0),
    );
    try {
      const replica = await launcher.http(launcher.shared());
      expect(Number(replica.url.port)).not.toBe(taken);
    } finally {
      await stopAll(scratch.owner);
      scratch.remove();
    }
  });

  it('that the server insists on is told', { timeout: 30_000 }, async () => {
    const program = `require('net').createServer().listen(${taken}, '127.0.0.1')`;
    await expect(proveServer({ command: [process.execPath, '-e', program], cwd: root, transport: 'http' })).rejects.toThrow(/EADDRINUSE.*told its port by PORT/);
  });
});
