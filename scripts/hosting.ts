// What becomes of HTTP hosting with sessions in a folder of checkouts: a line for each file that hosts it, with the reason when it is left.
//   npm run hosting -- DIR [--out DIR] [--only NAME] [--target v1-stateless] [--legacy sse] [--prepared]
//   --prepared: the checkouts are on the second major of the SDK already; otherwise they are moved there first
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createTwoFilesPatch } from 'diff';
import { LEGACIES, TARGETS } from '../src/choices.js';
import { diskTree } from '../src/files/disk.js';
import type { Finding } from '../src/finding.js';
import { planMigration, type Plan } from '../src/migrate/plan.js';
import { parseSource } from '../src/parse/parse.js';
import { Project } from '../src/project.js';
import { registry } from '../src/registry.js';
import { sdkStep } from '../src/sdk-step/step.js';
import { transforms } from '../transforms/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string' }, only: { type: 'string' }, target: { type: 'string' }, legacy: { type: 'string' }, prepared: { type: 'boolean' } },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error('Name the folder of checkouts: npm run hosting -- DIR');
  process.exit(2);
}
const target = TARGETS.find(t => t === values.target) ?? '2026-07-28';
const legacy = LEGACIES.find(l => l === values.legacy) ?? 'stateless';
const transform = target === 'v1-stateless' ? 'sessions-to-stateless-transport' : 'http-sessions-to-handler';
const moves = target === '2026-07-28' && !values.prepared;
const totals = { rewritten: 0, partly: 0, declined: 0 };

function isHosting({ subject, zone }: Finding): boolean {
  return zone !== 'test' && (subject === 'transport:stateful' || subject === 'legacy-only:http' || subject === 'sse:server');
}

function linesOf(plan: Plan): readonly string[] {
  const left = plan.left.filter(isHosting);
  const reasons = new Map(plan.declines.map(d => [d.for, d.reason]));
  const lines = plan.steps.filter(s => s.transform === transform).map(s => `rewritten ${s.changes.map(c => c.file).join(' ')}`);
  const declined = new Set(left.map(f => `declined ${f.file}:${f.line} ${f.subject} ${reasons.get(f.fingerprint) ?? '(no reason)'}`));
  return [...lines, ...declined, ...plan.dropped.filter(d => d.transform === transform).map(d => `dropped ${d.reason}`)];
}

/** Names in a text that nothing declares, and imports that nothing uses. */
function loose(path: string, text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const scope of parseSource(path, text).scopes.scopes) {
    for (const { identifier, resolved } of scope.references) if ((!resolved || resolved.defs.length === 0) && identifier.type === 'Identifier' && !(identifier.name in globalThis)) found.add(`${identifier.name} is not declared`);
    for (const v of scope.variables) if (v.defs[0]?.type === 'ImportBinding' && v.references.length === 0) found.add(`${v.name} is not used`);
  }
  return found;
}

for (const name of readdirSync(folder).sort()) {
  if (values.only !== undefined && !name.includes(values.only)) continue;
  const started = performance.now();
  const plan = planMigration(new Project(diskTree(resolve(folder, name))), transforms, registry, {
    transforms: moves ? [transform, sdkStep.id] : [transform],
    choices: { target, legacy, markers: false },
    ...(moves && { prepare: [sdkStep] }),
  });
  const lines = linesOf(plan);
  if (lines.length === 0) continue;
  const isLeft = lines.some(l => !l.startsWith('rewritten'));
  const isDone = lines.some(l => l.startsWith('rewritten'));
  totals[!isLeft ? 'rewritten' : isDone ? 'partly' : 'declined']++;
  console.log(`${name} (${Math.round(performance.now() - started)} ms)\n${lines.map(l => `  ${l}`).join('\n')}`);
  const own = plan.steps.filter(s => s.transform === transform).flatMap(s => s.changes);
  for (const { file, before, after } of own) {
    const had = loose(file, before);
    for (const problem of loose(file, after ?? '')) if (!had.has(problem)) console.log(`  wrong ${file}: ${problem}`);
  }
  if (values.out === undefined || own.length === 0) continue;
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, `${name}.patch`), own.map(c => createTwoFilesPatch(c.file, c.file, c.before, c.after ?? '', undefined, undefined, { context: 3 })).join('\n'));
}
console.log(`\n${totals.rewritten} repositories rewritten, ${totals.partly} in part, ${totals.declined} declined`);
