import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { transforms } from '../transforms/index.js';
import { readFiles, transformFixtures, type Files } from './support/fixtures.js';
import { tempFolder, writeFiles } from './support/temp.js';
import { eachNth, twoVariants } from './support/variants.js';

const root = new URL('../', import.meta.url).pathname;

/** What Babel makes of the packages that it loads, once for all runs. */
const cache = tempFolder();
const overProjects = new Set(transforms.filter(t => 'rewriteProject' in t).map(t => t.id));

/** The whole folder in one run, as a team would do it. */
function runJscodeshift(module: string, folder: string, flags: readonly string[]): { readonly files: Files; readonly output: string } {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [`${root}node_modules/jscodeshift/bin/jscodeshift.js`, '-t', `${root}dist/transforms/${module}`, '--extensions=ts,tsx,mts,cts,js,jsx,mjs,cjs', ...flags, folder],
    { encoding: 'utf8', cwd: folder, env: { ...process.env, BABEL_CACHE_PATH: join(cache, 'babel.json') } },
  );
  return { files: readFiles(folder), output: `${String(status)} ${stdout}${stderr}` };
}

/** With Babel, which takes seconds to start: one transform over several workers, and one of each kind. What jscodeshift loads is the same text for all. */
const WITH_BABEL: ReadonlyMap<string, readonly string[]> = new Map([
  ['not-found-to-invalid-params', []],
  ['stdio-to-serve-stdio', ['--run-in-band']],
  ['session-to-handle', ['--run-in-band']],
]);

// Those of one third are run, and those that Babel is tried on; what all share is asked below.
const tried = new Set([...eachNth(3, transforms.map(t => t.id)), ...WITH_BABEL.keys()]);

describe.each([...tried])('%s', transform => {
  const withBabel = WITH_BABEL.get(transform);
  // Nobody is asked there: how older clients are served is the default.
  const fixtures = transformFixtures([transform]).filter(f => f.choices.legacy === undefined);
  // In turns, so that both variants are there.
  const rows = eachNth(3, fixtures.flatMap((fixture, i) => (i % 2 === 0 ? twoVariants : twoVariants.toReversed()).map(variant => ({ fixture, variant, at: `${fixture.name}/${variant.name.replaceAll(' ', '-')}/` }))));

  it.each([
    ...(withBabel ? [{ how: 'as it comes', entry: 'jscodeshift.cjs', flags: withBabel }] : []),
    { how: 'without Babel', entry: 'transform.js', flags: ['--no-babel', '--parser=tsx'] },
  ])('gives the same bytes under jscodeshift $how', ({ entry, flags }) => {
    const folder = tempFolder();
    for (const { fixture, variant, at } of rows) writeFiles(folder, under(at, variant.of(fixture.before)));
    const { files, output } = runJscodeshift(`${transform}/${entry}`, folder, flags);
    expect(output).toMatch(/^0 /);
    expect(output).toContain('0 errors');
    if (!overProjects.has(transform)) expect(files).toEqual(Object.assign({}, ...rows.map(({ fixture, variant, at }) => under(at, variant.of(fixture.alone)))));
    // What needs the whole project makes of a file by itself what it makes of it with the others, or leaves it.
    for (const { fixture, variant, at } of overProjects.has(transform) ? rows : [])
      for (const path of Object.keys(fixture.before)) expect([variant.of(fixture.before)[path], variant.of(fixture.after)[path]], at + path).toContain(files[at + path]);
  });
});

it('is loaded by the same few lines, whatever the transform', () => {
  const loaders = transforms.map(t => readFileSync(join(root, 'dist/transforms', t.id, 'jscodeshift.cjs'), 'utf8'));
  expect(new Set(loaders).size).toBe(1);
  expect([...WITH_BABEL.keys()].filter(id => !transforms.some(t => t.id === id))).toEqual([]);
});

function under(folder: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [folder + path, text]));
}
