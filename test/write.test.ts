import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskTree } from '../src/files/disk.js';
import { digest, planMigration, type Plan } from '../src/migrate/plan.js';
import { writePlan, WriteRefused } from '../src/migrate/write.js';
import { Project } from '../src/project.js';
import { registry } from '../src/registry.js';
import { transforms } from '../transforms/index.js';
import { readFiles } from './support/fixtures.js';
import { tempFolder, writeFiles } from './support/temp.js';

const FAILING = `import { McpError } from '@modelcontextprotocol/sdk/types.js';\nthrow new McpError(-32002, 'Resource not found');\n`;
const FIXED = FAILING.replace('-32002', '-32602');

function planOf(root: string): Plan {
  return planMigration(new Project(diskTree(root)), transforms, registry);
}

/** A plan by hand: what is to be there, made from what is there. */
function planTo(root: string, result: Readonly<Record<string, string | null>>): Plan {
  const known = Object.keys(result).filter(f => existsSync(join(root, f)));
  return { root, read: Object.fromEntries(known.map(f => [f, digest(readFileSync(join(root, f), 'utf8'))])), steps: [], dropped: [], result, left: [], declines: [], markers: [],
    tests: [], notes: [], dependencies: [], variables: [] };
}

describe('writing a plan', () => {
  it('writes the files that change and no others', () => {
    const root = tempFolder({ 'a.ts': FAILING, 'b.ts': 'export {};\n', 'sub/c.ts': FAILING });
    const before = statSync(join(root, 'b.ts')).mtimeMs;
    expect(writePlan(planOf(root))).toEqual(['a.ts', 'sub/c.ts']);
    expect(readFiles(root)).toEqual({ 'a.ts': FIXED, 'b.ts': 'export {};\n', 'sub/c.ts': FIXED });
    expect(statSync(join(root, 'b.ts')).mtimeMs).toBe(before);
  });

  it('keeps the byte order mark, CRLF and the missing last line break', () => {
    const text = `\uFEFF${FAILING.replaceAll('\n', '\r\n').trimEnd()}`;
    const root = tempFolder({ 'a.ts': text });
    writePlan(planOf(root));
    expect(readFileSync(join(root, 'a.ts')).toString('hex')).toBe(Buffer.from(text.replace('-32002', '-32602')).toString('hex'));
  });

  it('keeps the mode of a file', () => {
    const root = tempFolder({ 'a.ts': FAILING });
    chmodSync(join(root, 'a.ts'), 0o750);
    writePlan(planOf(root));
    expect(statSync(join(root, 'a.ts')).mode & 0o777).toBe(0o750);
  });

  it('makes new files and folders, and removes files', () => {
    const root = tempFolder({ 'old.ts': 'x' });
    writePlan(planTo(root, { 'old.ts': null, 'deep/er/new.ts': 'y' }));
    expect(readFiles(root)).toEqual({ 'deep/er/new.ts': 'y' });
  });

  it.each([
    ['changed', (root: string) => writeFileSync(join(root, 'b.ts'), `${FAILING}// edited\n`)],
    ['removed', (root: string) => rmSync(join(root, 'b.ts'))],
  ])('writes nothing at all when one file was %s in the meantime', (_, change) => {
    const root = tempFolder({ 'a.ts': FAILING, 'b.ts': FAILING });
    const plan = planOf(root);
    change(root);
    const before = readFiles(root);
    expect(() => writePlan(plan)).toThrow(WriteRefused);
    expect(readFiles(root)).toEqual(before);
  });

  it('writes nothing when a new file is there already', () => {
    const root = tempFolder({ 'a.ts': 'x' });
    const plan = planTo(root, { 'a.ts': 'y', 'new.ts': 'z' });
    writeFileSync(join(root, 'new.ts'), 'of somebody else');
    expect(() => writePlan(plan)).toThrow(WriteRefused);
    expect(readFiles(root)).toEqual({ 'a.ts': 'x', 'new.ts': 'of somebody else' });
  });

  it('puts everything back when a file cannot be written, and leaves nothing behind', () => {
    const root = tempFolder({ 'a.ts': 'one', 'b.ts': 'two', 'gone.ts': 'three' });
    chmodSync(join(root, 'a.ts'), 0o600);
    // The last one cannot be written: a folder that another file needs stands in its place.
    const plan = planTo(root, { 'a.ts': 'ONE', 'b.ts': 'TWO', 'gone.ts': null, 'new.ts': 'NEW', 'x/y.ts': 'Y', x: 'never' });
    expect(() => writePlan(plan)).toThrow();
    expect(readFiles(root)).toEqual({ 'a.ts': 'one', 'b.ts': 'two', 'gone.ts': 'three' });
    expect(statSync(join(root, 'a.ts')).mode & 0o777).toBe(0o600);
    expect(readdirSync(root).sort()).toEqual(['a.ts', 'b.ts', 'gone.ts']);
  });

  it('leaves nothing behind when a folder cannot be made', () => {
    const root = tempFolder({ 'a.ts': 'one', 'b.ts': 'two' });
    expect(() => writePlan(planTo(root, { 'a.ts': 'ONE', 'b.ts/c.ts': 'never' }))).toThrow();
    expect(readFiles(root)).toEqual({ 'a.ts': 'one', 'b.ts': 'two' });
  });

  it('stays inside the root', () => {
    const root = tempFolder({ 'in/a.ts': 'x' });
    expect(() => writePlan(planTo(join(root, 'in'), { '../out.ts': 'y' }))).toThrow(WriteRefused);
    expect(existsSync(join(root, 'out.ts'))).toBe(false);
  });
});

