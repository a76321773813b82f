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

/** What tests of the code that a step changes will see, and the words without which they do not look. */
export interface Seen {
  readonly because: string;
  readonly words?: RegExp | undefined;
}

/** `seen`: what tests of the code that a transform or step changes will see, by its id. */
export function testsToAdapt(project: Project, steps: readonly Step[], seen: ReadonlyMap<string, Seen>): readonly TestToAdapt[] {
  const changed = steps.flatMap(step => {
    const what = seen.get(step.transform);
    return what ? [{ ...what, files: new Set(step.changes.map(c => c.file)) }] : [];
  });
  if (changed.length === 0) return [];
  return project
    .codeFiles()
    .filter(path => zoneOf(path) === 'test')
    .flatMap(file => {
      const used = usedBy(project, file);
      const because = [...new Set(changed.flatMap(c => (c.words?.test(project.text(file) ?? '') !== false && [...c.files].some(f => used.has(f)) ? [c.because] : [])))];
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
