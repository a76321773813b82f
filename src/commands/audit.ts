import { existsSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { auditProject, type AuditOptions } from '../audit.js';
import { diskTree } from '../files/disk.js';
import { Project } from '../project.js';
import { registry } from '../registry.js';
import { auditMarkdown } from '../report/audit-markdown.js';
import { codeQualityReport } from '../report/code-quality.js';
import { githubReport } from '../report/github.js';
import { jsonLinesReport, jsonReport } from '../report/json.js';
import { paint, wantsColour } from '../report/paint.js';
import { atLeast, type Report } from '../report/report.js';
import { sarifReport } from '../report/sarif.js';
import { terminalReport } from '../report/terminal.js';
import { EXIT, UsageError, type ExitCode, type FailLevel, type Format, type Io } from './io.js';
import { showProgress } from './progress.js';
import { linksOfRun, prefixOf } from './repository.js';

export interface AuditArguments {
  readonly format: Format;
  readonly failOn: FailLevel;
  readonly rule?: readonly string[];
  readonly ignore?: readonly string[];
  readonly all?: boolean;
  readonly includeTests?: boolean;
  readonly today?: string;
}

export async function auditCommand(path: string | undefined, given: AuditArguments, io: Io): Promise<ExitCode> {
  const root = rootOf(path, io);
  const rules = ruleIds(given.rule);
  const project = new Project(diskTree(root, given.ignore ? { ignore: given.ignore } : {}));
  const progress = showProgress(io, 'audit');
  const today = dateOf(given.today, io);
  const options: AuditOptions = {
    today,
    ...(rules && { rules }),
    ...(given.all !== undefined && { all: given.all }),
    ...(given.includeTests !== undefined && { includeTests: given.includeTests }),
    onProgress: progress.step,
  };
  const report = auditProject(project, registry, options);
  await progress.end();
  await io.stdout.write(print(report, project, given.format, path, { ...io, today }));
  const { failOn } = given;
  return failOn !== 'never' && report.findings.some(f => atLeast(f.severity, failOn)) ? EXIT.findings : EXIT.clean;
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

function ruleIds(given: readonly string[] | undefined): readonly string[] | undefined {
  for (const id of given ?? []) {
    if (!registry.rules.some(r => r.id === id)) throw new UsageError(`There is no rule ${id}.${closest(id)} \`mcp-stateless rules\` lists them.`);
  }
  return given;
}

function closest(id: string): string {
  const found = registry.rules.find(r => r.id.includes(id) || id.includes(r.id.replace(/^(?:no|use)-/, '')));
  return found ? ` Did you mean ${found.id}?` : '';
}
