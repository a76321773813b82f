// Setting up a project: what is proposed, what is asked, what is never written over.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { initCommand } from '../src/commands/init.js';
import type { Io } from '../src/commands/io.js';
import { CLI, runInProcess } from './support/cli.js';
import { gitIn, repository } from './support/git.js';
import { readFiles } from './support/fixtures.js';
import { ROOT } from './support/imports.js';
import { tempFolder, writeFiles } from './support/temp.js';

const WORKFLOW = '.github/workflows/mcp-stateless.yml';
const MODULE = { 'package.json': '{ "type": "module" }' };

/** The command in this process, with somebody who answers. */
async function answered(root: string, answer: (question: string) => boolean): Promise<{ readonly questions: readonly string[]; readonly text: string }> {
  const questions: string[] = [];
  let text = '';
  const output = { isTTY: false, write: (t: string) => Promise.resolve(void (text += t)) };
  const io: Io = { cwd: root, env: {}, stdout: output, stderr: output, today: '2026-09-01', ask: q => Promise.resolve((questions.push(q), answer(q))) };
  expect(await initCommand(undefined, {}, io)).toBe(0);
  return { questions, text };
}

const own = (root: string): readonly string[] => Object.keys(readFiles(root)).filter(f => !f.startsWith('.git/')).sort();

describe('init', () => {
  it('asks about each file, and writes those that are wanted', async () => {
    const root = repository(MODULE);
    const { questions } = await answered(root, q => q.includes('config.mjs'));
    expect(questions).toEqual([`Write ${WORKFLOW}?`, 'Write mcp-stateless.config.mjs?', 'Write eslint.config.js?']);
    expect(own(root)).toEqual(['mcp-stateless.config.mjs', 'package.json']);
  });

  it('writes nothing when nobody is there to answer', async () => {
    const root = repository(MODULE);
    const { status, stdout, stderr } = await runInProcess(root, ['init']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('Nothing was written. Run it in a terminal to be asked, or with --yes');
    expect(own(root)).toEqual(['package.json']);
  });

  it('never writes over a file', async () => {
    const mine = { ...MODULE, [WORKFLOW]: 'mine\n', 'mcp-stateless.config.json': '{}', 'eslint.config.mjs': 'export default [];\n' };
    const root = repository(mine);
    const { status, stdout } = await runInProcess(root, ['init', '--yes']);
    expect(status).toBe(0);
    expect(stdout).toContain('Nothing was written');
    expect(stdout).toContain('...mcp.configs.recommended');
    for (const [file, text] of Object.entries(mine)) expect(readFileSync(join(root, file), 'utf8')).toBe(text);
    expect(own(root)).toEqual(Object.keys(mine).sort());
  });

  it('makes what works: the workflow is right, the configuration is read', async () => {
    const root = repository({ ...MODULE, 'a.js': `export const id = req => req.headers['mcp-session-id'];\n` });
    expect(await runInProcess(root, ['init', '--yes'])).toMatchObject({ status: 0, stderr: '' });
    expect((await runInProcess(root, ['init', '--yes'])).stdout).toContain('Everything is there already');
    expect(await runInProcess(root, ['audit'])).toMatchObject({ status: 1, stderr: '' });
    writeFiles(root, { 'mcp-stateless.config.mjs': readFileSync(join(root, 'mcp-stateless.config.mjs'), 'utf8').replace("'error'", "'never'") });
    expect(await runInProcess(root, ['audit'])).toMatchObject({ status: 0, stderr: '' });
    const workflow = parse(readFileSync(join(root, WORKFLOW), 'utf8')) as { jobs: { report: { steps: readonly { uses: string; with: Record<string, unknown> }[] } } };
    const { inputs } = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as { inputs: Record<string, unknown> };
    const [checkout, ours] = workflow.jobs.report.steps;
    expect(checkout?.uses).toMatch(/@[0-9a-f]{40}$/);
    expect(checkout?.with).toMatchObject({ 'fetch-depth': 0 });
    expect(Object.keys(ours?.with ?? {}).filter(name => !(name in inputs))).toEqual([]);
  });

  it('knows GitLab, folders of a repository, TypeScript and CommonJS', async () => {
    const gitlab = repository({ ...MODULE, '.gitlab-ci.yml': 'test: {}\n' });
    expect((await runInProcess(gitlab, ['init', '--yes'])).stdout).toContain('local: .gitlab/mcp-stateless.yml');
    const job = parse(readFileSync(join(gitlab, '.gitlab/mcp-stateless.yml'), 'utf8')) as Record<string, { artifacts: { reports: { codequality: string } } }>;
    expect(job['mcp-stateless']?.artifacts.reports.codequality).toBe('code-quality.json');
    expect(readFileSync(join(gitlab, '.gitlab-ci.yml'), 'utf8')).toBe('test: {}\n');

    const mono = repository({ 'packages/a/package.json': '{}', 'packages/a/tsconfig.json': '{}' });
    await runInProcess(mono, ['init', 'packages/a', '--yes']);
    expect(readFileSync(join(mono, WORKFLOW), 'utf8')).toContain('path: packages/a\n');
    expect(readdirSync(join(mono, 'packages/a')).sort()).toEqual(['mcp-stateless.config.ts', 'package.json', 'tsconfig.json']);

    const common = repository({ 'package.json': '{}' });
    await runInProcess(common, ['init', '--yes']);
    expect(existsSync(join(common, 'eslint.config.mjs'))).toBe(true);
  });

  it('puts names of folders into files as text', async () => {
    const root = repository({ "a'$(id)/: {b}/package.json": '{}', '.gitlab-ci.yml': '' });
    await runInProcess(root, ["init", "a'$(id)/: {b}", '--yes']);
    const job = parse(readFileSync(join(root, '.gitlab/mcp-stateless.yml'), 'utf8')) as Record<string, { script: readonly string[] }>;
    expect(job['mcp-stateless']?.script[0]).toContain(`report 'a'\\''$(id)/: {b}' --base`);
    gitIn(root, 'rm', '-q', '.gitlab-ci.yml');
    await runInProcess(root, ["init", "a'$(id)/: {b}", '--yes']);
    const workflow = parse(readFileSync(join(root, WORKFLOW), 'utf8')) as { jobs: { report: { steps: readonly { with: Record<string, unknown> }[] } } };
    expect(workflow.jobs.report.steps[1]?.with['path']).toBe("a'$(id)/: {b}");
  });

  // `script` of util-linux gives a command a terminal.
  it.skipIf(spawnSync('script', ['--version']).status !== 0)('asks in a terminal', () => {
    const root = tempFolder(MODULE);
    const { stdout } = spawnSync('script', ['-qec', `env -u CI TERM=xterm ${process.execPath} ${CLI} init`, '/dev/null'], { cwd: root, encoding: 'utf8', input: 'n\ny\nno\n' });
    expect(stdout).toContain(`Write ${WORKFLOW}? [y/N]`);
    expect(own(root)).toEqual(['mcp-stateless.config.mjs', 'package.json']);
  });
});
