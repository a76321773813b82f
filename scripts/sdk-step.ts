// Runs the step from the SDK's first major to its second on a folder: `tsx scripts/sdk-step.ts DIR [--write] [--quiet]`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DEFAULT_CHOICES } from '../src/choices.js';
import { diskTree } from '../src/files/disk.js';
import { Project } from '../src/project.js';
import { unifiedPatch } from '../src/report/patch.js';
import { migrateSdk } from '../src/sdk-step/step.js';

const [dir = '.', ...flags] = process.argv.slice(2);
const root = resolve(dir);
const project = new Project(diskTree(root));
const started = performance.now();
const prepared = migrateSdk(project, DEFAULT_CHOICES);
const ms = performance.now() - started;
if (!prepared) console.log('nothing to do');
else {
  if (!flags.includes('--quiet')) console.log(unifiedPatch([...prepared.changes].map(([file, after]) => ({ file, before: project.text(file), after }))));
  console.log(`${String(prepared.changes.size)} files, ${ms.toFixed(0)} ms`);
  for (const m of prepared.markers ?? []) console.log('marker', m.id, m.file, (prepared.changes.get(m.file) ?? '').slice(0, m.offset).split('\n').length, m.detail ?? '');
  for (const d of prepared.dependencies ?? []) console.log('dependency', d.package, d.name, d.range ?? 'removed', d.dev ? 'dev' : '');
  for (const n of prepared.notes ?? []) console.log('note', n);
  if (flags.includes('--write')) {
    for (const [file, text] of prepared.changes) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text ?? '');
    }
    for (const folder of new Set((prepared.dependencies ?? []).map(d => d.package ?? ''))) {
      const path = join(root, folder, 'package.json');
      const json = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, string>>;
      for (const d of (prepared.dependencies ?? []).filter(x => (x.package ?? '') === folder)) {
        for (const field of ['dependencies', 'devDependencies', 'peerDependencies']) if (json[field]?.[d.name] !== undefined) {
          if (d.range === undefined) delete json[field][d.name];
          else json[field][d.name] = d.range;
        }
        const declared = ['dependencies', 'devDependencies', 'peerDependencies'].some(f => json[f]?.[d.name] !== undefined);
        if (!declared && d.range !== undefined) (json[d.dev ? 'devDependencies' : 'dependencies'] ??= {})[d.name] = d.range;
      }
      writeFileSync(path, `${JSON.stringify(json, null, 2)}\n`);
    }
  }
}
