// The action of action.yml: its steps, run as the shell commands that they are.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Log } from 'sarif';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CLI } from './support/cli.js';
import { commitFiles, gitIn, repository } from './support/git.js';
import { ROOT } from './support/imports.js';
import { AFTER, BEFORE } from './support/migration.js';
import { tempFolder, writeFiles } from './support/temp.js';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly if?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

const action = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as Action;

/** What a runner knows. */
interface Facts {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly event?: { readonly before?: string; readonly pull_request?: { readonly number: number; readonly base: { readonly sha: string } } };
  /** Comments that are there already. */
  readonly comments?: readonly { readonly id: number; readonly body: string }[];
  /** What the service refuses. */
  readonly refuses?: RegExp;
}

interface Outcome {
  readonly steps: readonly { readonly name: string; readonly status: number | null; readonly stdout: string; readonly stderr: string }[];
  readonly calls: readonly { readonly args: readonly string[]; readonly body: Readonly<Record<string, string>> | null }[];
  readonly outputs: string;
  readonly summary: string;
  readonly out: string;
}

/** `a || b.c`, `x == 'y' && z` over inputs and the event: what the file uses of the language, nothing more. */
function evaluated(expression: string, inputs: Readonly<Record<string, string>>, facts: Facts): string {
  const value = (term: string): string => {
    const text = term.trim();
    const compared = /^(.+?)\s*==\s*'(.*)'$/.exec(text);
    if (compared) return value(compared[1] ?? '') === compared[2] ? 'true' : '';
    if (text.startsWith('inputs.')) return inputs[text.slice(7)] ?? '';
    if (text === 'github.token') return 'token';
    if (text.startsWith('github.event.')) return shown(text.slice(13).split('.').reduce<unknown>((o, k) => (typeof o === 'object' && o !== null ? (Reflect.get(o, k) as unknown) : undefined), facts.event));
    throw new Error(`Unknown expression: ${text}`);
  };
  const all = (text: string): string => text.split('&&').reduce((before, term) => (before === '' ? '' : value(term)), 'true');
  return expression.split('||').reduce((before, term) => before || all(term), '');
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

function filled(text: string, inputs: Readonly<Record<string, string>>, facts: Facts): string {
  return text.replace(/\$\{\{(.*?)\}\}/g, (_, e: string) => evaluated(e, inputs, facts));
}

const GH = `#!/usr/bin/env node
const { appendFileSync, readFileSync } = require('node:fs');
const args = process.argv.slice(2);
const at = args.indexOf('--input');
appendFileSync(process.env.GH_LOG, JSON.stringify({ args, body: at === -1 ? null : JSON.parse(readFileSync(args[at + 1], 'utf8')) }) + '\\n');
if (new RegExp(process.env.GH_REFUSES).test(args.join(' '))) { console.error('HTTP 403'); process.exit(1); }
const filter = args.indexOf('--jq');
if (filter !== -1) {
  const mark = /startswith\\("(.*)"\\)/.exec(args[filter + 1])[1];
  for (const c of JSON.parse(process.env.GH_COMMENTS)) if (c.body.startsWith(mark)) console.log(c.id);
}
`;

function run(root: string, facts: Facts = {}): Outcome {
  const temp = tempFolder({ output: '', summary: '', log: '', 'bin/gh': GH });
  chmodSync(join(temp, 'bin/gh'), 0o755);
  const inputs = { ...Object.fromEntries(Object.entries(action.inputs).map(([name, { default: text }]) => [name, filled(text, {}, facts)])), command: `${process.execPath} ${CLI}`, ...facts.inputs };
  const steps: Outcome['steps'][number][] = [];
  for (const step of action.runs.steps) {
    if (step.run === undefined || (step.if !== undefined && filled(step.if, inputs, facts) === '')) continue;
    const { status, stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run], {
      cwd: root,
      encoding: 'utf8',
      env: {
        PATH: `${join(temp, 'bin')}:${process.env['PATH'] ?? ''}`,
        HOME: temp,
        GITHUB_ACTION_PATH: ROOT,
        RUNNER_TEMP: temp,
        GITHUB_OUTPUT: join(temp, 'output'),
        GITHUB_STEP_SUMMARY: join(temp, 'summary'),
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'o/r',
        GITHUB_SHA: gitIn(root, 'rev-parse', 'HEAD'),
        GITHUB_REF: 'refs/pull/7/merge',
        CI: 'true',
        GH_LOG: join(temp, 'log'),
        GH_COMMENTS: JSON.stringify(facts.comments ?? []),
        GH_REFUSES: facts.refuses?.source ?? '^$',
        ...Object.fromEntries(Object.entries(step.env ?? {}).map(([name, text]) => [name, filled(text, inputs, facts)])),
      },
    });
    steps.push({ name: step.name ?? '', status, stdout, stderr });
    if (status !== 0) break;
  }
  const text = (file: string): string => readFileSync(join(temp, file), 'utf8');
  return { steps, calls: text('log').split('\n').filter(Boolean).map(line => JSON.parse(line) as Outcome['calls'][number]), outputs: text('output'), summary: text('summary'), out: join(temp, 'mcp-stateless') };
}

const HEADER = `export const id = req => req.headers['mcp-session-id'];\n`;
const root = repository(BEFORE);
const base = gitIn(root, 'rev-parse', 'HEAD');
commitFiles(root, AFTER, 'after', writeFiles);
const event = { pull_request: { number: 7, base: { sha: base } } };

