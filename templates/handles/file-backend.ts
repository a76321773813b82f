import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { HandleBackend, HandleRecord } from './handle-store.js';

const STALE_MS = 10_000;
const SWEEP_MS = 60 * 60_000;

/** Several processes with a disk in common. A lock file makes load, compare and write one step. */
export class FileBackend implements HandleBackend {
  readonly #folder: string;
  #sweepAt = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async load(key: string): Promise<HandleRecord | undefined> {
    try {
      return JSON.parse(await readFile(join(this.#folder, key), 'utf8')) as HandleRecord;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async save(key: string, record: HandleRecord, expectedRev: number): Promise<boolean> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#sweep();
    const path = join(this.#folder, key);
    const lock = await take(`${path}.lock`);
    try {
      if (((await this.load(key))?.rev ?? 0) !== expectedRev) return false;
      const next = `${path}.${randomUUID()}.new`;
      await writeFile(next, JSON.stringify(record), { mode: 0o600 });
      // The time of the file says when it can go.
      await utimes(next, new Date(), new Date(record.expiresAt));
      if (!(await lock.isMine())) return await rm(next, { force: true }).then(() => false);
      await rename(next, path);
      return true;
    } finally {
      await lock.free();
    }
  }

  /** Removes what has expired, and what crashed processes left behind. */
  async #sweep(): Promise<void> {
    const now = Date.now();
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + SWEEP_MS;
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      const { mtimeMs, ctimeMs } = await stat(path).catch(() => ({ mtimeMs: now, ctimeMs: now }));
      if (now - Math.max(mtimeMs, ctimeMs) > SWEEP_MS) await rm(path, { force: true });
    }
  }
}

interface LockFile {
  isMine(): Promise<boolean>;
  free(): Promise<void>;
}

/** A file that only one process can make. */
async function take(path: string): Promise<LockFile> {
  const token = randomUUID();
  for (;;) {
    try {
      await writeFile(path, token, { flag: 'wx', mode: 0o600 });
      break;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    await breakStale(path);
    await new Promise(resolve => setTimeout(resolve, 1 + Math.random() * 4));
  }
  const isMine = async (): Promise<boolean> => (await readFile(path, 'utf8').catch(() => '')) === token;
  return { isMine, free: async () => ((await isMine()) ? rm(path, { force: true }) : undefined) };
}

/** The lock of a process that crashed goes aside. If it was another's after all, it comes back. */
async function breakStale(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found || Date.now() - found.mtimeMs < STALE_MS) return;
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => undefined);
  const moved = await stat(aside).catch(() => undefined);
  if (moved && moved.ino !== found.ino) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** MCP_HANDLE_DIR names a folder that all replicas share. */
export const handleBackend = new FileBackend(process.env['MCP_HANDLE_DIR'] ?? join(homedir(), '.mcp-handles'));
