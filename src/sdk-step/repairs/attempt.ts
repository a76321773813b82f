import type { CompileError, TypeCheck } from '../../migrate/types.js';
import type { Project } from '../../project.js';

/** Edits that are kept where fewer errors are left than before. */
export function attempt(project: Project, changes: ReadonlyMap<string, string>, asked: readonly string[], errors: readonly CompileError[], types: TypeCheck): Project {
  if (changes.size === 0) return project;
  const next = project.with(changes);
  return types.errors(next, asked, false).errors.length < errors.length ? next : project;
}
