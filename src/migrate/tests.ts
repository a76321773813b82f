// Which tests have to change with the behaviour that a migration changes, and why.
import { zoneOf } from '../files/kinds.js';
import type { Project } from '../project.js';
import type { Step } from './step.js';

export interface TestToAdapt {
  readonly file: string;
  /** What it will see that is not as before. */
  readonly because: readonly string[];
}

/** A test sees what it imports, and what that imports. */
const HOPS = 2;

/** `seen`: what tests of the code that a transform or step changes will see, by its id. */
export function testsToAdapt(project: Project, steps: readonly Step[], seen: ReadonlyMap<string, string>): readonly TestToAdapt[] {
  const changed = steps.flatMap(step => {
    const because = seen.get(step.transform);
    return because === undefined ? [] : [{ because, files: new Set(step.changes.map(c => c.file)) }];
  });
  if (changed.length === 0) return [];
  return project
    .codeFiles()
    .filter(path => zoneOf(path) === 'test')
    .flatMap(file => {
      const used = usedBy(project, file);
      const because = [...new Set(changed.flatMap(c => ([...c.files].some(f => used.has(f)) ? [c.because] : [])))];
      return because.length === 0 ? [] : [{ file, because }];
    });
}

function usedBy(project: Project, test: string): ReadonlySet<string> {
  const used = new Set([test]);
  let last = [test];
  for (let hop = 0; hop < HOPS; hop++) {
    last = last.flatMap(from => project.specifiers(from).flatMap(specifier => project.resolve(from, specifier) ?? [])).filter(path => !used.has(path));
    for (const path of last) used.add(path);
  }
  return used;
}
