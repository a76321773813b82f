// Migrates a folder as `migrate --write` does: `tsx scripts/goldens/apply.ts DIR [--only a,b] [--target T] [--patch]`. Prints what a report of the run needs.
import { resolve } from 'node:path';
import { auditProject } from '../../src/audit.js';
import { TARGETS } from '../../src/choices.js';
import { diskTree } from '../../src/files/disk.js';
import type { Finding } from '../../src/finding.js';
import { planChecked } from '../../src/migrate/checked.js';
import { prepareSteps } from '../../src/migrate/steps.js';
import { typeCheck } from '../../src/program/check.js';
import { writePlan } from '../../src/migrate/write.js';
import { Project } from '../../src/project.js';
import { registry } from '../../src/registry.js';
import { unifiedPatch } from '../../src/report/patch.js';
import { transforms } from '../../transforms/index.js';

const [dir = '.', ...flags] = process.argv.slice(2);
const valueOf = (flag: string): string | undefined => (flags.includes(flag) ? flags[flags.indexOf(flag) + 1] : undefined);
const only = valueOf('--only')?.split(',');
const target = TARGETS.find(t => t === valueOf('--target'));
const project = new Project(diskTree(resolve(dir)));
const found = auditProject(project, registry, { includeTests: true }).findings;
const started = performance.now();
const plan = planChecked(project, transforms, registry, { includeTests: true, prepare: prepareSteps, markLeft: true, findings: found, ...(only && { transforms: only }), ...(target && { choices: { target } }) }, () => typeCheck(project.root));
const ms = Math.round(performance.now() - started);
if (flags.includes('--patch')) process.stdout.write(unifiedPatch(Object.entries(plan.result).map(([file, after]) => ({ file, before: project.text(file), after }))));
else writePlan(plan);
console.log(JSON.stringify({ files: Object.keys(plan.result).length, markers: plan.markers, dropped: plan.dropped.map(d => `${d.transform}: ${d.reason}`), notes: plan.notes, tests: plan.tests, steps: plan.steps.map(s => s.transform), ms, types: plan.types.verdict, added: plan.types.added.length, found: found.map(short), left: plan.left.map(f => ({ ...short(f), why: plan.declines.find(d => d.for === f.fingerprint)?.reason ?? plan.dropped.find(d => d.answers?.includes(f.fingerprint))?.reason })) }));

function short({ rule, subject, file, zone }: Finding): object {
  return { rule, subject, file, zone };
}
