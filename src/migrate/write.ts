import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { digest, type Plan } from './plan.js';

/** The plan no longer fits what is there. Nothing has been written. */
export class WriteRefused extends Error {}

interface Target {
  readonly path: string;
  /** Null for a file that goes. */
  readonly text: string | null;
  /** Mode of the file that is there now. */
  readonly mode: number | undefined;
}

/** A new text waits beside its target under this name; what was there goes aside under the other. */
interface Staged extends Target {
  readonly waiting: string;
  readonly aside: string;
}

/** Writes all files of a plan or none. Byte order marks and file modes stay as they were. */
export function writePlan(plan: Plan): readonly string[] {
  const targets = Object.entries(plan.result).map(([file, text]) => checked(plan, file, text));
  const folders: string[] = [];
  const staged: Staged[] = [];
  const moved: Staged[] = [];
  try {
    for (const target of targets) staged.push(stage(target, folders));
    for (const item of staged) {
      moved.push(item);
      moveInto(item);
    }
  } catch (error) {
    for (const item of moved.reverse()) putBack(item);
    for (const { waiting } of staged) rmSync(waiting, { force: true });
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  for (const { aside } of staged) rmSync(aside, { force: true });
  return Object.keys(plan.result).sort();
}

function checked(plan: Plan, file: string, text: string | null): Target {
  const path = join(plan.root, file);
  const inside = relative(plan.root, path);
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) throw new WriteRefused(`${file} is not in the folder of the project.`);
  const now = statSync(path, { throwIfNoEntry: false });
  if (now && !now.isFile()) throw new WriteRefused(`${file} is no file.`);
  const read = plan.read[file];
  if (!now) {
    if (read !== undefined) throw new WriteRefused(`${file} has gone since it was read. Run the command again.`);
    return { path, text, mode: undefined };
  }
  const before = readFileSync(path, 'utf8');
  const mark = before.startsWith('\uFEFF') ? '\uFEFF' : '';
  if (digest(before.slice(mark.length)) !== read) throw new WriteRefused(`${file} has changed since it was read. Run the command again.`);
  return { path, text: text === null ? null : mark + text, mode: now.mode };
}

function stage(target: Target, folders: string[]): Staged {
  const folder = mkdirSync(dirname(target.path), { recursive: true });
  if (folder !== undefined) folders.push(folder);
  const waiting = freeName(target.path, 'new');
  if (target.text !== null) {
    writeFileSync(waiting, target.text);
    if (target.mode !== undefined) chmodSync(waiting, target.mode);
  }
  return { ...target, waiting, aside: freeName(target.path, 'old') };
}

function moveInto({ path, text, mode, waiting, aside }: Staged): void {
  if (mode !== undefined) renameSync(path, aside);
  if (text !== null) renameSync(waiting, path);
}

function putBack({ path, text, mode, waiting, aside }: Staged): void {
  if (text !== null && !existsSync(waiting)) rmSync(path, { force: true });
  if (mode !== undefined && existsSync(aside)) renameSync(aside, path);
}

function freeName(path: string, what: string): string {
  const name = `${path}.${process.pid.toString()}-${what}`;
  let candidate = name;
  for (let n = 1; existsSync(candidate); n++) candidate = `${name}-${n.toString()}`;
  return candidate;
}