describe('the patch', () => {
  const git = (cwd: string, ...args: string[]): string => execFileSync('git', args, { cwd, encoding: 'utf8', env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' } });
  const cli = new URL('../dist/bundles/cli.js', import.meta.url).pathname;

  it.each([
    ['several files', { 'a.ts': FAILING, 'sub/b.ts': `${'// line\n'.repeat(20)}${FAILING}${'// line\n'.repeat(20)}${FAILING.split('\n')[1] ?? ''}\n` }],
    ['a file without a last line break', { 'a.ts': FAILING.trimEnd() }],
    ['a file in CRLF', { 'a.ts': FAILING.replaceAll('\n', '\r\n') }],
    ['a file in CRLF without a last line break', { 'a.ts': FAILING.trimEnd().replaceAll('\n', '\r\n') }],
    ['a byte order mark', { 'a.ts': `\uFEFF${FAILING}` }],
    ['a byte order mark in the line that changes', { 'a.ts': `\uFEFF${FAILING.split('\n').join(' ')}` }],
    ['names with spaces', { 'my server/a file.ts': FAILING }],
    ['names with other characters', { 'größe/ä "b".ts': FAILING, 'tab\there.ts': FAILING, 'back\\slash.ts': FAILING }],
    ['names with a dollar', { 'routes/$id.ts': FAILING }],
  ])('is taken by git: %s', (_, files) => {
    const root = tempFolder(files);
    git(root, 'init', '-q');
    git(root, 'config', 'core.autocrlf', 'false');
    const { stdout: patch, stderr, status } = spawnSync(process.execPath, [cli, 'migrate', '--skip', 'sdk-v1-to-v2', '--patch', '-'], { cwd: root, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const folder = tempFolder({ 'x.patch': patch });
    git(root, 'apply', '--check', join(folder, 'x.patch'));
    git(root, 'apply', join(folder, 'x.patch'));
    rmSync(join(root, '.git'), { recursive: true });
    expect(readFiles(root)).toEqual(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replaceAll('-32002', '-32602')])));
  });

  it('can be saved to a file, and nothing else is written', () => {
    const root = tempFolder({ 'a.ts': FAILING });
    const { status } = spawnSync(process.execPath, [cli, 'migrate', '--skip', 'sdk-v1-to-v2', '--patch', 'out.patch'], { cwd: root, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(readFiles(root)['a.ts']).toBe(FAILING);
    git(root, 'init', '-q');
    git(root, 'apply', 'out.patch');
    expect(readFiles(root)['a.ts']).toBe(FIXED);
  });
});

describe('migrate', () => {
  const cli = new URL('../dist/bundles/cli.js', import.meta.url).pathname;
  const run = (root: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } => spawnSync(process.execPath, [cli, 'migrate', '--skip', 'sdk-v1-to-v2', ...args], { cwd: root, encoding: 'utf8' });

  it('shows what it would do and writes nothing by itself', () => {
    const root = tempFolder({ 'a.ts': FAILING });
    const { status, stdout } = run(root);
    expect(status).toBe(0);
    expect(stdout).toContain("+throw new McpError(-32602, 'Resource not found');");
    expect(stdout).toContain('npx mcp-stateless migrate --write');
    expect(readFiles(root)['a.ts']).toBe(FAILING);
  });

  it('names the folder in the command that comes next', () => {
    const root = tempFolder({ 'app/a.ts': FAILING });
    expect(run(root, 'app').stdout).toMatch(/\nNext: npx mcp-stateless migrate app --write\n$/);
  });

  it('writes when told to, and finds nothing to do the second time', () => {
    const root = tempFolder({ 'a.ts': FAILING });
    expect(run(root, '--write')).toMatchObject({ status: 0, stderr: 'Wrote 1 file.\n' });
    expect(readFiles(root)['a.ts']).toBe(FIXED);
    expect(run(root, '--write')).toMatchObject({ status: 0, stderr: '' });
  });

  it('gives the plan as JSON', () => {
    const root = tempFolder({ 'a.ts': FAILING });
    const plan = JSON.parse(run(root, '--json').stdout) as Plan;
    expect(plan.result).toEqual({ 'a.ts': FIXED });
    expect(plan.steps.map(s => [s.transform, s.verdict])).toEqual([['not-found-to-invalid-params', { parses: true, stable: true, gone: 1, added: [] }]]);
  });

  it('refuses what cannot be meant', () => {
    const root = tempFolder({ 'a.ts': FAILING });
    expect(run(root, '--only', 'nothing')).toMatchObject({ status: 2, stdout: '', stderr: `mcp-stateless: There is no transform nothing. Known: ${[...transforms.map(t => t.id), 'sdk-v1-to-v2'].join(', ')}.\n` });
    expect(run(root, '--write', '--dry-run').status).toBe(2);
    expect(run(root, '--patch', 'no/such/folder/x.patch')).toMatchObject({ status: 2, stdout: '' });
    expect(run(root, '--patch', 'no/such/folder/x.patch').stderr).not.toContain('This is a bug');
  });

  it('takes only the transforms that are asked for', () => {
    const root = tempFolder({ 'a.ts': FAILING });
    expect(run(root, '--only', 'set-level-to-nothing').stdout).not.toContain('-32602');
  });

  it('leaves a file with a syntax error alone', () => {
    const text = `${FAILING}const = ;\n`;
    const root = tempFolder();
    writeFiles(root, { 'a.ts': text, 'b.ts': FAILING });
    run(root, '--write');
    expect(readFiles(root)).toEqual({ 'a.ts': text, 'b.ts': FIXED });
  });
});
