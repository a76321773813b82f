import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zoneOf } from '../../src/files/kinds.js';
import { prepare, readCommand, run, toolsFor, type Shell } from './commands.js';
import { readErrors, readFailing, readTests, type GoldenRecord, type Measured, type Result, type Tests } from './record.js';
import { distance, isSource } from './tokens.js';
import { commandsOf, copyTree, install, loosened, newErrors, quote, type Commands } from './trees.js';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

export interface Options {
  readonly work: string;
  readonly gitDirs: string;
  readonly timeoutMs: number;
  readonly only: string | undefined;
  readonly codemod: boolean;
  readonly tests: boolean;
}

export function aliasOf({ alias, repo }: GoldenRecord): string {
  return alias ?? repo.replace('/', '__');
}

export async function measure(record: GoldenRecord, options: Options): Promise<Result> {
  const alias = aliasOf(record);
  const base: Result = { alias, repo: record.repo, record: { ...(record.codemod?.tsErrors !== undefined && { errors: record.codemod.tsErrors }), ...(record.codemod?.tests && { tests: record.codemod.tests }), ...(record.codemod?.humanTestsOnCodemodSource !== undefined && { humanTests: record.codemod.humanTestsOnCodemodSource }), ...(record.codemod?.srcTokenDistanceClosed !== undefined && { closed: record.codemod.srcTokenDistanceClosed }) } };
  const folder = join(options.work, alias);
  const commit = record.before ?? record.commit;
  if (commit === undefined) return { ...base, problem: 'no commit' };
  const git = gitDirOf(record.repo, options.gitDirs);
  if (git === undefined) return { ...base, problem: `no git directory of ${record.repo} in ${options.gitDirs}` };
  const before = join(folder, 'before');
  const files = checkout(git, commit, before);
  if (files === undefined) return { ...base, problem: `no commit ${commit}` };
  const subdir = record.subdir ?? '';
  const commands = commandsOf(record, before, subdir);
  const env: Record<string, string | undefined> = { PATH: await toolsFor(record.node ?? '', [commands.manager], options.work), npm_config_manage_package_manager_versions: 'false' };
  const words: string[] = [];
  for (const text of record.prep ?? []) {
    const variables = prepare(text, before);
    if (variables) Object.assign(env, variables);
    else words.push(text);
  }
  const shell: Shell = { env, timeoutMs: options.timeoutMs };
  let result = base;
  if (!existsSync(join(folder, 'installed'))) {
    const failed = commands.install === '' ? 'static' : await install(commands.install, before, subdir, shell);
    if (failed === undefined) for (const text of words) if (/^(?:npm|pnpm|npx|yarn|bun) /.test(text)) await run(text.replace(/ with .*$/, ''), before, shell);
    if (failed === undefined) writeFileSync(join(folder, 'installed'), '');
    else result = { ...result, problem: `install: ${failed}` };
  }
  const works = result.problem === undefined;
  const ours = join(folder, 'ours');
  copyTree(before, ours, works);
  const baseline = works ? await check(before, subdir, commands, shell, options) : { measured: {}, errors: [] };
  const choices = (options.only === undefined ? '' : ` --only ${options.only}`) + (staysOnV1(record.after, git, subdir) ? ' --target v1-stateless' : '');
  const applied = await run(`node ${quote(join(ROOT, 'node_modules/tsx/dist/cli.mjs'))} ${quote(join(ROOT, 'scripts/goldens/apply.ts'))} ${quote(ours)}${choices}`, ROOT, { env: {}, timeoutMs: options.timeoutMs });
  if (applied.code !== 0) return { ...result, problem: `migrate: ${applied.output.trim().split('\n').slice(-6).join(' | ')}` };
  const said = JSON.parse(applied.output.trim().split('\n').at(-1) ?? '{}') as { files: number; markers: unknown[]; dropped: string[]; ms: number; tests: { file: string }[] };
  const second = join(folder, 'second');
  copyTree(ours, second, false);
  const again = await run(`node ${quote(join(ROOT, 'node_modules/tsx/dist/cli.mjs'))} ${quote(join(ROOT, 'scripts/goldens/apply.ts'))} ${quote(second)}${choices}`, ROOT, { env: {}, timeoutMs: options.timeoutMs });
  const changed = again.code === 0 ? (JSON.parse(again.output.trim().split('\n').at(-1) ?? '{}') as { files: number }).files : -1;
  rmSync(second, { recursive: true, force: true });
  const own = works ? await installAndCheck(ours, subdir, commands, shell, options, baseline.errors) : {};
  result = { ...result, before: baseline.measured, ours: { ...own, files: said.files, markers: said.markers.length, dropped: said.dropped, again: changed, ms: said.ms, unnamed: unnamed(baseline.measured, own, said.tests) } };
  if (record.after !== undefined) result = { ...result, ...(await compare(record.after, { git, folder, before, ours, files, subdir, commands, shell, works, options })) };
  const theirs = join(folder, 'codemod');
  await runOfficial(theirs, before, subdir, works && options.codemod, shell);
  if (options.codemod && works) result = { ...result, codemod: await installAndCheck(theirs, subdir, commands, shell, options, baseline.errors) };
  const closed = record.after === undefined ? undefined : closedBy(before, theirs, join(folder, 'after'), files, subdir);
  return closed === undefined ? result : { ...result, record: { ...result.record, closed } };
}

/** People who went to stateless serving without the second major of the SDK: ours is asked for the same. */
function staysOnV1(after: string | undefined, git: string, subdir: string): boolean {
  if (after === undefined) return false;
  const { stdout } = spawnSync('git', ['--git-dir', git, 'grep', '-hoE', '"@modelcontextprotocol/(sdk|server|client|core)":', after, '--', `:(glob)${subdir === '' ? '' : `${subdir}/`}**/package.json`], { encoding: 'utf8' });
  return stdout !== '' && stdout.split('\n').every(line => line === '' || line.includes('/sdk"'));
}

