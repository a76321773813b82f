import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditTree } from '../src/audit.js';
import { readDiff } from '../src/commands/changes.js';
import { memoryTree } from '../src/files/memory.js';
import { registry } from '../src/registry.js';
import type { Report } from '../src/report/report.js';
import { auditIn, findingsIn, reportIn } from './support/command.js';
import { tempFolder, writeFiles } from './support/temp.js';

const READ = `export const id = (req) => req.headers['mcp-session-id'];\n`;
const RULE = 'mcp-stateless/no-session-header';

function audited(files: Readonly<Record<string, string>>): Report {
  return auditTree(memoryTree(new Map(Object.entries(files))), registry, { today: '2026-08-01' });
}

describe('a comment of ESLint', () => {
  const said = (code: string): unknown => {
    const { findings, suppressed, notes } = audited({ 'a.ts': code });
    return [findings.map(f => f.line), suppressed.map(s => [s.finding.line, s.line, s.reason]), notes.map(n => n.kind)];
  };

  it.each([
    ['for the next line', `// eslint-disable-next-line ${RULE} -- older clients\n${READ}${READ}`, [[3], [[2, 1, 'older clients']], []]],
    ['in a block for the next line', `/* eslint-disable-next-line no-console, ${RULE} -- a -- b */\n${READ}`, [[], [[2, 1, 'a -- b']], []]],
    ['over several lines', `/* eslint-disable-next-line\n  ${RULE}\n  -- because */\n${READ}`, [[], [[4, 1, 'because']], []]],
    ['for its own line', `${READ.trimEnd()} // eslint-disable-line ${RULE} -- here\n${READ}`, [[2], [[1, 1, 'here']], []]],
    ['for the rest of the file', `${READ}/* eslint-disable ${RULE} -- all */\n${READ}${READ}`, [[1], [[3, 2, 'all'], [4, 2, 'all']], []]],
    ['until it is turned on', `/* eslint-disable ${RULE} -- old */\n${READ}/* eslint-enable ${RULE} */\n${READ}`, [[4], [[2, 1, 'old']], []]],
    ['until everything is turned on', `/* eslint-disable ${RULE} -- old */\n${READ}/* eslint-enable */\n${READ}`, [[4], [[2, 1, 'old']], []]],
    ['without a reason', `// eslint-disable-next-line ${RULE}\n${READ}`, [[], [[2, 1, undefined]], ['no-reason']]],
    ['that is not needed', `// eslint-disable-next-line ${RULE} -- older clients\nexport const one = 1;\n${READ}`, [[3], [], ['unused-suppression']]],
    ['for a rule that there is not', `// eslint-disable-next-line mcp-stateless/no-session-headers -- x\n${READ}`, [[2], [], ['unknown-rule']]],
    ['of other rules', `// eslint-disable-next-line no-console\n${READ}`, [[2], [], []]],
    ['of all rules, which is not about this tool', `/* eslint-disable */\n${READ}`, [[2], [], []]],
    ['for all lines, but as a line comment', `// eslint-disable ${RULE} -- x\n${READ}`, [[2], [], []]],
    ['in a string', `const a = "/* eslint-disable ${RULE} -- x */";\n${READ}`, [[2], [], []]],
  ])('%s', (_, code, expected) => {
    expect(said(code)).toEqual(expected);
  });

  it('works in configuration files', () => {
    const nginx = (comment: string): string => `${comment}upstream mcp {\n  ${comment ? '# eslint-disable-next-line mcp-stateless/no-sticky-sessions -- moving in May\n  ' : ''}ip_hash;\n  server a:1;\n  server b:1;\n}\n`;
    const files = { 'server.ts': `import { McpServer } from '@modelcontextprotocol/server';\nexport const s = new McpServer({ name: 'a', version: '1' });\n` };
    const open = audited({ ...files, 'mcp-nginx.conf': nginx('') });
    expect(open.findings.map(f => f.rule)).toEqual(['no-sticky-sessions']);
    const closed = audited({ ...files, 'mcp-nginx.conf': nginx('# the edge\n') });
    expect([closed.findings, closed.suppressed.map(s => s.reason), closed.notes]).toEqual([[], ['moving in May'], []]);
  });

  it('takes what it turns off out of units and readiness', () => {
    const modern = `import { McpServer } from '@modelcontextprotocol/server';\nexport const s = new McpServer({ name: 'a', version: '1' });\n// eslint-disable-next-line ${RULE} -- older clients\n${READ}`;
    expect(audited({ 'a.ts': modern })).toMatchObject({ findings: [], units: [], readiness: { score: 100, verdict: 'ready' } });
  });

  it('is not called unused when its rule did not run', () => {
    const report = auditTree(memoryTree(new Map([['a.ts', `// eslint-disable-next-line ${RULE} -- x\n${READ}`]])), registry, { rules: ['no-sampling'] });
    expect(report.notes).toEqual([]);
  });

  it('is told of to people, with its reason', async () => {
    const root = tempFolder({ 'a.ts': `// eslint-disable-next-line ${RULE} -- older clients\n${READ}// eslint-disable-next-line ${RULE}\nexport const x = 1;\n` });
    const { stdout, status } = await auditIn(root, { format: 'terminal' });
    expect(status).toBe(0);
    expect(stdout).toContain('a.ts:3:1 This comment turns off mcp-stateless/no-session-header, which has nothing to report there: remove it.');
    expect(stdout).toContain('1 turned off by comments: a.ts:1 older clients');
  });
});

