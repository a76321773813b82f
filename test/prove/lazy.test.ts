import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Modules that are loaded with this one: what it imports at the top, types aside. */
function loadedWith(entry: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const text = readFileSync(file, 'utf8').replaceAll(/^(?:import|export) type [^;]*;/gm, '');
    for (const [, path = ''] of text.matchAll(/^(?:import|export) [^;]*?from '(\.[^']+)\.js';/gm)) {
      const target = `${resolve(dirname(file), path)}.ts`;
      if (existsSync(target)) open.push(target);
    }
  }
  return seen;
}

it.each(['src/cli.ts', 'src/index.ts'])('%s loads nothing of prove until it is asked to', entry => {
  const loaded = [...loadedWith(join(root, entry))].map(f => relative(root, f));
  expect(loaded.length).toBeGreaterThan(3);
  // The names of its options are part of the help.
  expect(loaded.filter(f => (f.includes('prove') && f !== 'src/commands/prove-options.ts') || f === 'src/report/proof.ts')).toEqual([]);
});
