import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { shortened } from './json.js';

const POSIX = process.platform !== 'win32';
const TERM_GRACE_MS = 400;
const LAST_WORDS_MS = 500;
const KEPT_OUTPUT = 8192;

/** Marks every process of this run, so that one which left its group is found as well. */
const MARK = 'MCP_STATELESS_PROVE';
const mark = randomUUID();

/** For every process that must not outlive us. `owner` names the proof that it belongs to. */
export function marked(env: NodeJS.ProcessEnv, owner: string): NodeJS.ProcessEnv {
  return { ...env, [MARK]: `${mark} ${owner};` };
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The proof that it is started for. */
  readonly owner: string;
}

export class ServerFailure extends Error {}

/** A server that was started here, in a process group of its own. */
export class ServerProcess {
  readonly child: ChildProcess;
  readonly owner: string;
  #output = '';
  #ended: Promise<void>;
  readonly #printed: Promise<void>;
  #running = true;

  constructor(command: Command) {
    this.owner = command.owner;
    this.child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: marked(command.env, command.owner),
      // A group of its own: one signal reaches what npm, npx or a shell started in between.
      detached: POSIX,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    keep(this);
    this.#ended = new Promise(resolve => {
      const end = (): void => {
        this.#running = false;
        resolve();
      };
      this.child.once('exit', end);
      this.child.once('error', error => {
        this.#note(error.message);
        end();
      });
    });
    this.#printed = new Promise(resolve => this.child.once('close', () => resolve()));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#note(text));
    // A pipe that breaks because the server died is told by the exit.
    for (const stream of [this.child.stdin, this.child.stdout, this.child.stderr]) stream?.on('error', () => undefined);
  }

  get running(): boolean {
    return this.#running;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** The end of what it printed to stderr, and to stdout when that is no protocol channel. */
  get output(): string {
    return this.#output;
  }

  get ended(): Promise<void> {
    return this.#ended;
  }

  /** When all that it printed has arrived, which can be after its end; what it has started may keep the pipes open for longer. */
  async printed(): Promise<void> {
    await Promise.race([this.#printed, sleep(LAST_WORDS_MS, undefined, { ref: false })]);
  }

  /** For HTTP servers, whose stdout carries nothing but their log. */
  collectStdout(): void {
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#note(text));
  }

  /** How it ended, in words. */
  end(): string {
    const { exitCode, signalCode } = this.child;
    return signalCode ? `was ended by ${signalCode}` : exitCode === null ? 'could not be started' : `ended with code ${exitCode}`;
  }

  signal(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      if (POSIX) process.kill(-pid, signal);
      else this.child.kill(signal);
    } catch {
      // gone already
    }
  }

  /** At once, as a machine that is lost. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended;
    release(this);
  }

  /** Asks first. What outlives its own leader in the group is killed too. */
  async stop(): Promise<void> {
    this.child.stdin?.end();
    if (this.running) {
      this.signal('SIGTERM');
      await Promise.race([this.#ended, sleep(TERM_GRACE_MS, undefined, { ref: false })]);
    }
    await this.kill();
  }

  #note(text: string): void {
    this.#output = (this.#output + text).slice(-KEPT_OUTPUT);
  }
}

const live = new Set<ServerProcess>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const EXIT_GRACE_MS = 700;
let interrupted = false;
let atInterrupt: (() => void) | undefined;

/** For work that a first interrupt ends in order, such as a recording. A second one ends everything. */
export function endAtInterrupt(end: () => void): void {
  atInterrupt = end;
}

function keep(started: ServerProcess): void {
  if (live.size === 0) {
    process.on('exit', killAll);
    process.on('uncaughtExceptionMonitor', killAll);
    for (const signal of SIGNALS) process.on(signal, onSignal);
  }
  live.add(started);
  tellGuard('+', started);
}

/**
 * Ends the groups that it was told of when its pipe closes: also when we are killed without a word, or run in a
 * worker, which hears no signals.
 */
const GUARD = `
const groups = new Set();
let rest = '';
process.stdin.setEncoding('utf8').on('data', text => {
  const lines = (rest + text).split('\\n');
  rest = lines.pop();
  for (const line of lines) groups[line[0] === '+' ? 'add' : 'delete'](Number(line.slice(1)));
}).on('close', () => {
  for (const group of groups) try { process.kill(-group, 'SIGKILL'); } catch {}
  const fs = require('node:fs');
  const mark = process.argv[1];
  if (process.platform === 'linux') for (const pid of fs.readdirSync('/proc')) try {
    if (/^[0-9]+$/.test(pid) && fs.readFileSync('/proc/' + pid + '/environ', 'latin1').includes(mark)) process.kill(Number(pid), 'SIGKILL');
  } catch {}
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
`;
let guard: ChildProcess | undefined;

function tellGuard(sign: '+' | '-', { pid }: ServerProcess): void {
  if (!POSIX || pid === undefined) return;
  if (!guard) {
    guard = spawn(process.execPath, ['-e', GUARD, `${MARK}=${mark}`], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    guard.unref();
    guard.on('error', () => undefined);
    guard.stdin?.on('error', () => undefined);
    // A pipe to a child would keep us alive.
    if (guard.stdin instanceof Socket) guard.stdin.unref();
  }
  guard.stdin?.write(`${sign}${pid}\n`);
}

function release(ended: ServerProcess): void {
  live.delete(ended);
  tellGuard('-', ended);
  if (live.size > 0) return;
  process.off('exit', killAll);
  process.off('uncaughtExceptionMonitor', killAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

const cleanups = new Set<() => void>();

/** What has to be put in order also when we are interrupted. Returns how to do it in time, once. */
export function cleanUpAtEnd(cleanup: () => void): () => void {
  cleanups.add(cleanup);
  return () => {
    if (cleanups.delete(cleanup)) cleanup();
  };
}

/** May run while the process ends, so nothing here waits. */
function killAll(): void {
  for (const started of live) started.signal('SIGKILL');
  for (const pid of strays()) killQuietly(pid);
  for (const cleanup of cleanups) cleanup();
  cleanups.clear();
}

/** Ends the servers, then lets the signal do to us what it always does. A second signal does not wait. */
function onSignal(signal: NodeJS.Signals): void {
  const again = interrupted;
  interrupted = true;
  if (!again && atInterrupt) {
    atInterrupt();
    return;
  }
  const die = (): void => {
    killAll();
    for (const s of SIGNALS) process.off(s, onSignal);
    process.kill(process.pid, signal);
  };
  if (again) {
    die();
    return;
  }
  for (const started of live) started.signal('SIGTERM');
  void Promise.race([Promise.all([...live].map(s => s.ended)), sleep(EXIT_GRACE_MS)]).then(die);
}

/** True once a signal has asked us to end: nothing new is started after that. */
export function wasInterrupted(): boolean {
  return interrupted;
}

/** Ends whatever is still there of one proof, also what has left its group. */
export async function stopAll(owner: string): Promise<void> {
  await Promise.all([...live].filter(s => s.owner === owner).map(s => s.stop()));
  for (const pid of strays(owner)) killQuietly(pid);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}

/** Processes with our mark in their environment. Only Linux shows it. */
function strays(owner?: string): readonly number[] {
  if (process.platform !== 'linux') return [];
  const found: number[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      if (readFileSync(`/proc/${entry}/environ`, 'latin1').includes(owner === undefined ? `${MARK}=${mark}` : `${MARK}=${mark} ${owner};`)) found.push(pid);
    } catch {
      // of another user, or gone
    }
  }
  return found;
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address) resolve(address.port);
        else reject(new ServerFailure('No free port could be had.'));
      });
    });
  });
}

