import { spawn, spawnSync } from 'node:child_process';
import { runCommandLine } from '../../src/command-line.js';
import type { Io } from '../../src/commands/io.js';

export const CLI = new URL('../../dist/bundles/cli.js', import.meta.url).pathname;

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built command, as a process of its own. */
export function runCli(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { cwd, encoding: 'utf8', env: { ...plainEnvironment(), ...env }, maxBuffer: 256 * 1024 * 1024 });
  return { status, stdout, stderr };
}

/** What a test is started with must not decide about colour. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const decisive = new Set(['NO_COLOR', 'FORCE_COLOR', 'CI', 'DEBUG']);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !decisive.has(name)));
}

/** The same without a process, which takes most of the time of a small run. For what does not depend on the process. */
export async function runInProcess(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const io = capturedIo(cwd);
  const status = await runCommandLine(args, { ...io, env: { ...plainEnvironment(), ...env } });
  return { status, ...io.written };
}

/** Reads a little, waits, and reads on, as a slow program behind a pipe does. */
export async function runCliSlowly(cwd: string, args: readonly string[], pauseMs: number): Promise<Ran> {
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env: plainEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    child.stdout.pause();
    setTimeout(() => child.stdout.resume(), pauseMs);
  });
  const status = await new Promise<number | null>(resolve => child.on('close', resolve));
  return { status, stdout: Buffer.concat(chunks).toString('utf8'), stderr };
}

/** What a command writes, without a process. */
export function capturedIo(cwd: string): Io & { readonly written: { stdout: string; stderr: string } } {
  const written = { stdout: '', stderr: '' };
  const to = (name: 'stdout' | 'stderr'): Io['stdout'] => ({ isTTY: false, write: text => Promise.resolve(void (written[name] += text)) });
  return { cwd, env: {}, stdout: to('stdout'), stderr: to('stderr'), today: '2026-09-01', written };
}
