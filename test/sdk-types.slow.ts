// What only a compiler can tell of the step to the second major. Each question to it takes seconds.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskTree } from '../src/files/disk.js';
import { planChecked } from '../src/migrate/checked.js';
import { typeCheck } from '../src/program/check.js';
import { Project } from '../src/project.js';
import { sdkStep } from '../src/sdk-step/step.js';
import { readFiles } from './support/fixtures.js';
import { ROOT } from './support/imports.js';
import { tempFolder } from './support/temp.js';

describe('with a compiler', () => {
  const typed = join(ROOT, 'fixtures/sdk-v1-to-v2-typed/results');
  const folder = tempFolder(readFiles(join(typed, 'before')));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));

  it('what types of the second major no longer take is said to be what it is, and the rest is marked', () => {
    const project = new Project(diskTree(folder));
    const plan = planChecked(project, [], { rules: [], transformOf: () => undefined }, { includeTests: true, prepare: [sdkStep] }, () => typeCheck(folder));
    const files = Object.fromEntries(Object.entries(plan.result).flatMap(([file, text]) => (text === null ? [] : [[file, text]])));
    expect(files).toEqual(readFiles(join(typed, 'after')));
    expect(plan.types.added.map(e => [e.file, e.code])).toEqual([['shown.ts', 2339]]);
    expect(plan.markers.map(m => [m.file, m.id])).toEqual([['shown.ts', 'sdk-type']]);
  }, 300_000);
});
