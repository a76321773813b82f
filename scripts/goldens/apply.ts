// Migrates a folder as `migrate --write` does: `tsx scripts/goldens/apply.ts DIR [--only a,b] [--patch]`. Prints what a report of the run needs.
import { resolve } from 'node:path';
import { diskTree } from '../../src/files/disk.js';
import { planChecked } from '../../src/migrate/checked.js';
import { prepareSteps } from '../../src/migrate/steps.js';
import { typeCheck } from '../../src/program/check.js';
import { writePlan } from '../../src/migrate/write.js';
import { Project } from '../../src/project.js';
import { registry } from '../../src/registry.js';
import { unifiedPatch } from '../../src/report/patch.js';
import { transforms } from '../../transforms/index.js';

const [dir = '.', ...flags] = process.argv.slice(2);
const only = flags.includes('--only') ? flags[flags.indexOf('--only') + 1]?.split(',') : undefined;
const project = new Project(diskTree(resolve(dir)));
const started = performance.now();
const plan = planChecked(project, transforms, registry, { includeTests: true, prepare: prepareSteps, ...(only && { transforms: only }) }, () => typeCheck(project.root));
const ms = Math.round(performance.now() - started);
if (flags.includes('--patch')) process.stdout.write(unifiedPatch(Object.entries(plan.result).map(([file, after]) => ({ file, before: project.text(file), after }))));
else writePlan(plan);
console.log(JSON.stringify({ files: Object.keys(plan.result).length, markers: plan.markers, dropped: plan.dropped.map(d => `${d.transform}: ${d.reason}`), notes: plan.notes, tests: plan.tests, steps: plan.steps.map(s => s.transform), ms, types: plan.types.verdict, added: plan.types.added.length }));
