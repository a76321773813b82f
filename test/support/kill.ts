// Migrations that are killed while they write, and what is there afterwards.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { digest } from '../../src/migrate/plan.js';
import { entriesOf, recover, undoLast } from '../../src/migrate/journal.js';

const WRITER = new URL('./writer.mjs', import.meta.url).pathname;

/** Bytes and modes of all files, and all folders, as one comparable text each. */
export type Snapshot = Readonly<Record<string, string>>;

export function snapshot(root: string): Snapshot {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(root, path);
    if (name === '.mcp-stateless' || name.startsWith('.mcp-stateless/')) continue;
    found[name] = entry.isFile() ? `${(statSync(path).mode & 0o7777).toString(8)} ${readFileSync(path).toString('base64')}` : 'folder';
  }
  return found;
}

/** A project with files of all sorts, and what is to become of it. */
export function makeProject(root: string, files: number): { readonly root: string; readonly read: Record<string, string>; readonly result: Record<string, string | null> } {
  const read: Record<string, string> = {};
  const result: Record<string, string | null> = {};
  for (let i = 0; i < files; i++) {
    const file = `src/part-${(i % 7).toString()}/file-${i.toString()}.ts`;
    const before = `${i % 5 === 0 ? '\uFEFF' : ''}// before ${i.toString()} ${'ä'.repeat(i * 13)}${i % 3 === 0 ? '\r\n' : '\n'}`;
    if (i % 4 !== 3) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), before);
      if (i % 6 === 0) chmodSync(join(root, file), 0o755);
      read[file] = digest(before.replace(/^\uFEFF/, ''));
    }
    result[i % 4 === 3 ? `made/${(i % 3).toString()}/${file}` : file] = i % 4 === 2 ? null : `// after ${i.toString()} ${'ö'.repeat(i * 17)}\n`;
  }
  writeFileSync(join(root, 'untouched.bin'), Buffer.from([0, 255, 254, 10]));
  return { root, read, result };
}

export interface Took {
  /** From the first byte to the end. */
  readonly all: number;
  /** From when the journal has appeared: the files of the project change in it. */
  readonly changing: number;
}

/** A kill, so many milliseconds after the writing has begun or after the journal has appeared. */
export interface Kill {
  readonly after: 'begin' | 'journal';
  readonly delayMs: number;
}

/** Runs the writer. How long the writing took, when it was not killed. */
export async function writeAndKill(plan: object, root: string, kill: Kill | undefined): Promise<Took | undefined> {
  const child = spawn(process.execPath, [WRITER, ...(kill?.after === 'journal' ? [kill.delayMs.toString()] : [])], { stdio: ['pipe', 'pipe', 'inherit'], cwd: root });
  child.stdin.end(JSON.stringify(plan));
  let took: Took | undefined;
  await new Promise<void>(resolve => {
    child.stdout.on('data', (chunk: Buffer) => {
      const text = chunk.toString();
      if (text.includes('begin') && kill?.after === 'begin') setTimeout(() => child.kill('SIGKILL'), kill.delayMs);
      const done = /done ([\d.]+) ([\d.]+)/.exec(text);
      if (done) took = { all: Number(done[1]), changing: Number(done[2]) };
    });
    child.on('close', () => resolve());
  });
  return took;
}

export interface Killed {
  readonly state: 'old' | 'new' | 'torn';
  /** Where the kill came. */
  readonly during: 'before' | 'writing' | 'after';
  /** How many places were already other than before. */
  readonly changed: number;
  /** After undoing, everything is as it was. */
  readonly restored: boolean;
}

/** What the next start finds, and whether the migration can be undone then. */
export function inspect(root: string, before: Snapshot, after: Snapshot): Killed {
  const open = existsSync(join(root, '.mcp-stateless')) ? entriesOf(root) : [];
  const during = open.some(e => e.journal.phase === 'writing') ? 'writing' : open.length > 0 ? 'after' : 'before';
  const found = snapshot(root);
  const changed = [...new Set([...Object.keys(before), ...Object.keys(found)])].filter(name => before[name] !== found[name]).length;
  recover(root, true);
  const now = JSON.stringify(snapshot(root));
  const state = now === JSON.stringify(before) ? 'old' : now === JSON.stringify(after) ? 'new' : 'torn';
  undoLast(root);
  return { state, during, changed, restored: JSON.stringify(snapshot(root)) === JSON.stringify(before) };
}
