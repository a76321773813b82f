// The formats of audit for other programs: SARIF, annotations of GitHub, code quality of GitLab, Markdown.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import draft4 from 'ajv-draft-04';
import { marked } from 'marked';
import type { Log, Result } from 'sarif';
import { describe, expect, it } from 'vitest';
import { auditFolder, auditTree } from '../src/audit.js';
import { memoryTree } from '../src/files/memory.js';
import { registry } from '../src/registry.js';
import { auditMarkdown } from '../src/report/audit-markdown.js';
import { codeQualityReport } from '../src/report/code-quality.js';
import { fold } from '../src/report/fold.js';
import { githubReport } from '../src/report/github.js';
import type { Report } from '../src/report/report.js';
import { sarifReport } from '../src/report/sarif.js';
import { runInProcess, runCliSlowly } from './support/cli.js';
import { HOSTILE_NAMES, hostileProject } from './support/hostile.js';
import { ROOT } from './support/imports.js';
import { ruleCases } from './support/rule-cases.js';
import { tempFolder } from './support/temp.js';

const demo = auditFolder(join(ROOT, 'fixtures/demo'), registry);
const hostile = auditTree(memoryTree(new Map(Object.entries(hostileProject()))), registry);
const sarif = (report: Report, prefix = ''): Log => JSON.parse(sarifReport(report, { prefix })) as Log;
const markdown = (report: Report): string => auditMarkdown(report, { link: () => undefined, today: '2026-09-01', next: undefined });

it('has hostile input that is reported', () => {
  expect(new Set(hostile.findings.map(f => f.file)).size).toBe(HOSTILE_NAMES.length);
});

describe('SARIF', async () => {
  // The formats of the schema (uri, date-time) are checked by the tests below where we write them.
  const validate = new draft4.default({ strict: false, validateFormats: false, allErrors: true }).compile(JSON.parse(readFileSync(join(ROOT, 'test/schemas/sarif-2.1.0.json'), 'utf8')) as object);
  const problems = (log: Log): readonly unknown[] => (validate(log) ? [] : (validate.errors ?? []));
  const cases = (await ruleCases()).map(({ name, files }) => ({ name, report: auditTree(memoryTree(files), registry, { all: true, includeTests: true }) }));

  it('fits the official schema', () => {
    for (const { name, report } of cases) expect(problems(sarif(report)), name).toEqual([]);
    expect(problems(sarif(demo))).toEqual([]);
    expect(problems(sarif(hostile, 'a b/'))).toEqual([]);
    expect(problems(sarif(auditTree(memoryTree(new Map([['broken.ts', `const = req.headers['mcp-session-id']`]])), registry)))).toEqual([]);
  });

  it('is checked by a schema that refuses what is wrong', () => {
    const log = sarif(demo);
    const [run] = log.runs;
    if (!run) throw new Error('no run');
    expect(problems({ ...log, runs: [{ ...run, results: [{ level: 'fatal' }] }] } as unknown as Log)).not.toEqual([]);
    expect(problems({ ...log, runs: [{ ...run, extra: 1 }] } as unknown as Log)).not.toEqual([]);
  });

  it('has a result for each finding, at its place and with its fingerprint', () => {
    const results = sarif(demo, 'server/').runs[0]?.results ?? [];
    expect(results.map(r => r.partialFingerprints?.['mcpStateless/v1'])).toEqual(demo.findings.map(f => f.fingerprint));
    expect(results.map(r => r.locations?.[0]?.physicalLocation)).toEqual(
      demo.findings.map(f => ({ artifactLocation: { uri: `server/${f.file}`, uriBaseId: '%SRCROOT%' }, region: { startLine: f.line, startColumn: f.column, endLine: f.endLine, endColumn: f.endColumn } })),
    );
    expect(new Set(results.map(r => r.level))).toEqual(new Set(['error', 'warning']));
  });

  it('has rules with help, to which the results point', () => {
    const run = sarif(demo).runs[0];
    const rules = run?.tool.driver.rules ?? [];
    expect(rules.map(r => r.id).sort()).toEqual([...new Set(demo.findings.map(f => f.rule))].sort());
    for (const rule of rules) {
      expect(rule.help?.markdown).toContain('**What to do:**');
      expect(rule.helpUri).toMatch(/^https:\/\/.+\/README\.md$/);
      expect(rule.name).toMatch(/^[A-Z][A-Za-z0-9]+$/);
    }
    for (const r of run?.results ?? []) expect(rules[r.ruleIndex ?? -1]?.id).toBe(r.ruleId);
  });

  it('has the evidence as related locations, and the links of the message lead to them', () => {
    const results = cases.flatMap(({ report }) => (sarif(report).runs[0]?.results ?? []).map((result, index) => ({ result, finding: report.findings[index] })));
    for (const { result, finding } of results) expect(result.relatedLocations?.length ?? 0).toBe((finding?.because.length ?? 0) + (finding?.related.length ?? 0));
    const linked = results.filter(({ result }) => linksIn(result).length > 0);
    expect(linked.length).toBeGreaterThan(10);
    for (const { result } of linked) for (const id of linksIn(result)) expect(result.relatedLocations?.map(l => l.id)).toContain(id);
  });

  it('has addresses that lead to files with any name, and no links made of code', () => {
    for (const result of sarif(hostile).runs[0]?.results ?? []) {
      const uri = result.locations?.[0]?.physicalLocation?.artifactLocation?.uri ?? '';
      expect(uri).toMatch(/^[A-Za-z0-9%._~/-]+$/);
      expect(HOSTILE_NAMES).toContain(decodeURIComponent(uri));
      expect(result.message.text).not.toMatch(/(?<!\\)\]\((?!\d+\))/);
    }
  });
});