const POLL_MS = 25;

export async function isOpen(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ port, host });
    const done = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(1000, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}

/** Resolves when the port takes connections, rejects when the server ends or the time is over. Which address answered. */
export async function untilOpen(port: number, started: ServerProcess, timeoutMs: number): Promise<string> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (!started.running) {
      await started.printed();
      throw new ServerFailure(`The server ${started.end()} before it opened port ${port}.${lastWords(started)}`);
    }
    for (const host of ['127.0.0.1', '::1']) {
      if (!(await isOpen(port, host))) continue;
      // A program that lost the race for the port ends a moment later.
      const ended = await Promise.race([started.ended.then(() => true), sleep(POLL_MS, false)]);
      if (!ended) return host;
    }
    await Promise.race([started.ended, sleep(POLL_MS)]);
  }
  throw new ServerFailure(`The server did not open port ${port} within ${timeoutMs / 1000} s.${lastWords(started)}`);
}

export function lastWords({ output }: ServerProcess): string {
  const lines = output.trim().split('\n').filter(line => line.trim() !== '');
  // The error itself, not the stack or the version line behind it.
  const error = lines.findIndex(line => /\b\w*Error\b|\berror\b/i.test(line));
  const telling = error < 0 ? lines.slice(-4) : lines.slice(error, error + 3);
  return telling.length === 0 ? '' : ` It printed: ${shortened(telling.join(' | '), 300)}`;
}

export function portIsTaken(failure: unknown): boolean {
  return failure instanceof Error && /EADDRINUSE|address already in use/i.test(failure.message);
}
