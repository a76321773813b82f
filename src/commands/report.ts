import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { auditProject } from '../audit.js';
import type { AuditOptions } from '../audit-options.js';
import { compareStates, type Audited } from '../comparison/compare.js';
import type { Comparison } from '../comparison/comparison.js';
import { appended, entryOf, readHistory, type History } from '../comparison/history.js';
import { ownersIn } from '../comparison/owners.js';
import { diskTree } from '../files/disk.js';
import { isUnreadable, type FileTree } from '../files/tree.js';
import type { JsonObject } from '../finding.js';
import { GitError } from '../git/git.js';
import { commitOf, defaultBase, isDirty, mergeBase, openRepository, webAddress, type Commit, type Repository } from '../git/repository.js';
import { commitTree } from '../git/tree.js';
import { Project } from '../project.js';
import { registry } from '../registry.js';
import { atLeast, type Report } from '../report/report.js';
import type { Settings } from '../settings/settings.js';
import { EXIT, UsageError, type ExitCode, type Io } from './io.js';
import { auditOptions, dateOf, rootOf } from './audit.js';
import { showProgress } from './progress.js';
import { linksTo, type LineLink } from './repository.js';
import { render, REPORT_FORMATS, type ReportFormat } from './report-formats.js';
import { settingsOf } from './settings.js';

export interface ReportArguments {
  readonly base?: string;
  readonly head?: string;
  readonly mergeBase?: boolean;
  readonly format: ReportFormat;
  readonly output?: readonly string[];
  readonly history?: string;
  readonly failOn: ReportFailLevel;
  readonly ignore?: readonly string[];
  readonly all?: boolean;
  readonly includeTests?: boolean;
  readonly repositoryUrl?: string;
  readonly today?: string;
  /** `--no-config`. */
  readonly config: boolean;
}

export const REPORT_FAIL_LEVELS = ['never', 'error', 'warning', 'info', 'new-error', 'new-warning', 'new-info'] as const;
export type ReportFailLevel = (typeof REPORT_FAIL_LEVELS)[number];

export async function reportCommand(path: string | undefined, given: ReportArguments, io: Io): Promise<ExitCode> {
  const root = rootOf(path, io);
  const outputs = (given.output ?? []).map(outputOf);
  const made = await compared(root, path ?? '', { ...given, today: dateOf(given.today, io) }, io);
  const history = given.history === undefined ? undefined : appendHistory(resolve(io.cwd, given.history), made.comparison);
  const facts = { ...made, ...(history && { history }), colour: io };
  for (const { format, file } of outputs) save(resolve(io.cwd, file), render(format, facts));
  await io.stdout.write(render(given.format, facts));
  return fails(made.comparison, given.failOn) ? EXIT.findings : EXIT.clean;
}

interface Made {
  readonly comparison: Comparison;
  readonly base: Audited;
  readonly head: Audited;
  readonly prefix: string;
}

async function compared(root: string, path: string, given: ReportArguments & { readonly today: string }, io: Io): Promise<Made> {
  try {
    const repository = openRepository(root);
    const { base, head } = sidesOf(repository, given);
    // Both states are judged by the configuration that is here now. A compiler would need both to be installed.
    const settings: Settings = given.config ? { ...(await settingsOf(root)), types: false } : {};
    const progress = showProgress(io, 'report');
    const options: AuditOptions = { ...(await auditOptions(root, given, settings, given.today)), onProgress: progress.step };
    const ignore = [...(settings.ignore ?? []), ...(given.ignore ?? [])];
    const walking = ignore.length > 0 ? { ignore } : {};
    const audited = (tree: FileTree, name: string, commit: Commit | undefined): Audited => {
      const project = new Project(tree);
      const report = auditProject(project, registry, options);
      return { name, ...(commit && { commit: commit.hash, subject: commit.subject, date: commit.date }), project, report: { ...report, root } };
    };
    const before = audited(commitTree(repository, base, walking), base.ref, base);
    const after = head ? audited(commitTree(repository, head, walking), head.ref, head) : audited(diskTree(root, walking), 'working tree', undefined);
    await progress.end();
    const top: FileTree = head ? commitTree({ ...repository, prefix: '' }, head) : diskTree(repository.top, { include: ['CODEOWNERS'] });
    const stored = verificationIn(after.project.tree);
    const comparison = compareStates(before, after, {
      today: given.today,
      owners: ownersIn(top, repository.prefix),
      link: lineLinks(repository, base, head, given.repositoryUrl),
      ...(stored && typeof stored !== 'string' && { verification: stored }),
      notes: [...(typeof stored === 'string' ? [stored] : [])],
      path,
    });
    return { comparison, base: before, head: after, prefix: repository.prefix };
  } catch (error) {
    if (error instanceof GitError) throw new UsageError(error.message);
    throw error;
  }
}

