// What becomes of the state of servers: each container that is found, with what it is and what the migration does with it.
//   npm run state-outcomes -- [--types] DIR ...      a table for docs/handles.md; --types asks the compiler too, where packages are installed
import { basename, resolve } from 'node:path';
import { transforms } from '../transforms/index.js';
import { auditProject } from '../src/audit.js';
import { diskTree } from '../src/files/disk.js';
import type { Finding } from '../src/finding.js';
import { planChecked, type CheckedPlan } from '../src/migrate/checked.js';
import { typeCheck } from '../src/program/check.js';
import { Project } from '../src/project.js';
import { registry } from '../src/registry.js';

interface Row {
  readonly project: string;
  readonly container: string;
  readonly what: string;
  readonly outcome: string;
}

const STATE = /^no-(?:session|process)-state$/;
const typed = process.argv.includes('--types');
const folders = process.argv.slice(2).filter(a => !a.startsWith('--'));
if (folders.length === 0) {
  console.error('usage: npm run state-outcomes -- [--types] DIR ...');
  process.exit(2);
}

const rows = folders.flatMap(rowsOf);
console.log('| container | what it is | outcome |\n| --- | --- | --- |');
for (const [key, same] of grouped(rows)) console.log(`| ${key} ${same.map(r => `\`${r.container}\``).join(', ')} | ${same[0]?.what ?? ''} | ${same[0]?.outcome ?? ''} |`);
const count = (pattern: RegExp): string => String(rows.filter(r => pattern.test(r.outcome)).length);
console.error(`${String(rows.length)} containers in ${String(new Set(rows.map(r => r.project)).size)} of ${String(folders.length)} projects: ${count(/^moved/)} moved, ${count(/^kept open/)} kept open, ${count(/^`/)} declined with a marker, ${count(/^(?!moved|kept|`)/)} other`);

function rowsOf(folder: string): readonly Row[] {
  const root = resolve(folder);
  const project = new Project(diskTree(root));
  const found = auditProject(project, registry).findings.filter(f => STATE.test(f.rule));
  if (found.length === 0) return [];
  const plan = planChecked(project, transforms.filter(t => t.id === 'session-to-handle'), registry, { choices: { target: 'v1-stateless' } }, typed ? () => typeCheck(root) : undefined);
  return found.map(f => ({ project: basename(root).replace('__', '/'), container: nameOf(f), what: whatOf(f), outcome: outcomeOf(f, plan) }));
}

function nameOf({ data, subject }: Finding): string {
  const name = data?.['name'];
  return typeof name === 'string' ? name : subject;
}

function whatOf({ clause, data }: Finding): string {
  if (data?.['keyed'] === 'session') return 'by session';
  return clause === 'connection-state-closure' ? 'closure' : clause === 'session-store-external' ? 'store outside' : clause === 'resource-subscriber-registry' ? 'subscribers' : 'process';
}

function outcomeOf(finding: Finding, { declines, dropped, steps, types }: CheckedPlan): string {
  const step = steps.find(s => s.answers.includes(finding.fingerprint));
  if (step) return `${step.handles?.some(h => h.live && h.containers.some(c => c.subject === finding.subject)) ? 'kept open' : 'moved'}${types.verdict === 'not checked' ? '' : types.added.length === 0 ? ', compiles' : ', new errors'}`;
  const decline = declines.find(d => d.for === finding.fingerprint);
  if (decline) return `${decline.marker === undefined ? 'left' : `\`${decline.marker}\``}: ${decline.reason.split('\n')[0] ?? ''}`;
  const out = dropped.find(d => d.answers?.includes(finding.fingerprint));
  return out ? `dropped: ${out.reason}` : 'of another transform';
}

/** Containers of one project that fare alike share a row. */
function grouped(all: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of all) {
    const key = `${row.project}\0${row.what}\0${row.outcome.replace(/^(`[^`]*`).*/, '$1')}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return new Map([...groups.values()].map(g => [`${g[0]?.project ?? ''}${'\u200b'.repeat([...groups.values()].indexOf(g))}`, g]));
}
