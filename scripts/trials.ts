// What the transforms do to a folder of checkouts: a table of what was rewritten and what was declined, and the patches to read.
//   npm run trials -- DIR [--transforms a,b] [--out DIR] [--only NAME] [--target v1-stateless] [--sdk]
//   --sdk: after the step to the second major of the SDK, as migrate does it
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createTwoFilesPatch } from 'diff';
import { transforms } from '../transforms/index.js';
import { diskTree } from '../src/files/disk.js';
import { TARGETS } from '../src/choices.js';
import { planMigration } from '../src/migrate/plan.js';
import { Project } from '../src/project.js';
import { registry } from '../src/registry.js';
import { sdkStep } from '../src/sdk-step/step.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { transforms: { type: 'string' }, out: { type: 'string' }, only: { type: 'string' }, target: { type: 'string' }, sdk: { type: 'boolean' } },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error('Name the folder of checkouts: npm run trials -- DIR');
  process.exit(2);
}
const wanted = values.transforms?.split(',');
const target = TARGETS.find(t => t === values.target) ?? '2026-07-28';
const totals = { rewritten: 0, declined: 0, dropped: 0 };

for (const name of readdirSync(folder).sort()) {
  if (values.only !== undefined && !name.includes(values.only)) continue;
  const started = performance.now();
  const plan = planMigration(new Project(diskTree(resolve(folder, name))), transforms, registry, { ...(wanted && { transforms: values.sdk ? [...wanted, sdkStep.id] : wanted }), choices: { target }, ...(values.sdk && { prepare: [sdkStep] }) });
  const gone = plan.steps.reduce((sum, s) => sum + s.verdict.gone, 0);
  totals.rewritten += gone;
  totals.declined += plan.declines.length;
  totals.dropped += plan.dropped.length;
  if (gone + plan.declines.length + plan.dropped.length === 0) continue;
  console.log(`${name}: ${gone} rewritten, ${plan.declines.length} declined, ${plan.dropped.length} dropped (${Math.round(performance.now() - started)} ms)`);
  for (const step of plan.steps) for (const change of step.changes) console.log(`  ${step.transform}: ${change.file}`);
  const places = new Map(plan.left.map(f => [f.fingerprint, `${f.file}:${f.line}`]));
  for (const decline of plan.declines) console.log(`  - ${places.get(decline.for) ?? ''} ${decline.reason}`);
  for (const drop of plan.dropped) console.log(`  ! ${drop.transform}: ${drop.reason}`);
  if (values.out !== undefined && gone > 0) {
    mkdirSync(values.out, { recursive: true });
    const patches = plan.steps.flatMap(s => s.changes.map(c => createTwoFilesPatch(c.file, c.file, c.before, c.after ?? '', undefined, undefined, { context: 3 })));
    writeFileSync(join(values.out, `${name}.patch`), patches.join('\n'));
  }
}
console.log(`\n${totals.rewritten} findings rewritten, ${totals.declined} declined, ${totals.dropped} steps dropped`);