describe('action.yml', () => {
  it('pins what it uses, and lets nothing from outside into a command', () => {
    for (const { uses, run: command } of action.runs.steps) {
      if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      expect(command ?? '').not.toContain('${{');
    }
    const workflow = readFileSync(join(ROOT, '.github/workflows/report.yml'), 'utf8');
    for (const [, uses] of workflow.matchAll(/^ +(?:- )?uses: (actions\/\S+)/gm)) expect(uses).toMatch(/@[0-9a-f]{40}$/);
    expect(workflow).not.toMatch(/run:.*\$\{\{/);
  });
});

describe('the steps on a pull request that migrates', () => {
  const outcome = run(root, { event });

  it('all succeed, and tell what the change does', () => {
    expect(outcome.steps.map(s => [s.name, s.status, s.stderr])).toEqual(['Compare', 'Annotate changed lines', 'Send to code scanning', 'Comment', 'Decide'].map(name => [name, 0, '']));
    expect(outcome.outputs).toMatch(/^score=\d+\nnew=0\nreport=.+\n$/);
    expect(outcome.summary).toContain('createMcpHandler');
    for (const file of ['report.html', 'report.md', 'report.json', 'report.sarif', 'code-quality.json', 'badge.json', 'badge.svg']) expect(existsSync(join(outcome.out, file)), file).toBe(true);
  });

  it('annotate changed lines only', () => {
    const rows = outcome.steps[1]?.stdout.trimEnd().split('\n') ?? [];
    expect(rows.slice(0, -1).filter(r => !r.startsWith('::'))).toEqual([]);
    expect(rows.join('\n')).toContain('file=src/server.ts,line=8');
    expect(rows.join('\n')).not.toContain('line=7,');
  });

  it('send the results to code scanning', () => {
    const call = outcome.calls.find(c => c.args.includes('repos/o/r/code-scanning/sarifs'));
    expect(call?.body).toMatchObject({ commit_sha: gitIn(root, 'rev-parse', 'HEAD'), ref: 'refs/pull/7/merge' });
    const log = JSON.parse(gunzipSync(Buffer.from(call?.body?.['sarif'] ?? '', 'base64')).toString('utf8')) as Log;
    expect(log.runs[0]?.results?.length).toBe(2);
  });

  it('write one comment, and update it the next time', () => {
    const first = outcome.calls.at(-1);
    expect(first?.args).toEqual(expect.arrayContaining(['POST', 'repos/o/r/issues/7/comments']));
    const body = first?.body?.['body'] ?? '';
    expect(body).toMatch(/^<!-- mcp-stateless:\d+ -->\n/);
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body).toContain('https://github.com/o/r/blob/');
    const again = run(root, { event, comments: [{ id: 1, body: 'hello' }, { id: 2, body }] });
    expect(again.calls.at(-1)?.args).toEqual(expect.arrayContaining(['PATCH', 'repos/o/r/issues/comments/2']));
  });
});

describe('the steps otherwise', () => {
  it('fail by policy, after everything was told', () => {
    const work = repository({ 'a.ts': HEADER });
    const before = gitIn(work, 'rev-parse', 'HEAD');
    commitFiles(work, { 'b.ts': HEADER }, 'worse', writeFiles);
    const { steps, calls } = run(work, { event: { pull_request: { number: 7, base: { sha: before } } } });
    expect(steps.map(s => s.status)).toEqual([0, 0, 0, 0, 1]);
    expect(steps.at(-1)?.stdout).toContain('::error::The policy new-error is not met');
    expect(calls).toHaveLength(3);
    expect(run(work, { event: { before }, inputs: { 'fail-on': 'never' } }).steps.map(s => [s.name, s.status])).toEqual([['Compare', 0], ['Annotate changed lines', 0], ['Send to code scanning', 0], ['Decide', 0]]);
  });

  it('go on without the rights that a fork lacks, and say so', () => {
    const { steps } = run(root, { event, refuses: /./ });
    expect(steps.map(s => s.status)).toEqual([0, 0, 0, 0, 0]);
    expect(steps[2]?.stdout).toContain('::warning::');
    expect(steps[3]?.stdout).toContain('::warning::');
  });

  it('find the beginning of a new branch, and leave out what is switched off', () => {
    const { steps, calls } = run(root, { event: { before: '0'.repeat(40) }, inputs: { annotations: 'false', sarif: 'false' } });
    expect(steps.map(s => [s.name, s.status])).toEqual([['Compare', 0], ['Decide', 0]]);
    expect(calls).toEqual([]);
  });

  it('stop with what the tool says when it cannot work', () => {
    const { steps } = run(root, { event, inputs: { path: 'nowhere; touch hacked' } });
    expect(steps.map(s => s.status)).toEqual([2]);
    expect(steps[0]?.stderr).toContain('There is no nowhere; touch hacked');
    expect(existsSync(join(root, 'hacked'))).toBe(false);
  });

  it('fetch the history of a shallow clone', () => {
    const clone = join(tempFolder(), 'clone');
    mkdirSync(clone);
    gitIn(clone, 'clone', '-q', '--depth', '1', `file://${root}`, '.');
    writeFileSync(join(clone, 'x'), '');
    expect(run(clone, { event }).steps[0]).toMatchObject({ status: 0, stderr: '' });
  });
});
