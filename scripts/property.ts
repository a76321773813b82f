// `npm run property -- FOLDER ...`: what must hold for every migration, on real projects. Nothing is written.
import { basename } from 'node:path';
import { diskTree } from '../src/files/disk.js';
import { Project } from '../src/project.js';
import { checkProperties } from '../test/support/property.js';

let [projects, files, changed, bad] = [0, 0, 0, 0];
for (const folder of process.argv.slice(2)) {
  const project = new Project(diskTree(folder));
  const texts = new Map(project.tree.files.flatMap(({ path }) => {
    const bytes = project.bytes(path);
    return bytes ? [[path, bytes.toString('utf8')] as const] : [];
  }));
  const started = process.cpuUsage();
  const held = checkProperties(texts);
  const { user, system } = process.cpuUsage(started);
  projects++;
  files += held.files;
  changed += held.changed;
  bad += held.violations.length;
  console.log(`${basename(folder)}: ${held.files} files with MCP, ${held.changed} changed, ${held.dropped.length} units dropped, ${held.comments.length} comments gone with their code, ${((user + system) / 1e6).toFixed(1)} s`);
  for (const violation of held.violations) console.log(`  VIOLATION ${violation}`);
  for (const { unit, transform, reason } of held.dropped) console.log(`  dropped ${unit ?? transform}: ${reason}`);
  for (const comment of held.comments) console.log(`  gone ${comment}`);
}
console.log(`${projects} projects, ${files} files with MCP, ${changed} changed, ${bad} violations`);
process.exitCode = bad === 0 ? 0 : 1;