/** Files with tests that failed nowhere before, and that the summary does not speak of. */
function unnamed(before: Measured, after: Measured, told: readonly { readonly file: string }[]): readonly string[] {
  return (after.failing ?? []).filter(file => !before.failing?.includes(file) && !told.some(t => t.file === file || t.file.endsWith(`/${file}`)));
}

interface Comparison {
  readonly git: string;
  readonly folder: string;
  readonly before: string;
  readonly ours: string;
  readonly files: readonly string[];
  readonly subdir: string;
  readonly commands: Commands;
  readonly shell: Shell;
  readonly works: boolean;
  readonly options: Options;
}

/** Against what people made of it: how much nearer we are, and what their tests say of our sources. */
async function compare(commit: string, { git, folder, before, ours, files, subdir, commands, shell, works, options }: Comparison): Promise<{ humanTests?: Tests; closed?: number }> {
  const after = join(folder, 'after');
  const theirs = checkout(git, commit, after);
  if (theirs === undefined) return {};
  const closed = closedBy(before, ours, after, files, subdir);
  if (!works || !options.tests || commands.test === undefined) return closed === undefined ? {} : { closed };
  const mixed = join(folder, 'mixed');
  copyTree(ours, mixed, true);
  for (const file of files) if (zoneOf(file) === 'test' && !theirs.includes(file)) rmSync(join(mixed, file), { force: true });
  for (const file of theirs) if (zoneOf(file) === 'test') cpSync(join(after, file), join(mixed, file), { recursive: true });
  const tests = (await testsOf(mixed, subdir, commands, shell))?.tests;
  return { ...(closed !== undefined && { closed }), ...(tests && { humanTests: tests }) };
}

async function runOfficial(folder: string, before: string, subdir: string, modules: boolean, shell: Shell): Promise<void> {
  copyTree(before, folder, modules);
  const bin = join(ROOT, 'node_modules/@modelcontextprotocol/codemod/dist/cli.mjs');
  await run(`node ${quote(bin)} v1-to-v2 ${quote(join(folder, subdir))}`, folder, shell);
}

/** The share of the way from before to after that a tree has gone. */
function closedBy(before: string, tree: string, after: string, files: readonly string[], subdir: string): number | undefined {
  const sources = [...new Set([...files, ...listed(after), ...listed(tree)])].filter(isSource).filter(f => subdir === '' || f.startsWith(`${subdir}/`));
  const whole = distance(before, after, sources);
  return whole === 0 ? undefined : (whole - distance(tree, after, sources)) / whole;
}

async function installAndCheck(root: string, subdir: string, commands: Commands, shell: Shell, options: Options, earlier: readonly string[]): Promise<Measured> {
  const failed = await install(loosened(commands), root, subdir, shell);
  const { measured, errors } = await check(root, subdir, commands, shell, options);
  return { ...measured, newErrors: newErrors(earlier, errors), ...(failed !== undefined && { install: failed }) };
}

async function check(root: string, subdir: string, commands: Commands, shell: Shell, options: Options): Promise<{ readonly measured: Measured; readonly errors: readonly string[] }> {
  const typecheck = readCommand(commands.typecheck, root, subdir);
  const typed = typecheck ? await run(typecheck.command, typecheck.cwd, shell) : undefined;
  const errors = typed ? readErrors(typed.output) : [];
  if (typed) writeFileSync(`${root}.types.log`, typed.output);
  const ran = options.tests ? await testsOf(root, subdir, commands, shell) : undefined;
  return { measured: { ...(typed && { errors: errors.length === 0 && typed.code !== 0 ? -1 : errors.length }), ...(ran?.tests && { tests: ran.tests, failing: ran.failing }) }, errors };
}

async function testsOf(root: string, subdir: string, commands: Commands, shell: Shell): Promise<{ readonly tests: Tests | undefined; readonly failing: readonly string[] } | undefined> {
  const test = readCommand(commands.test, root, subdir);
  if (!test) return undefined;
  const { output } = await run(test.command, test.cwd, shell);
  writeFileSync(`${root}.tests.log`, output);
  return { tests: readTests(output), failing: readFailing(output) };
}

function gitDirOf(repo: string, folder: string): string | undefined {
  const [owner = '', name = ''] = repo.split('/');
  return [`${owner}+${name}/repo`, `${owner}__${name}`, `${owner}/${name}`, `${owner}__${name}/.git`, `${owner}+${name}`].map(p => join(folder, p)).find(p => existsSync(join(p, 'HEAD')));
}

/** The tree of a commit, and its files. A tree that is there already is kept. */
function checkout(git: string, commit: string, out: string): readonly string[] | undefined {
  const list = spawnSync('git', ['--git-dir', git, 'ls-tree', '-r', '-z', '--name-only', commit], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (list.status !== 0) return undefined;
  const files = list.stdout.split('\0').filter(f => f !== '');
  if (!existsSync(out)) {
    mkdirSync(out, { recursive: true });
    const env = { ...process.env, GIT_INDEX_FILE: `${out}.index` };
    spawnSync('git', ['--git-dir', git, 'read-tree', commit], { env });
    spawnSync('git', ['--git-dir', git, '--work-tree', out, 'checkout-index', '-a', '-f'], { env });
  }
  return files;
}

function listed(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true }).flatMap(e => {
    const path = join(e.parentPath, e.name).slice(root.length + 1);
    return e.isFile() && !path.includes('node_modules/') ? [path] : [];
  });
}
