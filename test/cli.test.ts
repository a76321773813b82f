import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainCommand } from '../src/commands/explain.js';
import { FORMATS } from '../src/commands/io.js';
import type { Finding } from '../src/finding.js';
import type { Report } from '../src/report/report.js';
import { capturedIo, CLI, runCli, runCliSlowly, runInProcess } from './support/cli.js';
import { tempFolder } from './support/temp.js';
import { eachNth } from './support/variants.js';

const HEADER = `export const id = (req) => req.headers['mcp-session-id'];\n`;
/** A client that is right but for a deprecated feature: nothing in it is an error. */
const WARNING = `import { Client } from '@modelcontextprotocol/client';\nconst client = new Client({ name: 'a', version: '1' }, { versionNegotiation: { mode: 'auto' } });\nclient.setRequestHandler('sampling/createMessage', h);\n`;
const CLEAN = `import { McpServer } from '@modelcontextprotocol/server';\nexport const server = new McpServer({ name: 'a', version: '1' });\n`;
const ESCAPE = String.fromCharCode(27);
/** A line of a stack, or the words that Node prints before one. */
const STACK = /^\s+at .*:\d+:\d+|node:internal|UnhandledPromise/m;

describe('exit codes', () => {
  it.each([
    ['0 without findings', { 'a.ts': CLEAN }, [], 0],
    ['0 without MCP', { 'a.ts': 'export {};' }, [], 0],
    ['0 in an empty folder', {}, [], 0],
    ['1 with an error', { 'a.ts': HEADER }, [], 1],
    ['0 with a warning', { 'a.ts': WARNING }, [], 0],
    ['1 with a warning, when warnings count', { 'a.ts': WARNING }, ['--fail-on', 'warning'], 1],
    ['1 with a warning, when everything counts', { 'a.ts': WARNING }, ['--fail-on', 'info'], 1],
    ['0 with an error, when nothing counts', { 'a.ts': HEADER }, ['--fail-on', 'never'], 0],
  ])('are %s', async (_, files: Readonly<Record<string, string>>, args, status) => {
    expect(await runInProcess(tempFolder(files), args)).toMatchObject({ status, stderr: '' });
  });

  it('are those of the process', () => {
    expect(runCli(tempFolder({ 'a.ts': HEADER }), [])).toMatchObject({ status: 1, stderr: '' });
    expect(runCli(tempFolder({ 'a.ts': CLEAN }), [])).toMatchObject({ status: 0, stderr: '' });
  });

  it('are the same in every format', async () => {
    const root = tempFolder({ 'a.ts': HEADER });
    for (const format of FORMATS) expect((await runInProcess(root, ['audit', '-f', format])).status).toBe(1);
  });
});

