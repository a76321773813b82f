// `npm run ways`: whether the two stages, v1-stateless and then 2026-07-28, end where the direct way ends, on all fixtures of the transforms.
// Fails when a fixture differs that the table in docs/two-stages.md does not name, or when it names one that does not differ.
import { readFileSync } from 'node:fs';
import { createPatch } from 'diff';
import { transformFixtures } from '../test/support/fixtures.js';
import { bothWays } from '../test/support/ways.js';
import { transforms } from '../transforms/index.js';

const known = new Set([...readFileSync(new URL('../docs/two-stages.md', import.meta.url), 'utf8').matchAll(/^\| `([\w/-]+)` \|/gm)].map(m => m[1]));
let [same, bad] = [0, 0];
for (const { name, before, choices } of transformFixtures(transforms.map(t => t.id))) {
  const { direct, staged } = bothWays(before, choices);
  const files = [...new Set([...Object.keys(direct), ...Object.keys(staged)])].filter(f => direct[f] !== staged[f]).sort();
  if (files.length === 0) same++;
  const isKnown = known.has(name);
  if (isKnown === files.length > 0) continue;
  bad++;
  console.log(isKnown ? `${name}: no longer differs; take it out of docs/two-stages.md` : `${name}: differs`);
  for (const file of files) console.log(createPatch(file, direct[file] ?? '', staged[file] ?? '', 'direct', 'in two stages').split('\n').slice(2).join('\n'));
}
console.log(`${same} fixtures end alike, ${known.size} differ for reasons that are written down, ${bad} are not as written down`);
process.exitCode = bad === 0 ? 0 : 1;
