import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { transforms } from '../../transforms/index.js';
import { diskTree } from '../files/disk.js';
import { planMigration, type Plan } from '../migrate/plan.js';
import { writePlan, WriteRefused } from '../migrate/write.js';
import { Project } from '../project.js';
import { registry } from '../registry.js';
import { inert, paint, wantsColour, type Paint } from '../report/paint.js';
import { unifiedPatch } from '../report/patch.js';
import { rootOf } from './audit.js';
import { EXIT, UsageError, type ExitCode, type Io } from './io.js';
import { settingsOf } from './settings.js';

export interface MigrateArguments {
  readonly write?: boolean;
  readonly dryRun?: boolean;
  readonly patch?: string;
  readonly json?: boolean;
  readonly only?: readonly string[];
  /** `--no-config`. */
  readonly config: boolean;
}

export async function migrateCommand(path: string | undefined, given: MigrateArguments, io: Io): Promise<ExitCode> {
  if (given.write && given.dryRun) throw new UsageError('--write and --dry-run exclude each other.');
  for (const id of given.only ?? []) if (!transforms.some(t => t.id === id)) throw new UsageError(`There is no transform ${id}. Known: ${transforms.map(t => t.id).join(', ')}.`);
  const root = rootOf(path, io);
  const { ignore, migrate: { only: configured, ...choices } = {} } = given.config ? await settingsOf(root) : {};
  const only = given.only ?? configured;
  const project = new Project(diskTree(root, ignore ? { ignore } : {}));
  const plan = planMigration(project, transforms, registry, { includeTests: true, choices, ...(only && { transforms: only }) });
  const patch = patchOf(plan, project);
  if (given.patch !== undefined && given.patch !== '-') savePatch(resolve(io.cwd, given.patch), patch);
  if (given.json) await io.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
  else if (given.patch === '-') await io.stdout.write(patch);
  else await io.stdout.write(planText(plan, patch, paint(wantsColour({ isTTY: io.stdout.isTTY, env: io.env })), given.write === true ? undefined : `npx mcp-stateless migrate${path ? ` ${path}` : ''} --write`));
  if (!given.write || Object.keys(plan.result).length === 0) return EXIT.clean;
  try {
    const written = writePlan(plan);
    await io.stderr.write(`Wrote ${String(written.length)} file${written.length === 1 ? '' : 's'}.\n`);
    return EXIT.clean;
  } catch (error) {
    if (error instanceof WriteRefused) throw new UsageError(error.message);
    throw error;
  }
}

/** With the byte order marks that the texts of a plan are without. */
function patchOf(plan: Plan, project: Project): string {
  const files = Object.entries(plan.result).map(([file, after]) => {
    const mark = project.bytes(file)?.subarray(0, 3).equals(BYTE_ORDER_MARK) ? '\uFEFF' : '';
    const before = project.text(file);
    return { file, before: before === undefined ? undefined : mark + before, after: after === null ? null : mark + after };
  });
  return unifiedPatch(files);
}

const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

function savePatch(path: string, patch: string): void {
  try {
    writeFileSync(path, patch);
  } catch {
    throw new UsageError(`The patch cannot be written to ${path}. Is there such a folder?`);
  }
}

function planText(plan: Plan, patch: string, style: Paint, next: string | undefined): string {
  const rows: string[] = [];
  for (const step of plan.steps) {
    const files = new Set(step.changes.map(c => c.file)).size;
    if (files > 0) rows.push(`${style.green('change')} ${style.bold(step.title)} ${style.dim(`(${step.transform}, ${String(files)} file${files === 1 ? '' : 's'}, ${step.safety})`)}`);
    for (const decline of step.declines) {
      const finding = plan.left.find(f => f.fingerprint === decline.for);
      rows.push(`${style.yellow('left')}   ${finding ? `${inert(finding.file)}:${String(finding.line)} ` : ''}${inert(decline.reason)}`);
    }
  }
  for (const { transform, reason } of plan.dropped) rows.push(`${style.red('dropped')} ${transform}: ${inert(reason)}`);
  if (patch !== '') rows.push('', colouredPatch(patch, style));
  rows.push(`${String(plan.left.length)} finding${plan.left.length === 1 ? '' : 's'} left for a person.`);
  if (next !== undefined && patch !== '') rows.push(`Next: ${style.bold(next)}`);
  return `${rows.join('\n')}\n`;
}

function colouredPatch(patch: string, style: Paint): string {
  return patch
    .split('\n')
    .map(line => {
      const text = inert(line.replace(/\r$/, ''));
      if (/^(?:diff|---|\+\+\+) /.test(line)) return style.bold(text);
      if (line.startsWith('@@')) return style.cyan(text);
      if (line.startsWith('+')) return style.green(text);
      return line.startsWith('-') ? style.red(text) : text;
    })
    .join('\n');
}
