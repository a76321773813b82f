// The variables that a migrated server reads, in the file that shows them to whoever sets it up.
import { posix } from 'node:path';
import { manifestOf } from '../graph/workspace.js';
import type { Project } from '../project.js';
import type { Variable } from '../transform.js';
import type { FileChange, Step } from './step.js';

const EXAMPLE = /^(?:\.env\.(?:example|sample|template|dist|defaults)|(?:example|sample)\.env)$/i;

/** Files such as `.env.example`, where there are any, with the variables that they do not have yet. */
export function describedVariables(project: Project, steps: readonly Pick<Step, 'changes' | 'variables'>[]): readonly FileChange[] {
  const wanted = new Map<string, Variable[]>();
  for (const { changes, variables } of steps) {
    const [first] = changes;
    const path = first && variables.length > 0 ? exampleFor(project, first.file) : undefined;
    if (path !== undefined) wanted.set(path, [...(wanted.get(path) ?? []), ...variables]);
  }
  return [...wanted].flatMap(([file, variables]) => {
    const before = project.text(file) ?? '';
    const all = variables.reduce(withVariable, before);
    const after = before === '' || before.endsWith('\n') ? all : all.replace(/\r?\n$/, '');
    return after === before ? [] : [{ file, before, after }];
  });
}

/** Beside the manifest of the package, else at the root. */
function exampleFor(project: Project, changed: string): string | undefined {
  const own = manifestOf(project.manifests, changed)?.folder ?? '';
  return [own, ''].flatMap(folder => project.tree.files.flatMap(f => (posix.dirname(f.path) === (folder || '.') && EXAMPLE.test(posix.basename(f.path)) ? [f.path] : [])))[0];
}

/** What is optional is there to be uncommented. */
function withVariable(text: string, { name, purpose, example, required }: Variable): string {
  if (new RegExp(`^[ \\t]*(?:#[ \\t]*)?(?:export[ \\t]+)?${name}[ \\t]*=`, 'm').test(text)) return text;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const start = text === '' || text.endsWith('\n') ? text : text + eol;
  return `${start}${text.trim() === '' ? '' : eol}# ${purpose}${eol}${required ? '' : '# '}${name}=${example ?? ''}${eol}`;
}
