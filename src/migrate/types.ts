// What the plan asks a compiler.
import type { Project } from '../project.js';
import type { DependencyChange } from '../transform.js';
import type { CompileError } from './step.js';

export type { CompileError } from './step.js';

export interface CheckedTypes {
  readonly errors: readonly CompileError[];
  readonly checked: number;
  /** Files that no configuration covers, or whose packages are not installed. */
  readonly unchecked: readonly string[];
}

export interface TypeCheck {
  /** Errors in these files, and with `all` in those that import them; with `only`, in no others than these. */
  errors(project: Project, files: readonly string[], all?: boolean, only?: ReadonlySet<string>): CheckedTypes;
  /** Whether there is an error in these files or in those that import them. The first one is enough. */
  hasErrors(project: Project, files: readonly string[]): boolean;
}

/** Errors that were not there before. Lines move; what is wrong with what does not. */
export function newErrors(before: readonly CompileError[], after: readonly CompileError[], added: readonly DependencyChange[]): readonly CompileError[] {
  const known = new Map<string, number>();
  for (const e of before) known.set(keyOf(e), (known.get(keyOf(e)) ?? 0) + 1);
  const pending = after.filter(e => isMissingPackage(e, added));
  const unclear = new Set(pending.map(e => e.file));
  return after.filter(error => {
    const left = known.get(keyOf(error)) ?? 0;
    known.set(keyOf(error), left - 1);
    if (left > 0 || pending.includes(error)) return false;
    // Without its types, what a package calls back with has none.
    return !(unclear.has(error.file) && /^70\d\d$/.test(String(error.code)));
  });
}

export function keyOf({ file, code, message }: CompileError): string {
  return [file, code, message].join('\0');
}

/** A package that the migration adds, and that nobody can have installed yet. */
function isMissingPackage({ code, message }: CompileError, added: readonly DependencyChange[]): boolean {
  if (code !== 2307 && code !== 7016) return false;
  const name = /module '([^']+)'/.exec(message)?.[1];
  return name !== undefined && added.some(d => d.range !== undefined && (name === d.name || name.startsWith(`${d.name}/`)));
}
