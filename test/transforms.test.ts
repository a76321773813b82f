import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { transforms } from '../transforms/index.js';
import { auditTree } from '../src/audit.js';
import { diskTree } from '../src/files/disk.js';
import { planMigration, type Plan } from '../src/migrate/plan.js';
import { writePlan } from '../src/migrate/write.js';
import { Project } from '../src/project.js';
import { registry } from '../src/registry.js';
import { takes, type TransformDefinition } from '../src/transform.js';
import { readFiles, transformFixtures, type Files, type TransformFixture } from './support/fixtures.js';
import { tempFolder } from './support/temp.js';
import { typeErrorsIn } from './support/types.js';
import { brokenFiles, isCode } from './support/broken.js';
import { fewVariants, type Variant } from './support/variants.js';

const fixtures = transformFixtures(transforms.map(t => t.id));

function definitionOf(id: string): TransformDefinition {
  const found = transforms.find(t => t.id === id);
  if (!found) throw new Error(`There is no transform ${id}.`);
  return found;
}

function inTurns(variants: readonly Variant[], index: number): readonly Variant[] {
  return process.env['ALL_VARIANTS'] === undefined ? variants.filter((_, i) => i === index % variants.length) : variants;
}

function migrate(folder: string, { transform, choices }: TransformFixture): Plan {
  return planMigration(new Project(diskTree(folder)), [definitionOf(transform)], registry, { includeTests: true, choices });
}

/** What a project does not have yet is written in its style, but without the oddities of single files. */
function afterOf({ before, after }: TransformFixture, variant: Variant): Files {
  const old = variant.of(before);
  return Object.fromEntries(Object.entries(variant.of(after)).map(([path, text]) => [path, variant.oldFilesOnly && !(path in before) ? (after[path] ?? '') : text + lineBreakOf(old[path] ?? '\n', text)]));
}

/** Of a file without a last line break: where its last line goes, the one before it keeps its own. */
function lineBreakOf(before: string, after: string): string {
  const [last, ...others] = before.split(/(?<=\n)/).reverse();
  const end = after.split(/(?<=\n)/).at(-1) ?? '';
  return !before.endsWith('\n') && last !== end && others.includes(`${end}\n`) ? '\n' : '';
}

describe.each(fixtures.map((fixture, index) => ({ ...fixture, index })))('$name', ({ index, ...fixture }) => {
  const transform = definitionOf(fixture.transform);
  // As written, and the others in turns.
  const [asWritten, ...others] = fewVariants;

  for (const variant of [...(asWritten ? [asWritten] : []), ...inTurns(others, index)]) {
    it(`gives exactly the expected bytes, ${variant.name}`, () => {
      const before = variant.of(fixture.before);
      const after = afterOf(fixture, variant);
      expect(brokenFiles(before), 'the variant of the fixture parses').toEqual([]);
      const folder = tempFolder(before);
      const plan = migrate(folder, fixture);
      expect(plan.dropped).toEqual([]);
      writePlan(plan);
      expect(readFiles(folder)).toEqual(after);
      expect(brokenFiles(after)).toEqual([]);
      expect(migrate(folder, fixture).result, 'a second run').toEqual({});
    });
  }

  it('leaves the findings that it should, and says why', () => {
    const folder = tempFolder(fixture.before);
    const plan = migrate(folder, fixture);
    writePlan(plan);
    const { findings } = auditTree(diskTree(folder), registry, { includeTests: true });
    expect(findings.filter(f => takes(transform, f.rule, f.clause)).map(f => `${f.file} ${f.subject}`)).toEqual(fixture.left);
    expect(plan.declines.map(d => d.reason)).toEqual(fixture.declines);
  });
});

it('has fixtures that change and fixtures that must not change for every transform', () => {
  for (const { id } of transforms) {
    const own = fixtures.filter(f => f.transform === id);
    expect(own.filter(f => f.after !== f.before).length, `${id} has examples of a change`).toBeGreaterThan(1);
    expect(own.filter(f => f.after === f.before).length, `${id} has examples that stay as they are`).toBeGreaterThan(0);
  }
});

it('has no fixture of which before and after are the same', () => {
  expect(fixtures.filter(f => f.after !== f.before && JSON.stringify(f.after) === JSON.stringify(f.before)).map(f => f.name)).toEqual([]);
});

it('gives code that compiles against the real SDK', () => {
  const files = fixtures.flatMap(f => ['after', 'before'].flatMap(part => codeIn(join(f.folder, part))));
  expect(files.length).toBeGreaterThan(fixtures.length);
  expect(typeErrorsIn(files)).toEqual([]);
}, 240_000);

function codeIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap(e => (e.isFile() && isCode(e.name) ? [join(e.parentPath, e.name)] : []));
  } catch {
    return [];
  }
}
