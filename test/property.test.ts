// What must hold for every migration, on all fixtures at once and in their variants. `npm run property` does the same on real projects.
import { expect, it } from 'vitest';
import { transforms } from '../transforms/index.js';
import { transformFixtures } from './support/fixtures.js';
import { checkProperties } from './support/property.js';
import { twoVariants } from './support/variants.js';

const fixtures = transformFixtures(transforms.map(t => t.id));

it.each(twoVariants)('holds for all fixtures, $name', async ({ of }) => {
  let changed = 0;
  const markers: Record<string, readonly string[]> = {};
  for (const { name, before } of fixtures) {
    const held = checkProperties(new Map(Object.entries(of(before))));
    expect(held.violations, name).toEqual([]);
    expect(held.dropped, name).toEqual([]);
    changed += held.changed;
    if (held.markers.length > 0) markers[name] = held.markers;
  }
  // Read it before it is renewed with `vitest -u`: a comment that is missing is work that nobody is told of, one too many is an alarm.
  await expect(`${JSON.stringify(markers, null, 2)}\n`).toMatchFileSnapshot('../fixtures/markers.json');
  expect(changed).toBeGreaterThan(fixtures.length / 2);
}, 240_000);
