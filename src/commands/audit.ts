import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { ruleList } from '../../rules/list.js';
import { withoutMcp } from '../assemble.js';
import { isWanted, type AuditOptions } from '../audit-options.js';
import { asBaseline, baselineOf, compare, type Baseline } from '../baseline/baseline.js';
import { clauses } from '../catalogue/clauses.js';
import { diskTree } from '../files/disk.js';
import { codeAt } from '../fingerprint.js';
import type { Finding } from '../finding.js';
import { Project } from '../project.js';
import { auditMarkdown } from '../report/audit-markdown.js';
import { codeQualityReport } from '../report/code-quality.js';
import { githubReport } from '../report/github.js';
import { jsonLinesReport, jsonReport } from '../report/json.js';
import { paint, wantsColour } from '../report/paint.js';
import { atLeast, narrowed, type Report } from '../report/report.js';
import { sarifReport } from '../report/sarif.js';
import { terminalReport } from '../report/terminal.js';
import { tellingFiles } from '../seeds.js';
import type { Settings } from '../settings/settings.js';
import { changesSince } from './changes.js';
import { EXIT, UsageError, type ExitCode, type FailLevel, type Format, type Io } from './io.js';
import { showProgress } from './progress.js';
import { linksOfRun, prefixOf } from './repository.js';
import { settingsOf } from './settings.js';

export interface AuditArguments {
  readonly format: Format;
  /** The configuration decides when it is not given, and `error` when that does not. */
  readonly failOn?: FailLevel;
  readonly rule?: readonly string[];
  readonly clause?: readonly string[];
  readonly ignore?: readonly string[];
  readonly all?: boolean;
  readonly types?: boolean;
  readonly includeTests?: boolean;
  readonly since?: string;
  readonly baseline?: string;
  readonly updateBaseline?: boolean;
  readonly today?: string;
  /** `--no-config`. */
  readonly config: boolean;
}

export async function auditCommand(path: string | undefined, given: AuditArguments, io: Io): Promise<ExitCode> {
  io.runsShortly?.();
  const root = rootOf(path, io);
  const settings = given.config ? await settingsOf(root) : {};
  const baseline = baselineFile(root, given, settings, io);
  const isChanged = given.since === undefined ? undefined : changesSince(root, given.since);
  const ignore = [...(settings.ignore ?? []), ...(given.ignore ?? [])];
  const project = new Project(diskTree(root, ignore.length > 0 ? { ignore } : {}));
  const today = dateOf(given.today, io);
  const options = await auditOptions(root, given, settings, today);
  const progress = showProgress(io, 'audit');
  let report = await audited(project, { ...options, onProgress: progress.step });
  await progress.end();
  if (baseline) report = await withBaseline(report, baseline, project, given.updateBaseline === true, io);
  if (isChanged && given.since !== undefined) report = narrowed(report, f => isChanged(f.file, f.line, f.endLine), { since: given.since });
  await io.stdout.write(print(report, project, given.format, path, { ...io, today }));
  const failOn = given.failOn ?? settings.failOn ?? 'error';
  return failOn !== 'never' && report.findings.some(f => atLeast(f.severity, failOn)) ? EXIT.findings : EXIT.clean;
}

/** The rules, and all that they stand on, are loaded for projects that have to do with MCP. */
async function audited(project: Project, options: AuditOptions): Promise<Report> {
  if (tellingFiles(project).size === 0) return withoutMcp(project, ruleList.filter(r => isWanted(r, options)), options);
  const [{ auditProject }, { registry }] = await Promise.all([import('../audit.js'), import('../registry.js')]);
  return auditProject(project, registry, options);
}

/** What a run of rules is told by the command line and the configuration together. */
export async function auditOptions(root: string, given: Pick<AuditArguments, 'rule' | 'clause' | 'all' | 'includeTests' | 'types'>, settings: Settings, today: string): Promise<AuditOptions> {
  const rules = await known(given.rule, ruleList.map(r => r.id), id => `There is no rule ${id}.`, '`mcp-stateless rules` lists them.');
  const ofClauses = await known(given.clause, given.clause ? [...clauses().keys()] : [], id => `There is no clause ${id}.`, '`mcp-stateless rules --clauses` lists them.');
  const all = given.all ?? settings.all;
  const includeTests = given.includeTests ?? settings.includeTests;
  return {
    today,
    ...(rules && { rules }),
    ...(ofClauses && { clauses: ofClauses }),
    ...((settings.rules || settings.clauses) && { levels: { rules: settings.rules, clauses: settings.clauses } }),
    ...(all !== undefined && { all }),
    ...(includeTests !== undefined && { includeTests }),
    ...((given.types ?? settings.types) && { oracle: (await import('../program/oracle.js')).typeOracle(root) }),
  };
}

