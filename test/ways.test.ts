// `npm run ways` does this for all fixtures; here are one of each sort of state that a first stage leaves behind.
import { expect, it } from 'vitest';
import { transformFixtures } from './support/fixtures.js';
import { bothWays } from './support/ways.js';

const NAMES: Readonly<Record<string, string>> = {
  'session-to-handle/current-project': 'a store of handles, written for contexts of both majors',
  'roots-to-params/start-up-pair': 'what waited for the handshake',
  'stdio-to-serve-stdio/helpers': 'helpers that have nothing to do with a server any more',
};

it.each(Object.entries(NAMES))('%s ends alike both ways: %s', name => {
  const fixture = transformFixtures([name.split('/')[0] ?? '']).find(f => f.name === name);
  expect(fixture).toBeDefined();
  if (!fixture) return;
  const { direct, between, staged } = bothWays(fixture.before, fixture.choices);
  expect(between).not.toEqual(fixture.before);
  expect(staged).not.toEqual(between);
  expect(staged).toEqual(direct);
});