function linksIn(result: Result): readonly number[] {
  return [...(result.message.text ?? '').matchAll(/(?<!\\)\]\((\d+)\)/g)].map(m => Number(m[1]));
}

describe('annotations of GitHub', () => {
  const rows = githubReport(demo, 'server/').trimEnd().split('\n');

  it('are one line for each finding, the worst first, and a summary', () => {
    expect(rows).toHaveLength(demo.findings.length + 1);
    const levels = rows.slice(0, -1).map(r => /^::(\w+) /.exec(r)?.[1]);
    expect(levels).toEqual([...demo.findings.filter(f => f.severity === 'error').map(() => 'error'), ...demo.findings.filter(f => f.severity === 'warning').map(() => 'warning')]);
    const [first] = demo.findings.filter(f => f.severity === 'error');
    expect(rows[0]).toContain(`::error file=server/${first?.file ?? '?'},line=${first?.line ?? 0},`);
  });

  it('hold nothing from files that a workflow could take for a command', () => {
    const text = githubReport(hostile, '');
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(hostile.findings.length + hostile.files.broken.length + 1);
    for (const line of lines.slice(0, -1)) {
      const [, properties = ''] = /^::(?:error|warning|notice) (.*?)::/.exec(line) ?? [];
      expect(properties.split(',').map(p => p.split('=')[0])).toEqual(expect.arrayContaining(['file', 'line', 'title']));
      expect(properties.replace(/%[0-9A-F]{2}/g, '')).not.toMatch(/[%\r\n:]/);
    }
  });
});

describe('code quality of GitLab', () => {
  it('has what GitLab asks for, and no fingerprint twice', () => {
    const issues = JSON.parse(codeQualityReport(demo, 'server/')) as readonly { description: string; check_name: string; fingerprint: string; severity: string; location: { path: string; lines: { begin: number } } }[];
    expect(issues.map(i => `${i.location.path}:${i.location.lines.begin} ${i.check_name}`)).toEqual(demo.findings.map(f => `server/${f.file}:${f.line} ${f.rule}`));
    expect(new Set(issues.map(i => i.fingerprint)).size).toBe(issues.length);
    for (const { severity, description } of issues) {
      expect(['info', 'minor', 'major', 'critical', 'blocker']).toContain(severity);
      expect(description.length).toBeGreaterThan(20);
    }
  });
});

