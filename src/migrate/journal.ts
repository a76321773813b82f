// What a migration is about to change, kept until it can be taken back: `.mcp-stateless/undo/<number>/`.
//
// An entry holds the bytes of every file before and after. It is complete before the first file of the project is touched, so that
// whoever comes after a process that was killed can put everything back.
import { chmodSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { isRecord } from '../graph/workspace.js';

/** Kept in the folder of the project, and out of its repository. */
export const FOLDER = '.mcp-stateless';
const KEPT = 10;

/** A file, before and after. */
export interface JournalFile {
  readonly file: string;
  /** Absent: there was no such file. */
  readonly before?: { readonly digest: string; readonly mode: number };
  /** Absent: there is none afterwards. */
  readonly after?: { readonly digest: string };
}

/** `writing` and `undoing` are states in which a process may have died. */
type Phase = 'writing' | 'done' | 'undoing';

interface Journal {
  readonly version: 1;
  readonly phase: Phase;
  readonly pid: number;
  readonly time: string;
  readonly files: readonly JournalFile[];
  /** Folders that were made, the outer ones first. */
  readonly folders: readonly string[];
}

export interface Entry {
  readonly path: string;
  readonly journal: Journal;
}

/** A file of a migration as it is to be written. */
export interface Writing {
  readonly file: string;
  readonly before: Buffer | undefined;
  readonly mode: number | undefined;
  readonly after: Buffer | undefined;
}

export class UndoRefused extends Error {}

export function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Writes down what is going to happen. Nothing of the project has changed when this returns. */
export function beginEntry(root: string, files: readonly Writing[]): Entry {
  const base = undoFolder(root);
  mkdirSync(base, { recursive: true });
  const ignore = join(root, FOLDER, '.gitignore');
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
  const path = join(base, nextNumber(base));
  // Two processes cannot both make it.
  mkdirSync(path);
  const folders = new Set<string>();
  for (const [i, { file, before, after }] of files.entries()) {
    if (before) writeFileSync(join(path, `${i.toString()}.before`), before);
    if (after) writeFileSync(join(path, `${i.toString()}.after`), after);
    if (after) for (const folder of missingFolders(root, file)) folders.add(folder);
  }
  const journal: Journal = {
    version: 1,
    phase: 'writing',
    pid: process.pid,
    time: new Date().toISOString(),
    files: files.map(({ file, before, mode, after }) => ({ file, ...(before && mode !== undefined && { before: { digest: digestOf(before), mode } }), ...(after && { after: { digest: digestOf(after) } }) })),
    folders: [...folders].sort(),
  };
  return save({ path, journal });
}

/** Puts the new texts in place. Whatever happens here can be taken back with `rollBack`. */
export function writeEntry(root: string, { path, journal }: Entry): void {
  for (const folder of journal.folders) mkdirSync(join(root, folder), { recursive: true });
  for (const [i, { file, before, after }] of journal.files.entries()) {
    const target = join(root, file);
    if (!after) {
      unlinkSync(target);
      continue;
    }
    const waiting = waitingName(target);
    writeFileSync(waiting, readFileSync(join(path, `${i.toString()}.after`)));
    if (before) {
      chmodSync(waiting, before.mode);
      renameSync(waiting, target);
    } else putNew(waiting, target);
  }
}

/** A new file never takes the place of another one. */
function putNew(waiting: string, target: string): void {
  try {
    linkSync(waiting, target);
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK') || existsSync(target)) throw error;
    renameSync(waiting, target);
    return;
  }
  unlinkSync(waiting);
}

export function finishEntry(root: string, entry: Entry): Entry {
  const done = save({ ...entry, journal: { ...entry.journal, phase: 'done' } });
  const old = entriesOf(root).filter(e => e.journal.phase === 'done');
  for (const { path } of old.slice(0, Math.max(0, old.length - KEPT))) rmSync(path, { recursive: true, force: true });
  return done;
}

/** Puts back what was there before, and forgets the entry. Doing it twice does no harm. Names files that somebody else has changed: those stay. */
export function rollBack(root: string, entry: Entry): readonly string[] {
  const { path, journal } = entry;
  const foreign: string[] = [];
  for (const [i, { file, before, after }] of [...journal.files.entries()].reverse()) {
    const target = join(root, file);
    rmSync(waitingName(target), { force: true });
    const there = lstatSync(target, { throwIfNoEntry: false });
    const now = there?.isFile() ? digestOf(readFileSync(target)) : undefined;
    if (there && !there.isFile()) {
      // A folder, or a link: nothing that a migration writes.
      if (before) foreign.push(file);
    } else if (now !== undefined && now !== before?.digest && now !== after?.digest) foreign.push(file);
    else if (!before) rmSync(target, { force: true });
    else {
      if (now !== before.digest) {
        const waiting = waitingName(target);
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(waiting, readFileSync(join(path, `${i.toString()}.before`)));
        chmodSync(waiting, before.mode);
        renameSync(waiting, target);
      }
      if ((statSync(target).mode & 0o7777) !== (before.mode & 0o7777)) chmodSync(target, before.mode);
    }
  }
  for (const folder of [...journal.folders].reverse()) removeEmpty(join(root, folder));
  if (foreign.length === 0) forget(path);
  return foreign;
}

/** The journal goes first: without it the rest means nothing. */
function forget(path: string): void {
  rmSync(join(path, 'journal.json'), { force: true });
  rmSync(path, { recursive: true, force: true });
  const base = dirname(path);
  if (existsSync(base) && readdirSync(base).length === 0) removeEmpty(base);
  tidy(dirname(dirname(base)));
}

/** Our folder goes when there is nothing in it. */
export function tidy(root: string): void {
  const own = join(root, FOLDER);
  if (existsSync(own) && readdirSync(own).join() === '.gitignore') rmSync(own, { recursive: true, force: true });
}

/** Puts a project back that a migration left half-way, because it was killed. Says how many files it was about. */
export function recover(root: string, force = false): number {
  const base = undoFolder(root);
  if (!existsSync(base)) return 0;
  let files = 0;
  for (const entry of entriesOf(root)) {
    if (entry.journal.phase === 'done') continue;
    if (!force && isAlive(entry.journal.pid)) throw new UndoRefused(`Another migration is being written here, by process ${entry.journal.pid.toString()}. Wait for it, or use \`mcp-stateless undo --force\` when there is none.`);
    const foreign = rollBack(root, entry);
    if (foreign.length > 0) throw new UndoRefused(`A migration was interrupted, and ${foreign.join(', ')} has changed since. The texts from before are in ${entry.path}: put them back by hand, then remove that folder.`);
    files += entry.journal.files.length;
  }
  // Entries without a journal were not complete: nothing had been touched.
  const now = Date.now();
  for (const name of existsSync(base) ? readdirSync(base) : []) {
    const path = join(base, name);
    if (!existsSync(join(path, 'journal.json')) && (force || now - statSync(path).mtimeMs > ABANDONED_MS)) rmSync(path, { recursive: true, force: true });
  }
  return files;
}

/** An entry that is being prepared is younger than this. */
const ABANDONED_MS = 60_000;

/** Takes the last migration back. Undefined when there is none; otherwise the files. */
export function undoLast(root: string): readonly string[] | undefined {
  const entry = entriesOf(root)
    .filter(e => e.journal.phase === 'done')
    .at(-1);
  if (!entry) return undefined;
  const changed = entry.journal.files.filter(f => !isAsWritten(join(root, f.file), f)).map(f => f.file);
  if (changed.length > 0) throw new UndoRefused(`Changed since the migration: ${changed.join(', ')}. Undoing would lose that; put these files aside first. The texts from before are in ${entry.path}.`);
  const foreign = rollBack(root, save({ ...entry, journal: { ...entry.journal, phase: 'undoing', pid: process.pid } }));
  if (foreign.length > 0) throw new UndoRefused(`Changed in the meantime: ${foreign.join(', ')}. The texts from before are in ${entry.path}.`);
  return entry.journal.files.map(f => f.file);
}

function isAsWritten(path: string, { before, after }: JournalFile): boolean {
  const now = lstatSync(path, { throwIfNoEntry: false });
  if (!now) return after === undefined;
  if (!now.isFile()) return false;
  const digest = digestOf(readFileSync(path));
  return digest === after?.digest || digest === before?.digest;
}

/** Complete entries, the oldest first. */
export function entriesOf(root: string): readonly Entry[] {
  const base = undoFolder(root);
  if (!existsSync(base)) return [];
  return readdirSync(base)
    .filter(name => /^\d+$/.test(name))
    .sort((a, b) => Number(a) - Number(b))
    .flatMap(name => {
      const path = join(base, name);
      const journal = readJournal(join(path, 'journal.json'));
      return journal ? [{ path, journal }] : [];
    });
}

function readJournal(path: string): Journal | undefined {
  if (!existsSync(path)) return undefined;
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!isJournal(value)) throw new UndoRefused(`${path} was written by another version of this tool.`);
  return value;
}

function isJournal(value: unknown): value is Journal {
  return isRecord(value) && value['version'] === 1 && typeof value['phase'] === 'string' && typeof value['pid'] === 'number' && Array.isArray(value['files']) && Array.isArray(value['folders']);
}

function save(entry: Entry): Entry {
  const path = join(entry.path, 'journal.json');
  writeFileSync(`${path}.new`, JSON.stringify(entry.journal, null, 1));
  renameSync(`${path}.new`, path);
  return entry;
}

function undoFolder(root: string): string {
  return join(root, FOLDER, 'undo');
}

function nextNumber(base: string): string {
  const last = Math.max(0, ...readdirSync(base).flatMap(name => (/^\d+$/.test(name) ? [Number(name)] : [])));
  return (last + 1).toString().padStart(4, '0');
}

function missingFolders(root: string, file: string): readonly string[] {
  const missing: string[] = [];
  for (let folder = dirname(file); folder !== '.' && !existsSync(join(root, folder)); folder = dirname(folder)) missing.push(folder);
  return missing;
}

/** The same for everybody who has to clean up. */
function waitingName(target: string): string {
  return `${target}.mcp-stateless-new`;
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody else has put something there.
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
