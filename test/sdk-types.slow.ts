// What only a compiler can tell of the step to the second major. Each question to it takes seconds.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskTree } from '../src/files/disk.js';
import { planChecked, type CheckedPlan } from '../src/migrate/checked.js';
import { typeCheck } from '../src/program/check.js';
import { Project } from '../src/project.js';
import { sdkStep } from '../src/sdk-step/step.js';
import { readFiles, type Files } from './support/fixtures.js';
import { ROOT } from './support/imports.js';
import { tempFolder } from './support/temp.js';

interface Case {
  readonly added: readonly (readonly [file: string, code: number])[];
  readonly markers: readonly (readonly [file: string, id: string])[];
}

const CASES: Readonly<Record<string, Case>> = {
  // What types of the second major no longer take is said to be what it is, and the rest is marked.
  results: { added: [['shown.ts', 2339]], markers: [['shown.ts', 'sdk-type']] },
  // Types that schemas of the SDK are asked for by another major of zod.
  'other-zod': { added: [], markers: [] },
  // A package whose server goes to a framework of the first major waits; its neighbour does not.
  framework: { added: [], markers: [['hosted/counter.ts', 'sdk-framework'], ['worker/worker.ts', 'sdk-framework']] },
};

describe.each(Object.entries(CASES))('with a compiler: %s', (name, expected) => {
  const typed = join(ROOT, 'fixtures/sdk-v1-to-v2-typed', name);
  const plan = (before: Files): CheckedPlan => {
    const folder = tempFolder(before);
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    return planChecked(new Project(diskTree(folder)), [], { rules: [], transformOf: () => undefined }, { includeTests: true, prepare: [sdkStep] }, () => typeCheck(folder));
  };
  const files = ({ result }: CheckedPlan): Files => Object.fromEntries(Object.entries(result).flatMap(([file, text]) => (text === null ? [] : [[file, text]])));

  it('comes out as written down, and stays so', () => {
    const before = readFiles(join(typed, 'before'));
    const first = plan(before);
    expect(files(first)).toEqual(readFiles(join(typed, 'after')));
    expect(first.types.added.map(e => [e.file, e.code])).toEqual(expected.added);
    expect(first.markers.map(m => [m.file, m.id])).toEqual(expected.markers);
    expect(files(plan({ ...before, ...files(first) }))).toEqual({});
  }, 300_000);
});
