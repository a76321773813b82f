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
  readonly reason: string | undefined;
}

const STATE = /^no-(?:session|process)-state$/;
const typed = process.argv.includes('--types');
const folders = process.argv.slice(2).filter(a => !a.startsWith('--'));
if (folders.length === 0) {
  console.error('usage: npm run state-outcomes -- [--types] DIR ...');
  process.exit(2);
}

const rows = folders.flatMap(rowsOf);
console.log('| server | container | what it is | outcome |\n| --- | --- | --- | --- |');
for (const same of grouped(rows)) console.log(`| ${same[0]?.project ?? ''} | ${same.map(r => `\`${r.container}\``).join(', ')} | ${same[0]?.what ?? ''} | ${same[0]?.outcome ?? ''} |`);
const count = (pattern: RegExp): string => String(rows.filter(r => pattern.test(r.outcome)).length);
console.error(`${String(rows.length)} containers in ${String(new Set(rows.map(r => r.project)).size)} of ${String(folders.length)} projects: ${count(/^moved/)} moved, ${count(/^kept open/)} kept open, ${count(/^`/)} declined with a marker, ${count(/^(?!moved|kept|`)/)} other`);
for (const { project, container, outcome, reason } of rows) if (reason !== undefined) console.error(`${project} ${container}: ${outcome} ${reason}`);

function rowsOf(folder: string): readonly Row[] {
  const root = resolve(folder);
  const project = new Project(diskTree(root));
  const found = auditProject(project, registry).findings.filter(f => STATE.test(f.rule));
  if (found.length === 0) return [];
  const plan = planChecked(project, transforms.filter(t => t.id === 'session-to-handle'), registry, { choices: { target: 'v1-stateless' } }, typed ? () => typeCheck(root) : undefined);
  return found.map(f => ({ project: basename(root).replace('__', '/'), container: nameOf(f), what: whatOf(f), ...outcomeOf(f, plan) }));
}

function nameOf({ data, subject }: Finding): string {
  const name = data?.['name'];
  return typeof name === 'string' ? name : subject;
}

function whatOf({ clause, data }: Finding): string {
  if (data?.['keyed'] === 'session') return 'by session';
  return clause === 'connection-state-closure' ? 'closure' : clause === 'session-store-external' ? 'store outside' : clause === 'resource-subscriber-registry' ? 'subscribers' : 'process';
}

function outcomeOf(finding: Finding, { declines, dropped, left, steps, types }: CheckedPlan): Pick<Row, 'outcome' | 'reason'> {
  const step = steps.find(s => s.answers.includes(finding.fingerprint));
  if (step) {
    const isOpen = step.handles?.some(h => h.live && h.containers.some(c => c.subject === finding.subject)) ?? false;
    const isLeft = left.some(f => f.file === finding.file && f.rule === finding.rule && f.subject === finding.subject);
    return { outcome: `${isOpen ? 'kept open' : 'moved'}${isLeft ? ', still found' : ''}${types.verdict === 'not checked' ? '' : types.added.length === 0 ? ', compiles' : ', new errors'}`, reason: undefined };
  }
  const decline = declines.find(d => d.for === finding.fingerprint);
  if (decline) return { outcome: decline.marker === undefined ? 'left' : `\`${decline.marker}\``, reason: decline.reason.split('\n')[0] };
  const out = dropped.find(d => d.answers?.includes(finding.fingerprint));
  return out ? { outcome: 'dropped', reason: out.reason } : { outcome: 'of another transform', reason: undefined };
}

/** Containers of one project that fare alike share a row. */
function grouped(all: readonly Row[]): readonly (readonly Row[])[] {
  const groups = new Map<string, Row[]>();
  for (const row of all) {
    const key = `${row.project}\0${row.what}\0${row.outcome}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}
