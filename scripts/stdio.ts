// What becomes of standard input and output, and of what the handshake left behind, in folders of checkouts.
//   npm run stdio -- DIR ... [--only NAME] [--table] [--out DIR]
//   --table: the rows of docs/stdio.md at the end; --out: a patch for each repository that changed
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createTwoFilesPatch } from 'diff';
import { DEFAULT_CHOICES } from '../src/choices.js';
import { diskTree } from '../src/files/disk.js';
import { zoneOf } from '../src/files/kinds.js';
import type { Finding } from '../src/finding.js';
import { planMigration, type Plan } from '../src/migrate/plan.js';
import { Project } from '../src/project.js';
import { registry } from '../src/registry.js';
import { auditProject } from '../src/audit.js';
import { sdkStep } from '../src/sdk-step/step.js';
import { transforms } from '../transforms/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string' }, only: { type: 'string' }, table: { type: 'boolean' } },
});
if (positionals.length === 0) {
  console.error('Name folders of checkouts: npm run stdio -- DIR ...');
  process.exit(2);
}

const OWN = ['stdio-to-serve-stdio', 'handshake-to-request'];
const HTTP = /\b(?:\w*StreamableHTTP\w*Transport|SSEServerTransport|StreamableHTTPTransport)\b/;
/** What waits for the handshake, what reads what it left behind, and what looks for its message. */
const WAITS = /^handshake:(?:oninitialized|initialized-handler|connect-event)$/;
const READS = /^handshake:get/;
const LOOKS = /^handshake:(?!get|oninitialized|initialized-handler|connect-event)/;

/** Of how many how many are left. */
interface Count {
  readonly all: number;
  readonly left: number;
}

interface Row {
  readonly name: string;
  readonly reads: Count;
  readonly hooks: Count;
  readonly looks: Count;
  readonly markers: readonly string[];
}

const rows: Row[] = [];
const only = { rewritten: 0, declined: 0 };

function isOutside({ zone }: Finding): boolean {
  return zone !== 'test';
}

/** The transport over HTTP is not constructed anywhere but in tests. */
function hasOnlyStdio(project: Project): boolean {
  return !project.codeFiles().some(path => zoneOf(path) !== 'test' && HTTP.test(project.text(path) ?? ''));
}

function reasonOf(plan: Plan, finding: Finding): string {
  return plan.declines.find(d => d.for === finding.fingerprint)?.reason ?? '(no reason)';
}

/** What is left with its comment for a person: at the place, or at the hook around it. */
function markersOf(plan: Plan, left: readonly Finding[]): readonly string[] {
  const files = new Set(left.map(f => f.file));
  return [...new Set(plan.markers.filter(m => files.has(m.file) && /^(?:oninitialized|dynamic-registration|session-lifecycle|server-escapes)$/.test(m.id)).map(m => m.id))].sort();
}

function look(name: string, folder: string): void {
  const project = new Project(diskTree(folder));
  const found = auditProject(project, registry).findings.filter(isOutside);
  const stdio = found.filter(f => f.subject === 'stdio:transport');
  const asked = found.filter(f => f.subject.startsWith('handshake:'));
  if (stdio.length === 0 && asked.length === 0) return;
  const plan = planMigration(project, transforms, registry, { transforms: [...OWN, 'http-sessions-to-handler', sdkStep.id], choices: DEFAULT_CHOICES, prepare: [sdkStep] });
  const left = plan.left.filter(isOutside);
  const isStdioOnly = stdio.length > 0 && hasOnlyStdio(project);
  const stdioLeft = left.filter(f => f.subject === 'stdio:transport');
  if (isStdioOnly) only[stdioLeft.length === 0 ? 'rewritten' : 'declined']++;
  console.log(`${name}${isStdioOnly ? ' (stdio only)' : ''}: ${stdio.length - stdioLeft.length} of ${stdio.length} transports, ${asked.length} reads and hooks`);
  for (const f of stdioLeft) console.log(`  stdio ${f.file}:${f.line} ${reasonOf(plan, f)}`);
  const askedLeft = left.filter(f => f.subject.startsWith('handshake:'));
  for (const f of askedLeft) console.log(`  ${f.subject} ${f.file}:${f.line} ${reasonOf(plan, f)}`);
  const count = (pattern: RegExp): Count => ({ all: asked.filter(f => pattern.test(f.subject)).length, left: askedLeft.filter(f => pattern.test(f.subject)).length });
  const unmarked = askedLeft.filter(f => (READS.test(f.subject) || WAITS.test(f.subject)) && !plan.markers.some(m => m.file === f.file));
  for (const f of unmarked) console.log(`  without a marker: ${f.file}:${f.line}`);
  if (asked.length > 0) rows.push({ name, reads: count(READS), hooks: count(WAITS), looks: count(LOOKS), markers: markersOf(plan, askedLeft) });
  const own = plan.steps.filter(s => OWN.includes(s.transform)).flatMap(s => s.changes);
  if (values.out === undefined || own.length === 0) return;
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, `${name}.patch`), own.map(c => createTwoFilesPatch(c.file, c.file, c.before, c.after ?? '', undefined, undefined, { context: 3 })).join('\n'));
}

for (const folder of positionals) {
  for (const name of readdirSync(folder).sort()) if (values.only === undefined || name.includes(values.only)) look(name, resolve(folder, name));
}
console.log(`\nServers on standard input and output only: ${only.rewritten} rewritten, ${only.declined} declined`);
if (values.table) {
  const told = ({ all, left }: Count): string => (all === 0 ? '' : `${all - left} of ${all}`);
  for (const { name, reads, hooks, looks, markers } of rows) console.log(`| ${name.replace('__', '/')} | ${told(reads)} | ${told(hooks)} | ${told(looks)} | ${markers.map(m => `\`${m}\``).join(', ')} |`);
  const sum = (of: (row: Row) => Count): string => `${rows.reduce((n, r) => n + of(r).all - of(r).left, 0)} of ${rows.reduce((n, r) => n + of(r).all, 0)}`;
  console.log(`${rows.length} repositories: reads ${sum(r => r.reads)}, hooks ${sum(r => r.hooks)}, checks ${sum(r => r.looks)}`);
}