describe('wrong usage', () => {
  const root = tempFolder({ 'a.ts': HEADER, 'sub/b.ts': HEADER });

  it.each([
    ['a missing path', ['audit', 'nowhere'], 'mcp-stateless: There is no nowhere. Give the folder of a project.\n'],
    ['a file as root', ['audit', 'a.ts'], 'mcp-stateless: a.ts is a file. Give the folder of the project that it belongs to.\n'],
    ['a file as root of a migration', ['migrate', 'a.ts'], 'mcp-stateless: a.ts is a file. Give the folder of the project that it belongs to.\n'],
    ['an unknown rule', ['audit', '--rule', 'no-such-rule'], 'mcp-stateless: There is no rule no-such-rule. `mcp-stateless rules` lists them.\n'],
    ['half a rule', ['audit', '--rule', 'sampling'], 'mcp-stateless: There is no rule sampling. Did you mean no-sampling? `mcp-stateless rules` lists them.\n'],
    ['an unknown thing to explain', ['explain', 'zzz'], 'mcp-stateless: There is no rule and no clause called zzz. `mcp-stateless rules` lists the rules, `mcp-stateless rules --clauses` the clauses.\n'],
    ['an unknown option', ['audit', '--formatt', 'json'], "error: unknown option '--formatt'\n(Did you mean --format?)\n"],
    ['an unknown format', ['audit', '-f', 'xml'], "error: option '-f, --format <format>' argument 'xml' is invalid. Allowed choices are terminal, json, jsonl, sarif, github, gitlab, markdown.\n"],
    ['an unknown level', ['audit', '--fail-on', 'fatal'], "error: option '--fail-on <level>' argument 'fatal' is invalid. Allowed choices are error, warning, info, never.\n"],
    ['two paths', ['audit', 'a', 'b'], "error: too many arguments for 'audit'. Expected 1 argument but got 2.\n"],
    ['an option without its value', ['audit', '--rule'], "error: option '--rule <id>' argument missing\n"],
  ])('%s gets a sentence and exit code 2', async (_, args, stderr) => {
    expect(await runInProcess(root, args)).toEqual({ status: 2, stdout: '', stderr });
  });

  it('helps with a command that is spelt wrong', () => {
    const { status, stdout, stderr } = runCli(root, ['adit']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('adit');
    expect(stderr).not.toMatch(STACK);
  });

  it('prints help and version on stdout', () => {
    const help = runCli(root, ['--help']);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    for (const word of ['audit', 'migrate', 'explain', 'rules', 'Exit codes']) expect(help.stdout).toContain(word);
    for (const command of ['audit', 'migrate', 'explain', 'rules']) expect(runCli(root, [command, '--help'])).toMatchObject({ status: 0, stderr: '' });
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
    expect(runCli(root, ['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('audit', () => {
  it('reports files with syntax errors and goes on with the rest', async () => {
    const root = tempFolder({ 'broken.ts': `${HEADER}const = 1;\n`, 'good.ts': HEADER });
    const { status, stdout, stderr } = await runInProcess(root, []);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(/syntax broken\.ts:2:\d+ /);
    expect(stdout).toContain('good.ts:1:28');
    const report = JSON.parse((await runInProcess(root, ['-f', 'json'])).stdout) as Report;
    expect(report.files.broken).toMatchObject([{ file: 'broken.ts', line: 2 }]);
  });

  it('goes on when a manifest, a tsconfig or an ignore file is nonsense', async () => {
    const root = tempFolder({ 'package.json': '{', 'tsconfig.json': '{ "compilerOptions": { "paths": ', '.gitignore': '\0[[[\n!!\n***\\', 'a.ts': `import x from '@/b';\n${HEADER}` });
    expect(await runInProcess(root, [])).toMatchObject({ status: 1, stderr: '' });
  });

  it('says where it is looking when the folder is given', () => {
    const root = tempFolder({ 'app/a.ts': HEADER });
    const { stdout } = runCli(root, ['audit', 'app']);
    expect(stdout).toContain('a.ts:1:28');
    expect(stdout).toMatch(/Next: npx mcp-stateless (?:explain|migrate) \S+\n$/);
  });

  it('prints the same bytes twice, also in one process', async () => {
    const root = tempFolder(projectWithFindings(20, 3));
    for (const format of ['terminal', 'json', 'sarif']) expect((await runInProcess(root, ['-f', format])).stdout).toBe((await runInProcess(root, ['-f', format])).stdout);
    expect(runCli(root, ['-f', 'json']).stdout).toBe(runCli(root, ['-f', 'json']).stdout);
  });

  it('runs the rules that are asked for', async () => {
    const root = tempFolder({ 'a.ts': HEADER + WARNING });
    const rules = async (...args: string[]): Promise<readonly string[]> => (JSON.parse((await runInProcess(root, ['-f', 'json', ...args])).stdout) as Report).findings.map(f => f.rule);
    expect(await rules()).toEqual(['no-session-header', 'no-sampling']);
    expect(await rules('--rule', 'no-sampling')).toEqual(['no-sampling']);
  });

  it('leaves out what is ignored, and tests unless they are asked for', async () => {
    const root = tempFolder({ 'a.ts': HEADER, 'old/b.ts': HEADER, 'test/c.ts': HEADER });
    const files = async (...args: string[]): Promise<readonly string[]> => (JSON.parse((await runInProcess(root, ['-f', 'json', ...args])).stdout) as Report).findings.map(f => f.file);
    expect(await files()).toEqual(['a.ts', 'old/b.ts']);
    expect(await files('--ignore', 'old')).toEqual(['a.ts']);
    expect(await files('--include-tests')).toEqual(['a.ts', 'old/b.ts', 'test/c.ts']);
  });

  it('does not let names of files and code steer the terminal', () => {
    const root = tempFolder({ [`${ESCAPE}[31mred.ts`]: `/* ${ESCAPE}[2J */ ${HEADER}` });
    expect(runCli(root, []).stdout).not.toContain(ESCAPE);
  });
});

describe('colour', () => {
  const root = tempFolder({ 'a.ts': HEADER });
  const hasColour = (env: Readonly<Record<string, string>>): boolean => runCli(root, [], env).stdout.includes(ESCAPE);

  it.each([
    ['is off in a pipe', {}, false],
    ['is on when it is forced', { FORCE_COLOR: '1' }, true],
    ['is off with NO_COLOR, even when it is forced', { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['is off in CI', { CI: 'true' }, false],
    ['is on in CI when it is forced', { CI: 'true', FORCE_COLOR: '1' }, true],
    ['is off when it is forced off', { FORCE_COLOR: '0' }, false],
  ])('%s', (_, env, expected) => expect(hasColour(env)).toBe(expected));

  it('never gets into JSON', async () => {
    for (const format of FORMATS.filter(f => f !== 'terminal')) expect((await runInProcess(root, ['-f', format], { FORCE_COLOR: '1' })).stdout).not.toContain(ESCAPE);
  });

  // `script` of util-linux gives a command a terminal.
  it.skipIf(spawnSync('script', ['--version']).status !== 0)('is on in a terminal, off there with NO_COLOR and in CI', () => {
    const inTerminal = (env: string): string => spawnSync('script', ['-qec', `env -u NO_COLOR -u CI -u FORCE_COLOR TERM=xterm ${env} ${process.execPath} ${CLI} audit`, '/dev/null'], { cwd: root, encoding: 'utf8' }).stdout;
    expect(inTerminal('')).toContain(`${ESCAPE}[31m`);
    expect(inTerminal('NO_COLOR=1')).not.toContain(`${ESCAPE}[`);
    expect(inTerminal('CI=1')).not.toContain(`${ESCAPE}[`);
  });
});

describe('JSON', () => {
  const root = tempFolder(projectWithFindings(3, 2));

  it('is all that is on stdout', () => {
    const { stdout, stderr } = runCli(root, ['--format', 'json']);
    expect(stderr).toBe('');
    expect((JSON.parse(stdout) as Report).findings).toHaveLength(6);
  });

  it('has one finding on each line of JSONL and nothing else', () => {
    const { stdout, stderr } = runCli(root, ['--format', 'jsonl']);
    expect(stderr).toBe('');
    const findings = stdout.trimEnd().split('\n').map(line => JSON.parse(line) as Finding);
    expect(findings).toEqual((JSON.parse(runCli(root, ['--format', 'json']).stdout) as Report).findings);
  });

  it('is empty for JSONL without findings', () => {
    expect(runCli(tempFolder({ 'a.ts': CLEAN }), ['--format', 'jsonl'])).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

describe('big output', () => {
  const root = tempFolder(projectWithFindings(120, 80));

  it('reaches a slow reader whole', async () => {
    const { status, stdout, stderr } = await runCliSlowly(root, ['--format', 'jsonl'], 2);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout.length).toBeGreaterThan(5 * 1024 * 1024);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(120 * 80);
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it.each(eachNth(3, FORMATS.filter(f => f !== 'markdown')))('may be cut off by the reader: %s', format => {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', `set -o pipefail; "${process.execPath}" "${CLI}" audit --fail-on never -f ${format} | head -1`], { cwd: root, encoding: 'utf8' });
    expect({ status, stderr, lines: stdout.split('\n').length }).toEqual({ status: 0, stderr: '', lines: 2 });
  });
});

describe('rules and explain', () => {
  const root = tempFolder();

  it('list the rules and the clauses', () => {
    expect(runCli(root, ['rules']).stdout).toMatch(/^no-sampling {2,}\S/m);
    const clauses = JSON.parse(runCli(root, ['rules', '--clauses', '--json']).stdout) as readonly { id: string; by: string }[];
    expect(clauses.length).toBeGreaterThan(100);
    expect(new Set(clauses.map(c => c.by)).size).toBeGreaterThan(1);
  });

  it('explain every clause and every rule that are listed', async () => {
    const rules = JSON.parse(runCli(root, ['rules', '--json']).stdout) as readonly { id: string; clauses: readonly string[] }[];
    expect(rules.length).toBeGreaterThan(20);
    for (const { id, clauses } of rules) {
      const io = capturedIo(root);
      expect(await explainCommand(id, io)).toBe(0);
      for (const clause of clauses) expect(io.written.stdout).toContain(clause);
    }
    expect(runCli(root, ['explain', 'session-id-header']).stdout).toContain('no-session-header');
  });
});

it('never shows a stack, whatever it is given', () => {
  const root = tempFolder({ 'a.ts': HEADER, 'b.js': '\uFEFF#!/usr/bin/env node\n<<<<<<< HEAD\n=======\n>>>>>>> x\nmcp-session-id', 'c.ts': `/* modelcontextprotocol */ ${'('.repeat(500)}` });
  for (const args of [[], ['-f', 'json'], ['migrate'], ['audit', join(root, 'a.ts')], ['audit', '\0'], ['audit', ''], ['explain', ''], ['--rule', ''], ['migrate', '--patch', root]]) {
    if (args.includes('\0')) continue; // No process can be given this.
    const { stdout, stderr } = runCli(root, args);
    expect(stdout + stderr).not.toMatch(STACK);
  }
});

/** Many files that each have many findings. */
function projectWithFindings(files: number, each: number): Readonly<Record<string, string>> {
  const lines = Array.from({ length: each }, (_, i) => `export const id${i} = req => req.headers['mcp-session-id'];\n`).join('');
  return Object.fromEntries(Array.from({ length: files }, (_, i) => [`src/file-${i}.ts`, lines]));
}
