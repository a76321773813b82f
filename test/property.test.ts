// What must hold for every migration, on all fixtures at once and in their variants. `npm run property` does the same on real projects.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { transforms } from '../transforms/index.js';
import { transformFixtures } from './support/fixtures.js';
import { checkProperties } from './support/property.js';
import { eachNth, twoVariants } from './support/variants.js';

const fixtures = transformFixtures(transforms.map(t => t.id));

it.each(twoVariants)('holds for fixtures, $name', async ({ of, name: variant }) => {
  let changed = 0;
  const markers: Record<string, readonly string[]> = {};
  const isWhole = variant === twoVariants[0]?.name;
  const checked = isWhole ? fixtures : eachNth(4, fixtures);
  for (const { name, before } of checked) {
    const held = checkProperties(new Map(Object.entries(of(before))));
    expect(held.violations, name).toEqual([]);
    expect(held.dropped, name).toEqual([]);
    changed += held.changed;
    if (held.markers.length > 0) markers[name] = held.markers;
  }
  // Read it before it is renewed with `vitest -u`: a comment that is missing is work that nobody is told of, one too many is an alarm.
  if (isWhole) await expect(`${JSON.stringify(markers, null, 2)}\n`).toMatchFileSnapshot('../fixtures/markers.json');
  const known = JSON.parse(readFileSync(new URL('../fixtures/markers.json', import.meta.url), 'utf8')) as Readonly<Record<string, readonly string[]>>;
  for (const { name } of checked) expect(markers[name], name).toEqual(known[name]);
  expect(changed).toBeGreaterThan(checked.length / 2);
}, 240_000);
