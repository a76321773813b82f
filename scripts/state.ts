// Shows what the state model sees in a project: handlers, and what outlives a call.
//   npm run state -- DIR [--all]
import { resolve } from 'node:path';
import { diskTree } from '../src/files/disk.js';
import { McpModel } from '../src/mcp/model.js';
import { Project } from '../src/project.js';
import { registry } from '../src/registry.js';
import { findSeeds } from '../src/seeds.js';
import { StateModel } from '../src/state/model.js';

const dir = process.argv[2];
if (!dir) {
  console.error('usage: npm run state -- DIR [--all]');
  process.exit(2);
}
const project = new Project(diskTree(resolve(dir)));
const seeds = findSeeds(project, registry.rules);
const files = seeds.near.flatMap(path => project.source(path) ?? []);
const model = new StateModel(new McpModel(project), files);
const at = (file: { path: string }, node: { range: readonly [number, number] }): string => `${file.path}:${project.lines(file.path).position(node.range[0]).line}`;
console.log(`${model.handlers.length} handlers: ${[...new Set(model.handlers.map(h => `${h.kind} ${h.name}`))].join(', ')}`);
console.log(`${model.reach.functions.length} functions reached`);
for (const group of model.groups())
  console.log(`STATE ${group.class} ${at(group.file, group.at)}: ${group.cells.map(c => c.name).join(', ')}\n   written by ${group.writers.join(', ')}\n   read by ${group.readers.join(', ')}`);
if (process.argv.includes('--all')) {
  for (const cell of model.cells) {
    console.log(`${cell.class} ${at(cell.file, cell.at)} ${cell.name} [${cell.kind}]`);
    for (const a of cell.accesses.slice(0, 12)) console.log(`     ${a.mode} ${a.op} ${at(a.file, a.node)}`);
  }
}
