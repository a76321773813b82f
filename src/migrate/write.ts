import { lstatSync, readFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { beginEntry, finishEntry, recover, rollBack, UndoRefused, writeEntry, type Writing } from './journal.js';
import { digest, type Plan } from './plan.js';

/** The plan no longer fits what is there. Nothing has been written. */
export class WriteRefused extends Error {}

/** Writes all files of a plan or none, so that it can be undone. Byte order marks and file modes stay as they were. */
export function writePlan(plan: Pick<Plan, 'root' | 'read' | 'result'>): readonly string[] {
  try {
    recover(plan.root);
  } catch (error) {
    if (error instanceof UndoRefused) throw new WriteRefused(error.message);
    throw error;
  }
  const files = Object.entries(plan.result).map(([file, text]) => checked(plan, file, text));
  if (files.length === 0) return [];
  const entry = beginEntry(plan.root, files);
  try {
    writeEntry(plan.root, entry);
  } catch (error) {
    rollBack(plan.root, entry);
    throw error;
  }
  finishEntry(plan.root, entry);
  return files.map(f => f.file).sort();
}

const MARK = '\uFEFF';

function checked(plan: Pick<Plan, 'root' | 'read'>, file: string, text: string | null): Writing {
  const path = join(plan.root, file);
  const inside = relative(plan.root, path);
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) throw new WriteRefused(`${file} is not in the folder of the project.`);
  const now = lstatSync(path, { throwIfNoEntry: false });
  if (now && !now.isFile()) throw new WriteRefused(`${file} is no file.`);
  const read = plan.read[file];
  if (!now) {
    if (read !== undefined) throw new WriteRefused(`${file} has gone since it was read. Run the command again.`);
    return { file, before: undefined, mode: undefined, after: text === null ? undefined : Buffer.from(text) };
  }
  const before = readFileSync(path);
  const decoded = before.toString('utf8');
  const mark = decoded.startsWith(MARK) ? MARK : '';
  if (read === undefined) throw new WriteRefused(`${file} is there already. Run the command again.`);
  if (digest(decoded.slice(mark.length)) !== read) throw new WriteRefused(`${file} has changed since it was read. Run the command again.`);
  // Bytes that are no text would not come back as they were.
  if (!Buffer.from(decoded).equals(before)) throw new WriteRefused(`${file} is not in UTF-8. Convert it first.`);
  return { file, before, mode: now.mode & 0o7777, after: text === null ? undefined : Buffer.from(mark + text) };
}
