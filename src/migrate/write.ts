import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digest, type Plan } from './plan.js';

export class WriteRefused extends Error {}

interface Pending {
  readonly target: string;
  readonly temporary: string;
  /** What was there before; undefined for a new file. */
  readonly old: Buffer | undefined;
}

/** Writes all files of a plan or none. Byte order marks and file modes stay as they were. */
export function writePlan(plan: Plan): readonly string[] {
  const pending = Object.entries(plan.result).map(([file, text]) => prepare(plan, file, text));
  const renamed: Pending[] = [];
  try {
    for (const item of pending) {
      renameSync(item.temporary, item.target);
      renamed.push(item);
    }
  } catch (error) {
    for (const { target, old } of renamed) {
      if (old) writeFileSync(target, old);
      else rmSync(target, { force: true });
    }
    throw error;
  } finally {
    for (const { temporary } of pending) rmSync(temporary, { force: true });
  }
  return Object.keys(plan.result).sort();
}

function prepare(plan: Plan, file: string, text: string | null): Pending {
  const target = join(plan.root, file);
  const old = existsSync(target) ? readFileSync(target) : undefined;
  const before = old?.toString('utf8') ?? '';
  const mark = before.startsWith('\uFEFF') ? '\uFEFF' : '';
  if (old && digest(before.slice(mark.length)) !== plan.read[file]) throw new WriteRefused(`${file} has changed since it was read. Run the command again.`);
  const temporary = join(dirname(target), `.${Date.now().toString(36)}-${process.pid.toString()}-mcp-stateless.tmp`);
  mkdirSync(dirname(target), { recursive: true });
  const unique = uniquePath(temporary);
  writeFileSync(unique, mark + (text ?? ''));
  if (old) chmodSync(unique, statSync(target).mode);
  return { target, temporary: unique, old };
}

function uniquePath(path: string): string {
  let candidate = path;
  for (let n = 1; existsSync(candidate); n++) candidate = `${path}.${n.toString()}`;
  return candidate;
}