describe('Markdown', () => {
  it('tells each finding with its line, the reason and the way out', () => {
    const text = auditMarkdown(demo, { link: (file, line) => `https://example.org/${file}#L${line}`, today: '2026-09-01', next: 'npx mcp-stateless migrate' });
    for (const f of demo.findings) {
      expect(text).toContain(`[\`${f.file}:${f.line}\`](https://example.org/${f.file}#L${f.line})`);
      expect(text).toContain(f.fix.summary);
    }
    expect(text).toContain('Next: `npx mcp-stateless migrate`');
    expect(text.match(/<details>/g)).toHaveLength(demo.units.length);
    expect(text.match(/<\/details>/g)).toHaveLength(demo.units.length);
  });

  it('holds nothing of a file that has a meaning in Markdown or HTML', () => {
    const text = markdown(hostile);
    const html = marked.parse(text, { async: false, gfm: true });
    expect(new Set([...html.matchAll(/<([a-z0-9]+)/gi)].map(m => m[1]))).toEqual(new Set(['h2', 'details', 'summary', 'b', 'ul', 'li', 'p', 'code', 'a', 'strong']));
    for (const [, url] of html.matchAll(/<a href="([^"]*)"/g)) expect(url).toMatch(/^https:\/\/modelcontextprotocol\.io\//);
    for (const [, code = ''] of html.matchAll(/<code>([^]*?)<\/code>/g)) expect(code).not.toContain('\n');
    expect(html.replace(/<code>[^]*?<\/code>/g, '')).not.toMatch(/(?<![\w;])@\w/);
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u202e');
  });

  it.each([20, 2_000, 12_000])('fits a comment with %i findings', number => {
    const lines = Array.from({ length: 20 }, (_, i) => `export const id${i} = req => req.headers['mcp-session-id'];\n`).join('');
    const files = new Map(Array.from({ length: number / 20 }, (_, i) => [`src/${'long-folder-name/'.repeat(6)}file-${i}.ts`, lines] as const));
    const report = auditTree(memoryTree(files), registry);
    expect(report.findings).toHaveLength(number);
    const text = markdown(report);
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text).toContain(`${number.toLocaleString('en-US')} error`);
    // Every unit is still told of, alone or with its kind.
    expect(text.includes('file-0.ts') || text.includes(`${number.toLocaleString('en-US')} places in`) || text.includes('20 places in 1 file')).toBe(true);
  });
});

describe('folding', () => {
  const part = (...variants: [string, ...string[]]): { readonly variants: readonly [string, ...string[]] } => ({ variants });

  it('changes nothing that fits', () => {
    expect(fold([part('aaaa', 'a'), part('bbbb', 'b')], 100)).toEqual({ text: 'aaaa\n\nbbbb', folded: false });
  });

  it('shortens the last parts first, and all of them once before one of them twice', () => {
    const parts = [part('aaaaaaaa', 'aaaa', 'a'), part('bbbbbbbb', 'bbbb', 'b')];
    expect(fold(parts, 16).text).toBe('aaaaaaaa\n\nbbbb');
    expect(fold(parts, 12).text).toBe('aaaa\n\nbbbb');
    expect(fold(parts, 9).text).toBe('aaaa\n\nb');
    expect(fold(parts, 6)).toEqual({ text: 'a\n\nb', folded: true });
  });
});

describe('in a repository', () => {
  it('paths are those of the repository, wherever the audit runs', async () => {
    const root = tempFolder({ '.git/HEAD': 'ref: refs/heads/main\n', 'packages/server/a.ts': `export const id = req => req.headers['mcp-session-id'];\n` });
    for (const [cwd, path] of [[root, 'packages/server'], [join(root, 'packages/server'), '.'], [join(root, 'packages'), 'server']] as const) {
      expect((await runInProcess(cwd, ['audit', path, '-f', 'github'])).stdout).toContain('file=packages/server/a.ts,');
      expect((await runInProcess(cwd, ['audit', path, '-f', 'sarif'])).stdout).toContain('"uri": "packages/server/a.ts"');
      expect((await runInProcess(cwd, ['audit', path, '-f', 'gitlab'])).stdout).toContain('"path": "packages/server/a.ts"');
    }
  });

  it('lines are links in a run of GitHub or GitLab', async () => {
    const root = tempFolder({ 'a.ts': `export const id = req => req.headers['mcp-session-id'];\n` });
    expect((await runInProcess(root, ['-f', 'markdown'], { GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'o/r', GITHUB_SHA: 'abc' })).stdout).toContain('(https://github.com/o/r/blob/abc/a.ts#L1)');
    expect((await runInProcess(root, ['-f', 'markdown'], { CI_PROJECT_URL: 'https://gitlab.com/o/r', CI_COMMIT_SHA: 'abc' })).stdout).toContain('(https://gitlab.com/o/r/-/blob/abc/a.ts#L1)');
  });
});

it('reaches a slow reader whole, more than 5 MB of SARIF', async () => {
  const lines = Array.from({ length: 80 }, (_, i) => `export const id${i} = req => req.headers['mcp-session-id'];\n`).join('');
  const root = tempFolder(Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`src/file-${i}.ts`, lines])));
  const { status, stdout, stderr } = await runCliSlowly(root, ['-f', 'sarif'], 2);
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  expect(stdout.length).toBeGreaterThan(5 * 1024 * 1024);
  expect((JSON.parse(stdout) as Log).runs[0]?.results).toHaveLength(80 * 80);
});