function print(report: Report, project: Project, format: Format, path: string | undefined, io: Io): string {
  if (format === 'json') return jsonReport(report);
  if (format === 'jsonl') return jsonLinesReport(report);
  const prefix = prefixOf(report.root, io);
  if (format === 'sarif') return sarifReport(report, { prefix });
  if (format === 'github') return githubReport(report, prefix);
  if (format === 'gitlab') return codeQualityReport(report, prefix);
  if (format === 'markdown') return auditMarkdown(report, { link: linksOfRun(io, prefix), today: io.today, next: nextCommand(report, path) });
  return terminalReport(report, {
    style: paint(wantsColour({ isTTY: io.stdout.isTTY, env: io.env })),
    lines: file => project.lines(file),
    today: io.today,
    next: nextCommand(report, path),
  });
}

function nextCommand(report: Report, path: string | undefined): string | undefined {
  const first = report.findings[0];
  if (!first) return undefined;
  return report.findings.some(f => f.fix.transform) ? `npx mcp-stateless migrate${path ? ` ${path}` : ''}` : `npx mcp-stateless explain ${first.clause}`;
}

interface BaselineFile {
  /** As the user wrote it. */
  readonly name: string;
  readonly path: string;
}

/** A file of the command line is relative to where the command runs, one of the configuration to the configuration. */
function baselineFile(root: string, given: AuditArguments, settings: Settings, io: Io): BaselineFile | undefined {
  const file = given.baseline !== undefined ? { name: given.baseline, path: resolve(io.cwd, given.baseline) } : settings.baseline !== undefined ? { name: settings.baseline, path: resolve(root, settings.baseline) } : undefined;
  if (!file && given.updateBaseline) throw new UsageError('--update-baseline needs to know the file: --baseline <file>.');
  if (file && !given.updateBaseline && !existsSync(file.path)) throw new UsageError(`There is no ${file.name}. Make it: mcp-stateless audit --baseline ${file.name} --update-baseline`);
  return file;
}

async function withBaseline(report: Report, file: BaselineFile, project: Project, update: boolean, io: Io): Promise<Report> {
  const codeOf = (f: Finding): string => codeAt(project.text(f.file) ?? '', f.range);
  let baseline: Baseline;
  if (update) {
    baseline = baselineOf(report.findings, codeOf, report.tool);
    writeBaseline(file, baseline);
    await io.stderr.write(`Wrote ${String(baseline.findings.length)} finding${baseline.findings.length === 1 ? '' : 's'} to ${file.name}.\n`);
  } else baseline = readBaseline(file);
  const { known: covered, gone } = compare(baseline, report.findings, codeOf, f => project.text(f) !== undefined);
  return narrowed(report, f => !covered.has(f.fingerprint), { baseline: { file: file.name, known: covered.size, gone: gone.length } });
}

function readBaseline({ name, path }: BaselineFile): Baseline {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const baseline = asBaseline(value);
  if (!baseline) throw new UsageError(`${name} is no baseline of this tool. Make a new one with --update-baseline.`);
  return baseline;
}

function writeBaseline({ name, path }: BaselineFile, baseline: Baseline): void {
  try {
    writeFileSync(path, `${JSON.stringify(baseline, null, 2)}\n`);
  } catch {
    throw new UsageError(`The baseline cannot be written to ${name}. Is there such a folder?`);
  }
}

/** The folder that a command works on; anything else gets a sentence that says what to do. */
export function rootOf(path: string | undefined, io: Io): string {
  const root = resolve(io.cwd, path ?? '.');
  if (!existsSync(root)) throw new UsageError(`There is no ${shown(root, io)}. Give the folder of a project.`);
  if (!statSync(root).isDirectory()) throw new UsageError(`${shown(root, io)} is a file. Give the folder of the project that it belongs to.`);
  return root;
}

function shown(path: string, io: Io): string {
  const inside = relative(io.cwd, path);
  return inside === '' || inside.startsWith('..') ? path : inside;
}

/** The day from which deadlines are counted. */
export function dateOf(given: string | undefined, io: Io): string {
  if (given === undefined) return io.today;
  const time = /^\d{4}-\d{2}-\d{2}$/.test(given) ? Date.parse(given) : Number.NaN;
  // The parser takes the 31st of February for a day of March.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== given) throw new UsageError(`${given} is no date. Write it as 2026-07-28.`);
  return given;
}

async function known(given: readonly string[] | undefined, all: readonly string[], missing: (id: string) => string, lists: string): Promise<readonly string[] | undefined> {
  for (const id of given ?? []) {
    if (all.includes(id)) continue;
    const { nearest } = await import('../settings/nearest.js');
    const found = nearest(id, all);
    throw new UsageError(`${missing(id)}${found === undefined ? '' : ` Did you mean ${found}?`} ${lists}`);
  }
  return given;
}