function sidesOf(repository: Repository, given: ReportArguments): { readonly base: Commit; readonly head: Commit | undefined } {
  const head = given.head === undefined ? undefined : commitOf(repository, given.head);
  if (given.base === undefined) return { base: defaultBase(repository), head };
  const base = commitOf(repository, given.base);
  return { base: given.mergeBase ? mergeBase(repository, base, head ?? commitOf(repository, 'HEAD')) : base, head };
}

/** The working tree has addresses only as far as it is what the last commit has. */
function lineLinks(repository: Repository, base: Commit, head: Commit | undefined, given: string | undefined): (side: 'base' | 'head', ...at: Parameters<LineLink>) => string | undefined {
  const address = given?.replace(/\/$/, '') ?? webAddress(repository);
  if (address === undefined) return () => undefined;
  if (!/^https?:\/\/[^\s<>"'()]+$/.test(address)) throw new UsageError(`${address} is no address of a repository. Write it as https://github.com/owner/name.`);
  const now = head ?? (isDirty(repository) ? undefined : commitOf(repository, 'HEAD'));
  const links = { base: linksTo(address, base.hash, repository.prefix), head: now ? linksTo(address, now.hash, repository.prefix) : () => undefined };
  return (side, ...at) => links[side](...at);
}

const STORED = '.mcp-stateless/last-migration.json';

/** What `migrate` has left about its checks; a text says why it cannot be used. */
function verificationIn(tree: FileTree): JsonObject | string | undefined {
  const bytes = tree.read(STORED);
  if (isUnreadable(bytes)) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // said below
  }
  return `${STORED} is no JSON object, so the checks of the migration are not told.`;
}

function outputOf(text: string): { readonly format: ReportFormat; readonly file: string } {
  const [name, ...rest] = text.split('=');
  const format = REPORT_FORMATS.find(f => f === name);
  const file = rest.join('=');
  if (!format || file === '') throw new UsageError(`--output ${text}: write it as format=file, such as html=report.html. Formats: ${REPORT_FORMATS.join(', ')}.`);
  return { format, file };
}

function save(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch {
    throw new UsageError(`The report cannot be written to ${path}. Is there such a folder?`);
  }
}

function appendHistory(path: string, comparison: Comparison): History {
  const before = existsSync(path) ? readText(path) : '';
  const line = appended(before, entryOf(comparison));
  try {
    writeFileSync(path, line, { flag: 'a' });
  } catch {
    throw new UsageError(`The history cannot be written to ${path}. Is there such a folder?`);
  }
  return readHistory(before + line);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new UsageError(`The history cannot be read from ${path}. Name a file of JSON lines, or one that is not there yet.`);
  }
}

function fails({ findings }: Comparison, level: ReportFailLevel): boolean {
  if (level === 'never') return false;
  const onlyNew = level.startsWith('new-');
  const least = onlyNew ? level.slice(4) : level;
  return findings.some(({ status, finding }) => (status === 'new' || (status === 'left' && !onlyNew)) && isLevel(least) && atLeast(finding.severity, least));
}

function isLevel(text: string): text is Report['findings'][number]['severity'] {
  return text === 'error' || text === 'warning' || text === 'info';
}