describe('a baseline', () => {
  const start = { 'a.ts': READ, 'sub/b.ts': `${READ}${READ}` };

  it('hides what it knows, also when lines have moved', async () => {
    const root = tempFolder(start);
    expect(await auditIn(root, { baseline: 'known.json', updateBaseline: true })).toEqual({ status: 0, stdout: '', stderr: 'Wrote 3 findings to known.json.\n' });
    writeFiles(root, { 'a.ts': `// moved\n\n${READ}`, 'c.ts': READ });
    const after = await auditIn(root, { baseline: 'known.json' });
    expect([after.status, findingsIn(after).map(f => f.file)]).toEqual([1, ['c.ts']]);
    const report = reportIn(await auditIn(root, { baseline: 'known.json', format: 'json' }));
    expect(report.shown).toEqual({ hidden: 3, baseline: { file: 'known.json', known: 3, gone: 0 } });
    // What is known is still there.
    expect(report.readiness.score).toBeLessThan(100);
    expect(report.units.flatMap(u => u.findings)).toEqual(report.findings.map(f => f.fingerprint));
  });

  it('knows a file under its new name, and says what is gone', async () => {
    const root = tempFolder(start);
    await auditIn(root, { baseline: 'known.json', updateBaseline: true });
    renameSync(join(root, 'a.ts'), join(root, 'renamed.ts'));
    writeFiles(root, { 'sub/b.ts': READ });
    const report = reportIn(await auditIn(root, { baseline: 'known.json', format: 'json' }));
    expect([report.findings, report.shown?.baseline]).toEqual([[], { file: 'known.json', known: 2, gone: 1 }]);
    expect((await auditIn(root, { baseline: 'known.json', format: 'terminal' })).stdout).toContain('Not shown: 2 known by known.json, 1 of it gone: --update-baseline\n');
  });

  it('does not hide a copy of what it knows', async () => {
    const root = tempFolder({ 'a.ts': READ });
    await auditIn(root, { baseline: 'known.json', updateBaseline: true });
    writeFiles(root, { 'a.ts': `${READ}${READ}`, 'b.ts': READ });
    expect(findingsIn(await auditIn(root, { baseline: 'known.json' })).map(f => f.file)).toEqual(['a.ts', 'b.ts']);
  });

  it('may be named by the configuration', async () => {
    const root = tempFolder({ 'app/a.ts': READ, 'app/mcp-stateless.config.json': '{ "baseline": "known.json" }' });
    expect((await auditIn(root, { path: 'app', updateBaseline: true })).status).toBe(0);
    expect(readFileSync(join(root, 'app/known.json'), 'utf8')).toContain('no-session-header');
    expect(await auditIn(root, { path: 'app' })).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it.each([
    ['is missing', { baseline: 'no.json' }, 'There is no no.json. Make it: mcp-stateless audit --baseline no.json --update-baseline'],
    ['has no name', { updateBaseline: true }, '--update-baseline needs to know the file'],
    ['is no JSON', { baseline: 'a.ts' }, 'a.ts cannot be read: '],
    ['is another file', { baseline: 'other.json' }, 'other.json is no baseline of this tool.'],
    ['cannot be written', { baseline: 'no/such/folder.json', updateBaseline: true }, 'Is there such a folder?'],
  ])('that %s is told of', async (_, given, message) => {
    const ran = await auditIn(tempFolder({ 'a.ts': READ, 'other.json': '{ "schema": 1 }' }), given);
    expect([ran.status, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toContain(message);
  });
});

describe('--since', () => {
  const git = (root: string, ...args: readonly string[]): void => {
    const { status, stderr } = spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'init.defaultBranch=main', ...args], { cwd: root, encoding: 'utf8' });
    expect({ args, status, stderr: status === 0 ? '' : stderr }).toEqual({ args, status: 0, stderr: '' });
  };
  const repository = (files: Readonly<Record<string, string>>): string => {
    const root = tempFolder(files);
    git(root, 'init', '-q');
    git(root, 'add', '-A');
    git(root, 'commit', '-qm', 'first');
    return root;
  };
  const places = async (root: string, since: string, path?: string): Promise<readonly string[]> => findingsIn(await auditIn(root, { since, ...(path !== undefined && { path }) })).map(f => `${f.file}:${f.line}`);

  it('reports changed lines, whether committed or not, and new files', async () => {
    const root = repository({ 'a.ts': READ, 'b.ts': READ, 'c.ts': READ });
    writeFiles(root, { 'a.ts': `${READ}${READ}` });
    git(root, 'commit', '-qam', 'second');
    writeFiles(root, { 'b.ts': `// moved\n${READ}`, 'c.ts': READ.replace('id', 'other'), 'new file.ts': READ });
    expect(await places(root, 'HEAD~1')).toEqual(['a.ts:2', 'c.ts:1', 'new file.ts:1']);
    expect(await places(root, 'HEAD')).toEqual(['c.ts:1', 'new file.ts:1']);
  });

  it('does not count what happened on the other branch', async () => {
    const root = repository({ 'a.ts': READ, 'b.ts': READ });
    git(root, 'checkout', '-qb', 'ours');
    writeFiles(root, { 'b.ts': `${READ}${READ}` });
    git(root, 'commit', '-qam', 'ours');
    git(root, 'checkout', '-q', '-');
    writeFiles(root, { 'a.ts': '\n' });
    git(root, 'commit', '-qam', 'theirs');
    const theirs = spawnSync('git', ['branch', '--show-current'], { cwd: root, encoding: 'utf8' }).stdout.trim();
    git(root, 'checkout', '-q', 'ours');
    expect(await places(root, theirs)).toEqual(['b.ts:2']);
  });

  it('works in a folder of a repository', async () => {
    const root = repository({ 'app/a.ts': READ, 'b.ts': READ });
    writeFiles(root, { 'app/a.ts': `${READ}${READ}`, 'b.ts': `${READ}${READ}` });
    expect(await places(root, 'HEAD', 'app')).toEqual(['a.ts:2']);
  });

  it('says what is wrong with a name, and where there is no git', async () => {
    expect((await auditIn(repository({ 'a.ts': READ }), { since: 'nowhere' })).stderr).toContain('git knows no nowhere. Give a branch, a tag or a commit');
    expect((await auditIn(repository({ 'a.ts': READ }), { since: '--help' })).stderr).toContain('git knows no --help.');
    expect((await auditIn(tempFolder({ 'a.ts': READ }), { since: 'HEAD' })).stderr).toContain('--since needs git');
  });

  it('is not confused by lines that look like heads', () => {
    const diff = ['+++ b/a.ts', '@@ -1,2 +1,2 @@', '--- a/x', '-b', '+++ b/other.ts', '+@@ -9 +9 @@', '@@ -7,2 +6,0 @@', '-c', '-d', '+++ "b/with \\"quotes\\".ts"', '@@ -0,0 +1 @@', '+x'].join('\n');
    expect([...readDiff(diff)]).toEqual([
      ['a.ts', [{ from: 1, to: 2 }, { from: 6, to: 7 }]],
      ['with "quotes".ts', [{ from: 1, to: 1 }]],
    ]);
  });
});

describe('--clause', () => {
  it('reports what is found for it, by whatever rule', async () => {
    const root = tempFolder({ 'a.ts': `${READ}export const cors = { exposedHeaders: ['mcp-session-id'] };\n` });
    expect(findingsIn(await auditIn(root, { clause: ['cors-headers'] })).map(f => f.line)).toEqual([2]);
    // A finding may be about several clauses.
    expect(findingsIn(await auditIn(root, { clause: ['session-id-header'] })).map(f => f.line)).toEqual([1, 2]);
    expect((await auditIn(root, { clause: ['cors-header'] })).stderr).toBe('mcp-stateless: There is no clause cors-header. Did you mean cors-headers? `mcp-stateless rules --clauses` lists them.\n');
  });
});

describe('--today', () => {
  it('must be a date', async () => {
    const root = tempFolder({ 'a.ts': READ });
    expect(reportIn(await auditIn(root, { today: '2027-01-01', format: 'json' })).readiness.today).toBe('2027-01-01');
    for (const today of ['tomorrow', '2026-02-31', '2026-13-01']) expect((await auditIn(root, { today })).stderr).toBe(`mcp-stateless: ${today} is no date. Write it as 2026-07-28.\n`);
  });
});

it('a baseline keeps its bytes when nothing changes', async () => {
  const root = tempFolder({ 'b.ts': READ, 'a.ts': READ });
  await auditIn(root, { baseline: 'known.json', updateBaseline: true });
  const first = readFileSync(join(root, 'known.json'), 'utf8');
  writeFileSync(join(root, 'c.ts'), '');
  await auditIn(root, { baseline: 'known.json', updateBaseline: true });
  expect(readFileSync(join(root, 'known.json'), 'utf8')).toBe(first);
});
