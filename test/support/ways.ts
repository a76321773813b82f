// The direct way to the new revision, and the one that stops at the first SDK line without sessions.
import type { Choices } from '../../src/choices.js';
import { memoryTree } from '../../src/files/memory.js';
import { planMigration } from '../../src/migrate/plan.js';
import { prepareSteps } from '../../src/migrate/steps.js';
import { Project } from '../../src/project.js';
import { registry } from '../../src/registry.js';
import { transforms } from '../../transforms/index.js';
import type { Files } from './fixtures.js';

export interface Ways {
  readonly direct: Files;
  /** After the first stage. */
  readonly between: Files;
  readonly staged: Files;
}

/** The same project both ways, with the same choices and with comments for a person. */
export function bothWays(files: Files, choices: Partial<Choices>): Ways {
  const to = (target: Choices['target'], texts: Files): Files => migrated(texts, { ...choices, target, markers: true });
  const between = to('v1-stateless', files);
  return { direct: to('2026-07-28', files), between, staged: to('2026-07-28', between) };
}

function migrated(files: Files, choices: Partial<Choices>): Files {
  const { result } = planMigration(new Project(memoryTree(new Map(Object.entries(files)))), transforms, registry, { includeTests: true, prepare: prepareSteps, markLeft: true, choices });
  const all = new Map(Object.entries(files));
  for (const [file, text] of Object.entries(result)) {
    if (text === null) all.delete(file);
    else all.set(file, text);
  }
  return Object.fromEntries(all);
}
