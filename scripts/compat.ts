// Installs the packed package beside small projects and runs it there, on this Node and on the other supported ones.
//   npm run compat                 all projects of fixtures/compat
//   npm run compat -- eslint-10    some of them
// Needs the npm registry. What cannot be had is said and skipped, and is no failure.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const projects = join(root, 'fixtures/compat');
const OTHER_NODES = ['22', '24'];

interface Expected {
  /** File and rule of each finding, in order. */
  readonly audit: readonly string[];
  /** False: the command comes from elsewhere, and the project has no node_modules. */
  readonly installed?: boolean;
  readonly linter?: readonly string[];
  readonly linterSays?: string;
}

interface Runtime {
  readonly name: string;
  readonly path: string;
}

const counts = { passed: 0, failed: 0, skipped: 0 };

function note(outcome: keyof typeof counts, what: string, detail = ''): void {
  counts[outcome]++;
  console.log(`${outcome.padEnd(7)} ${what}${detail === '' ? '' : `: ${detail.trim().split('\n').slice(-4).join('\n        ')}`}`);
}

function runtimes(): readonly Runtime[] {
  const others = OTHER_NODES.flatMap(version => {
    const { status, stdout, stderr } = spawnSync('npx', ['-y', '-p', `node@${version}`, 'node', '-p', 'process.execPath'], { encoding: 'utf8', cwd: tmpdir() });
    if (status === 0) return [{ name: `Node ${execFileSync(stdout.trim(), ['--version'], { encoding: 'utf8' }).trim()}`, path: stdout.trim() }];
    note('skipped', `Node ${version}`, stderr);
    return [];
  });
  return [{ name: `Node ${process.version}`, path: process.execPath }, ...others];
}

function pack(into: string): string {
  execFileSync('npm', ['run', '-s', 'build'], { cwd: root });
  const name = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', into], { cwd: root, encoding: 'utf8' }).trim();
  return join(into, name);
}

/** Installs into a folder; the text is why not. */
function install(folder: string, ...packages: readonly string[]): string | undefined {
  const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages], { cwd: folder, encoding: 'utf8' });
  return status === 0 ? undefined : stderr;
}

function check(name: string, tarball: string, elsewhere: string, work: string, nodes: readonly Runtime[]): void {
  const folder = join(work, name);
  cpSync(join(projects, name), folder, { recursive: true });
  const { audit, installed = true, linter, linterSays } = JSON.parse(readFileSync(join(folder, 'expect.json'), 'utf8')) as Expected;
  rmSync(join(folder, 'expect.json'));
  const problem = installed ? install(folder, '--save-dev', tarball) : undefined;
  if (problem !== undefined) {
    note(/ENOTFOUND|ETIMEDOUT|ECONNREFUSED|E404|ETARGET/.test(problem) ? 'skipped' : 'failed', `${name}: install`, problem);
    return;
  }
  const cli = join(installed ? folder : elsewhere, 'node_modules/mcp-stateless/dist/src/cli.js');
  for (const node of nodes) {
    const run = spawnSync(node.path, [cli, 'audit', '--format', 'jsonl'], { cwd: folder, encoding: 'utf8' });
    const found = run.stdout.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line) as { file: string; rule: string }])).map(f => `${f.file} ${f.rule}`);
    const right = run.status === 1 && run.stderr === '' && JSON.stringify(found) === JSON.stringify(audit);
    note(right ? 'passed' : 'failed', `${name}: audit, ${node.name}`, right ? '' : `${run.stderr}${found.join(', ')}`);
    if (!linter) continue;
    const lint = spawnSync(node.path, linter, { cwd: folder, encoding: 'utf8' });
    const says = lint.status === 1 && lint.stdout.includes(linterSays ?? '');
    note(says ? 'passed' : 'failed', `${name}: linter, ${node.name}`, says ? '' : lint.stdout + lint.stderr);
  }
}

/** `npx` from the packed file, in a folder with nothing in it. */
function checkNpx(tarball: string, work: string): void {
  const empty = mkdtempSync(join(work, 'empty-'));
  const { status, stdout, stderr } = spawnSync('npx', ['-y', `--package=${tarball}`, 'mcp-stateless', 'audit'], { cwd: empty, encoding: 'utf8' });
  const right = status === 0 && stdout.startsWith('Nothing here uses MCP.');
  note(right ? 'passed' : 'failed', 'npx in an empty folder', right ? '' : stdout + stderr);
}

const work = realpathSync(mkdtempSync(join(tmpdir(), 'mcp-stateless-compat-')));
try {
  const tarball = pack(work);
  const nodes = runtimes();
  checkNpx(tarball, work);
  const elsewhere = mkdtempSync(join(work, 'elsewhere-'));
  writeFileSync(join(elsewhere, 'package.json'), '{}');
  const problem = install(elsewhere, tarball);
  if (problem !== undefined) note('skipped', 'all projects: the dependencies cannot be installed', problem);
  const wanted = process.argv.slice(2);
  const names = readdirSync(projects).filter(n => existsSync(join(projects, n, 'expect.json')) && (wanted.length === 0 || wanted.includes(n)));
  if (problem === undefined) for (const name of names.sort()) check(name, tarball, elsewhere, work, nodes);
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
if (counts.failed > 0) process.exitCode = 1;
