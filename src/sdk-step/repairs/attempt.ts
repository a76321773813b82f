import type { CompileError, TypeCheck } from '../../migrate/types.js';
import type { Project } from '../../project.js';
import { runPass, type Pass, type PassFile } from '../pass.js';

/** What a compiler says of a project, as far as repairs are concerned. */
export interface Tried {
  readonly project: Project;
  readonly errors: readonly CompileError[];
}

/** Edits for errors. They count where fewer errors are left than before. */
export interface TypeRepair {
  readonly fits: (error: CompileError) => boolean;
  /** Ways of saying the same, the plainest first. */
  readonly ways: readonly ((project: Project, errors: readonly CompileError[], last: Tried | undefined) => ReadonlyMap<string, string>)[];
}

/** An assertion of a type that has too little in common with the value. */
export const NO_OVERLAP = 2352;

/** The first way after which less is wrong. Of its files, those in which nothing got better stay as they are. */
export function attempt(now: Tried, { fits, ways }: TypeRepair, types: TypeCheck): Tried {
  const errors = now.errors.filter(fits);
  if (errors.length === 0) return now;
  let best = now;
  let last: Tried | undefined;
  for (const way of ways) {
    const changes = way(now.project, errors, last);
    if (changes.size === 0) continue;
    last = asked(now, changes, types);
    if (last.errors.length < best.errors.length) best = last;
    if (best === last && !last.errors.some(e => e.code === NO_OVERLAP)) break;
  }
  return best;
}

function asked(now: Tried, changes: ReadonlyMap<string, string>, types: TypeCheck): Tried {
  const project = now.project.with(changes);
  const files = [...new Set([...now.errors.map(e => e.file), ...changes.keys()])];
  return { project, errors: types.errors(project, files, false).errors };
}

/** What a pass makes of these files, where it changes them. */
export function editedIn(project: Project, paths: Iterable<string>, pass: Pass): ReadonlyMap<string, string> {
  const changes = new Map<string, string>();
  for (const path of paths) {
    const after = runPass(project, pass, [path]).text(path);
    if (after !== undefined && after !== project.text(path)) changes.set(path, after);
  }
  return changes;
}

/** Edits of the files that errors are in, each file with its own. */
export function editedWhere(project: Project, errors: readonly CompileError[], pass: Omit<Pass, 'rewrite'>, rewrite: (file: PassFile, errors: readonly CompileError[]) => void): ReadonlyMap<string, string> {
  return editedIn(project, new Set(errors.map(e => e.file)), { ...pass, rewrite: edited => rewrite(edited, errors.filter(e => e.file === edited.file.path)) });
}
