// Writes what a transform makes of its fixtures into their after folders, to be read before it is committed.
//   tsx scripts/fixture-after.ts TRANSFORM [CASE]
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transforms } from '../transforms/index.js';
import { diskTree } from '../src/files/disk.js';
import { planMigration } from '../src/migrate/plan.js';
import { Project } from '../src/project.js';
import { registry } from '../src/registry.js';
import { readFiles, transformFixtures } from '../test/support/fixtures.js';

const [id, only] = process.argv.slice(2);
const transform = transforms.find(t => t.id === id);
if (!transform || id === undefined) {
  console.error('Name a transform.');
  process.exit(2);
}
for (const fixture of transformFixtures([id])) {
  if (only !== undefined && !fixture.name.endsWith(`/${only}`)) continue;
  const plan = planMigration(new Project(diskTree(join(fixture.folder, 'before'))), [transform], registry, { includeTests: true, choices: fixture.choices });
  for (const drop of plan.dropped) console.log(`${fixture.name}: ${drop.reason}`);
  const after = join(fixture.folder, 'after');
  rmSync(after, { recursive: true, force: true });
  const left = plan.left.filter(f => transform.fixes.some(x => x.rule === f.rule)).map(f => `${f.file} ${f.subject}`);
  const declines = plan.declines.map(d => d.reason);
  const kept = existsSync(join(fixture.folder, 'expect.json')) ? (JSON.parse(readFileSync(join(fixture.folder, 'expect.json'), 'utf8')) as { choices?: object; run?: object; client?: object }) : {};
  const expected = { ...(kept.choices && { choices: kept.choices }), ...(kept.run && { run: kept.run }), ...(kept.client && { client: kept.client }), ...(left.length > 0 && { left }), ...(declines.length > 0 && { declines }) };
  rmSync(join(fixture.folder, 'expect.json'), { force: true });
  if (Object.keys(expected).length > 0) writeFileSync(join(fixture.folder, 'expect.json'), `${JSON.stringify(expected, null, 2)}\n`);
  if (Object.keys(plan.result).length === 0) continue;
  const files = { ...readFiles(join(fixture.folder, 'before')), ...plan.result };
  for (const [path, text] of Object.entries(files)) {
    if (text === null) continue;
    mkdirSync(dirname(join(after, path)), { recursive: true });
    writeFileSync(join(after, path), text);
  }
}
