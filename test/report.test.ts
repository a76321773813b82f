// Two states of a project, compared.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { marked } from 'marked';
import type { Log } from 'sarif';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Comparison } from '../src/comparison/comparison.js';
import { appended, readHistory } from '../src/comparison/history.js';
import { matchFindings } from '../src/comparison/match.js';
import { ownersFrom } from '../src/comparison/owners.js';
import type { Finding } from '../src/finding.js';
import type { Report } from '../src/report/report.js';
import { sparkline } from '../src/report/trend.js';
import { runInProcess } from './support/cli.js';
import { commitFiles, gitIn, repository } from './support/git.js';
import { hostileProject } from './support/hostile.js';
import { ROOT } from './support/imports.js';
import { AFTER, BEFORE } from './support/migration.js';
import { recomputed } from './support/recompute.js';
import { tempFolder, writeFiles } from './support/temp.js';

const TODAY = ['--today', '2026-09-01'];
const HEADER = `export const id = req => req.headers['mcp-session-id'];\n`;

/** The demo migration, before and after, as two commits. */
function migration(): { readonly root: string; readonly base: string; readonly head: string } {
  const root = repository(BEFORE);
  const base = gitIn(root, 'rev-parse', 'HEAD');
  return { root, base, head: commitFiles(root, AFTER, 'Migrate the transport and the cart', writeFiles) };
}

async function reported(root: string, ...args: readonly string[]): Promise<Comparison> {
  const { stdout, stderr, status } = await runInProcess(root, ['report', '-f', 'json', ...TODAY, ...args]);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return JSON.parse(stdout) as Comparison;
}

/** What `audit` says of a commit that is checked out elsewhere. */
async function audited(root: string, commit: string): Promise<Report> {
  const folder = tempFolder();
  gitIn(folder, 'clone', '-q', root, '.');
  gitIn(folder, 'checkout', '-q', commit);
  return JSON.parse((await runInProcess(folder, ['audit', '-f', 'json', '--fail-on', 'never', ...TODAY])).stdout) as Report;
}

const { root, base, head } = migration();
let comparison: Comparison;
beforeAll(async () => {
  comparison = await reported(root, '--base', base, '--head', head);
});

describe('a migration', () => {
  it('adds up: every number follows from the audits of both states', async () => {
    const [before, after] = [await audited(root, base), await audited(root, head)];
    expect(before.findings.length).toBeGreaterThan(after.findings.length);
    expect(recomputed(comparison, before, after)).toEqual([]);
  });

  it('would not add up with a number that is wrong', async () => {
    const [before, after] = [await audited(root, base), await audited(root, head)];
    expect(recomputed({ ...comparison, totals: { ...comparison.totals, fixed: { error: 1, warning: 0, info: 0 } } }, before, after)).not.toEqual([]);
    expect(recomputed({ ...comparison, findings: comparison.findings.slice(1) }, before, after)).not.toEqual([]);
    expect(recomputed({ ...comparison, clauses: comparison.clauses.slice(1) }, before, after)).not.toEqual([]);
  });

  it('names what was changed and what was left', () => {
    const units = Object.fromEntries(comparison.units.map(u => [u.title, u.status]));
    expect(units).toMatchObject({ 'HTTP sessions': 'done', 'State between calls: carts': 'done', 'Log messages to the client': 'untouched' });
    expect(comparison.findings.filter(f => f.status === 'left').map(f => f.finding.file)).toEqual(['src/server.ts', 'src/server.ts']);
    expect(comparison.findings.filter(f => f.status === 'left').map(f => f.from?.line)).toEqual([5, 7]);
    expect(comparison.head.readiness.score).toBeGreaterThan(comparison.base.readiness.score);
  });

  it('says what clients notice', () => {
    const told = comparison.wire.map(w => `${w.kind} ${w.name} ${w.change}${w.detail === undefined ? '' : `: ${w.detail}`}`);
    expect(told).toEqual(
      expect.arrayContaining([
        'entry createMcpHandler added',
        'entry StreamableHTTPServerTransport with sessions removed',
        'tool create_cart added: without arguments',
        'argument add_item.cart_id added: required',
        'argument add_item.note added: optional',
        'argument list_items.cart_id added: required',
        'route DELETE /mcp removed',
        'header mcp-session-id removed',
        'status 400 removed',
      ]),
    );
    // What did not change is not told.
    expect(told.join('\n')).not.toMatch(/tool (?:add_item|list_items)|add_item\.item|capability|POST/);
    const session = comparison.wire.find(w => w.name === 'mcp-session-id');
    expect(session?.modern).not.toBe(session?.older);
    for (const w of comparison.wire) expect(Math.min(w.modern.length, w.older.length)).toBeGreaterThan(5);
  });

  it('says which packages and variables came and went', () => {
    expect(comparison.dependencies.map(d => `${d.name} ${d.before ?? '-'} ${d.after ?? '-'}`)).toEqual(['@modelcontextprotocol/node - ^2.1.0', '@modelcontextprotocol/sdk ^1.20.0 -', '@modelcontextprotocol/server - ^2.4.0', 'express ^5.0.0 ^5.1.0']);
    expect(comparison.environment).toMatchObject([{ name: 'HOST_NAME', change: 'added', file: 'src/http.ts' }]);
  });

  it('says who owns the rest', () => {
    const owners = Object.fromEntries(comparison.units.map(u => [u.title, u.owners]));
    expect(owners).toMatchObject({ 'HTTP sessions': ['@org/platform'], 'State between calls: carts': ['@ann', 'bob@example.org'], 'Log messages to the client': ['@org/everybody'] });
  });

  it('counts down to removals and names the next command', () => {
    expect(comparison.head.readiness.countdown.map(d => d.days)).toEqual([330]);
    expect(comparison.next[0]).toBe('npx mcp-stateless migrate');
  });

  it('is told in all formats, the same bytes each time, and touches nothing', async () => {
    const before = gitIn(root, 'status', '--porcelain');
    const formats = ['terminal', 'markdown', 'html', 'json', 'sarif', 'github', 'gitlab', 'badge', 'badge-svg'];
    const run = async (printed: string): Promise<readonly string[]> => {
      const folder = tempFolder();
      const ran = await runInProcess(root, ['report', '--base', base, '-f', printed, ...formats.flatMap(f => ['-o', `${f}=${join(folder, f)}`]), ...TODAY]);
      expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: '' });
      expect(readFileSync(join(folder, printed), 'utf8')).toBe(ran.stdout);
      return formats.map(f => readFileSync(join(folder, f), 'utf8'));
    };
    const first = await run('markdown');
    expect(await run('sarif')).toEqual(first);
    for (const text of first) expect(text.length).toBeGreaterThan(20);
    expect(gitIn(root, 'status', '--porcelain')).toBe(before);
  });
});

describe('the schema of the comparison', () => {
  const schema = (file: string): object => JSON.parse(readFileSync(join(ROOT, 'docs', file), 'utf8')) as object;
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictTuples: false, strictRequired: false });
  ajv.addSchema(schema('report.schema.json'));
  const validate = ajv.compile(schema('comparison.schema.json'));
  const problems = (value: unknown): readonly unknown[] => (validate(value) ? [] : (validate.errors ?? []));

  it('fits what is printed', async () => {
    expect(problems(comparison)).toEqual([]);
    expect(problems(await reported(root, '--base', base, '--history', join(tempFolder(), 'h.jsonl'), '--repository-url', 'https://github.com/o/r'))).toEqual([]);
  });

  it('does not fit what is missing, unknown or of another kind', () => {
    for (const member of ['base', 'totals', 'findings', 'units', 'wire', 'next']) expect(problems({ ...comparison, [member]: undefined }), member).not.toEqual([]);
    expect(problems({ ...comparison, extra: 1 })).not.toEqual([]);
    expect(problems({ ...comparison, findings: [{ ...comparison.findings[0], status: 'gone' }] })).not.toEqual([]);
  });
});

describe('the states', () => {
  it('are where the branch began and the working tree, with what is not committed', async () => {
    const work = repository({ 'a.ts': HEADER, 'b.ts': 'export {};\n' });
    writeFiles(work, { 'b.ts': HEADER, 'c.ts': HEADER });
    const made = await reported(work);
    expect(made.base.name).toBe('HEAD');
    expect(made.head).toMatchObject({ name: 'working tree' });
    expect(made.findings.map(f => `${f.status} ${f.finding.file}`)).toEqual(['new b.ts', 'new c.ts', 'left a.ts']);
  });

  it('can be compared from where they parted', async () => {
    const work = repository({ 'a.ts': HEADER });
    gitIn(work, 'checkout', '-qb', 'feature');
    commitFiles(work, { 'mine.ts': HEADER }, 'mine', writeFiles);
    gitIn(work, 'checkout', '-q', 'main');
    commitFiles(work, { 'a.ts': null }, 'theirs', writeFiles);
    expect((await reported(work, '--base', 'main', '--head', 'feature')).totals.new.error).toBe(2);
    expect((await reported(work, '--base', 'main', '--head', 'feature', '--merge-base')).totals.new.error).toBe(1);
  });

  it('may be a folder of the repository', async () => {
    const work = repository({ 'server/a.ts': HEADER, 'other/b.ts': HEADER, CODEOWNERS: '/server/ @me\n' });
    const made = JSON.parse((await runInProcess(work, ['report', 'server', '-f', 'json', '--head', 'HEAD', '--repository-url', 'https://github.com/o/r'])).stdout) as Comparison;
    expect(made.findings.map(f => f.finding.file)).toEqual(['a.ts']);
    expect(made.findings[0]?.url).toBe(`https://github.com/o/r/blob/${gitIn(work, 'rev-parse', 'HEAD')}/server/a.ts#L1`);
    expect(made.units[0]?.owners).toEqual(['@me']);
  });

  it('that cannot be had get a sentence and exit code 2', async () => {
    const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
      [tempFolder({ 'a.ts': HEADER }), [], /no git repository/],
      [root, ['--base', 'nowhere'], /There is no commit nowhere here/],
      [root, ['--head', '--upload-pack=x'], /There is no commit/],
      [root, ['-o', 'html'], /format=file/],
      [root, ['-o', 'pdf=x.pdf'], /Formats: terminal/],
      [root, ['-o', `html=${join(root, 'no/such/folder.html')}`], /Is there such a folder/],
      [root, ['--repository-url', 'javascript:alert(1)'], /no address/],
      [root, ['--history', root], /cannot be read/],
      [tempFolder({ 'x/.git': 'gitdir: nowhere' }), ['x'], /no git repository/],
    ];
    for (const [folder, args, message] of cases) {
      const { status, stdout, stderr } = await runInProcess(folder, ['report', ...args]);
      expect({ status, stdout }, args.join(' ')).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(message);
    }
  });
});

describe('the exit code', () => {
  it('follows the policy', async () => {
    const work = repository({ 'a.ts': HEADER });
    const status = async (...args: readonly string[]): Promise<number | null> => (await runInProcess(work, ['report', ...args])).status;
    expect([await status('--fail-on', 'error'), await status('--fail-on', 'new-error')]).toEqual([1, 0]);
    writeFiles(work, { 'b.ts': HEADER });
    expect([await status(), await status('--fail-on', 'new-error')]).toEqual([0, 1]);
    writeFiles(work, { 'a.ts': 'export {};\n', 'b.ts': 'export {};\n' });
    expect(await status('--fail-on', 'info')).toBe(0);
  });
});

describe('matching', () => {
  const finding = (file: string, subject: string, fingerprint: string): Finding => ({ ...(comparison.findings[0]?.finding ?? fail()), file, subject, fingerprint });
  const fail = (): never => {
    throw new Error('no finding');
  };
  const matched = (before: readonly Finding[], after: readonly Finding[], renamed: (f: string) => string | undefined = () => undefined): readonly string[] => {
    const { fixed, added, left } = matchFindings(before, after, renamed);
    return [...fixed.map(f => `fixed ${f.fingerprint}`), ...added.map(f => `new ${f.fingerprint}`), ...left.map(p => `left ${p.before.fingerprint}=${p.after.fingerprint}`)];
  };

  it('finds edited statements and renamed files again, and takes nobody twice', () => {
    expect(matched([finding('a', 's', '1')], [finding('a', 's', '1')])).toEqual(['left 1=1']);
    expect(matched([finding('a', 's', '1')], [finding('a', 's', '2')])).toEqual(['left 1=2']);
    expect(matched([finding('a', 's', '1')], [finding('a', 't', '2')])).toEqual(['fixed 1', 'new 2']);
    expect(matched([finding('a', 's', '1')], [finding('b', 's', '2')])).toEqual(['fixed 1', 'new 2']);
    expect(matched([finding('a', 's', '1')], [finding('b', 's', '2')], f => (f === 'a' ? 'b' : undefined))).toEqual(['left 1=2']);
    expect(matched([finding('a', 's', '1'), finding('a', 's', '2')], [finding('a', 's', '2')])).toEqual(['fixed 1', 'left 2=2']);
    expect(matched([finding('a', 's', '1')], [finding('a', 's', '2'), finding('a', 's', '3')])).toEqual(['new 3', 'left 1=2']);
  });

  it('follows a file that was renamed', async () => {
    const work = repository({ 'old.ts': `// one\nexport const a = 1;\n${HEADER}` });
    commitFiles(work, { 'old.ts': null, 'deep/new.ts': `// one\nexport const a = 1;\n${HEADER}` }, 'move', writeFiles);
    expect((await reported(work, '--base', 'HEAD~1', '--head', 'HEAD')).findings).toMatchObject([{ status: 'left', from: { file: 'old.ts', line: 3 }, finding: { file: 'deep/new.ts' } }]);
  });
});

describe('owners', () => {
  const owners = ownersFrom('# all\n* @all\n*.ts @ts\n/docs/ @docs\napps/ @apps @two\n/build/logs/* @logs\n**/deep @deep\n/no-one.ts\nspace\\ name.txt a@b.c # why\n/src/**/x.js @x\n');

  it.each([
    ['readme.md', ['@all']],
    ['src/a.ts', ['@ts']],
    ['docs/a/b.md', ['@docs']],
    ['x/docs/a.md', ['@all']],
    ['x/apps/a.md', ['@apps', '@two']],
    ['build/logs/a.log', ['@logs']],
    ['build/logs/a/b.log', ['@all']],
    ['a/deep/b.md', ['@deep']],
    ['no-one.ts', []],
    ['space name.txt', ['a@b.c']],
    ['src/x.js', ['@x']],
    ['src/a/b/x.js', ['@x']],
  ])('of %s', (file, expected) => expect(owners(file)).toEqual(expected));

  it('of sections are added up, with their defaults', () => {
    const gitlab = ownersFrom('* @all\n[Docs][2] @writers\n*.md\ndocs/ @docs\n^[Optional]\n*.md @reader\n');
    expect(gitlab('a.md')).toEqual(['@all', '@writers', '@reader']);
    expect(gitlab('docs/b.txt')).toEqual(['@all', '@docs']);
  });
});

describe('the history', () => {
  it('gets a line for each run, keeps what is there, and draws what it can read', async () => {
    const file = join(tempFolder(), 'history.jsonl');
    await runInProcess(root, ['report', '--base', base, '--head', base, '--history', file, ...TODAY]);
    appendFileSync(file, 'not json');
    const second = await runInProcess(root, ['report', '--base', base, '--head', head, '--history', file, '--today', '2026-09-02', '-f', 'html']);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    const { entries, unreadable } = readHistory(readFileSync(file, 'utf8'));
    expect(unreadable).toEqual([2]);
    expect(entries.map(e => [e.date, e.commit, e.score, e.error])).toEqual([
      ['2026-09-01', base, comparison.base.readiness.score, comparison.base.counts.error],
      ['2026-09-02', head, comparison.head.readiness.score, comparison.head.counts.error],
    ]);
    expect(second.stdout).toMatch(/<polyline class="curve" points="\d+,\d+ \d+,\d+"/);
    expect((await runInProcess(root, ['report', '--base', base, '--history', file, '-f', 'markdown'])).stdout).toContain('Readiness over 3 runs');
  });

  it('takes nothing for an entry that is none', () => {
    const entry = { schema: 1, date: '2026-09-01', commit: null, score: 50, verdict: 'breaks', error: 1, warning: 2, info: 3, units: 1 } as const;
    expect(readHistory(appended('', entry)).entries).toEqual([entry]);
    for (const text of ['[]', 'null', '{}', JSON.stringify({ ...entry, score: 'x' }), JSON.stringify({ ...entry, date: '<b>' }), JSON.stringify({ ...entry, commit: 1 })]) expect(readHistory(text)).toEqual({ entries: [], unreadable: [1] });
    expect(sparkline([0, 50, 100])).toBe('▁▅█');
  });
});

describe('what migrate has stored', () => {
  it('is told, and tolerated when it is nonsense', async () => {
    const work = repository({ 'a.ts': HEADER });
    expect((await reported(work)).verification).toBeUndefined();
    writeFiles(work, { '.mcp-stateless/last-migration.json': '{ "checks": [{ "name": "types", "status": "pass" }] }' });
    expect((await reported(work)).verification).toEqual({ checks: [{ name: 'types', status: 'pass' }] });
    expect((await runInProcess(work, ['report', '-f', 'markdown'])).stdout).toContain('"status": "pass"');
    const stored = {
      schema: 1, tool: 'mcp-stateless 0.1.0', time: '2026-09-01T10:00:00Z', left: 3, markers: [{}], check: 'npm test',
      steps: [{ title: 'Serve </script> it', files: ['a.ts'], verdict: { parses: true, stable: true } }],
      dropped: [{ transform: 'x-to-y', title: 'Replace x', reason: 'it would not compile.' }],
      types: { verdict: 'same', files: 2, added: [] },
      proof: { command: 'node server.js', replicas: 3, steps: 8, eras: ['modern', 'older'] },
    };
    writeFileSync(join(work, '.mcp-stateless/last-migration.json'), JSON.stringify(stored));
    const told = tempFolder();
    const inTerminal = (await runInProcess(work, ['report', '-o', `markdown=${join(told, 'a.md')}`, '-o', `html=${join(told, 'a.html')}`])).stdout;
    for (const report of [inTerminal, ...['a.md', 'a.html'].map(name => readFileSync(join(told, name), 'utf8'))]) {
      for (const words of ['1 step in 1 file on 2026-09-01', 'no error that was not there before (2 files checked)', 'Replace x, because: it would not compile.', 'npm test', '8 calls over 3 replicas, for modern and older clients', '3 findings left, with 1 marker']) expect(report).toContain(words);
    }
    writeFiles(work, { '.mcp-stateless/last-migration.json': '{ "schema": 1, "steps": [1, null, { "files": 3, "verdict": [] }], "types": 7, "dropped": {}, "left": "x", "proof": { "eras": 1 } }' });
    expect((await runInProcess(work, ['report', '-f', 'markdown'])).stdout).toContain('The types were not checked.');
    writeFileSync(join(work, '.mcp-stateless/last-migration.json'), '{');
    expect(await reported(work)).toMatchObject({ notes: [expect.stringContaining('is no JSON object')] });
  });
});

describe('badges', () => {
  it('have the forms that shields.io and browsers take', async () => {
    const json = JSON.parse((await runInProcess(root, ['report', '--base', base, '-f', 'badge'])).stdout) as Record<string, unknown>;
    expect(json).toEqual({ schemaVersion: 1, label: 'MCP 2026-07-28', message: `${comparison.head.readiness.score}%`, color: 'brightgreen' });
    expect((await runInProcess(root, ['report', '--base', base, '-f', 'badge-svg'])).stdout).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg".*<\/svg>\n$/);
  });
});

describe('hostile content', () => {
  const work = repository({ 'readme.md': 'x' });
  const subject = '</script><script>window.hacked=9</script> ![x](https://evil.example/p) @octocat';
  commitFiles(work, { ...hostileProject(), CODEOWNERS: `* @<script>x</script>\n`, 'package.json': JSON.stringify({ dependencies: { '"><img src=x onerror=window.hacked=7>': '`|<b>' } }) }, subject, writeFiles);
  const shown = async (format: string): Promise<string> => (await runInProcess(work, ['report', '--base', 'HEAD~1', '--head', 'HEAD', '-f', format])).stdout;

  it('is text in Markdown', async () => {
    const html = marked.parse((await shown('markdown')).replace('<!-- mcp-stateless-report -->', ''), { async: false, gfm: true });
    const tags = new Set([...html.matchAll(/<([a-z0-9]+)/gi)].map(m => m[1]));
    expect([...tags].filter(t => !['h2', 'h3', 'details', 'summary', 'b', 'ul', 'li', 'p', 'code', 'a', 'strong', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'br'].includes(t ?? ''))).toEqual([]);
    for (const [, url] of html.matchAll(/<a href="([^"]*)"/g)) expect(url).not.toMatch(/^(?!https:\/\/modelcontextprotocol)/);
    expect(html.replace(/<code>[^]*?<\/code>/g, '')).not.toMatch(/(?<![\w;])@\w/);
  });

  it('is text in HTML', async () => {
    const page = await shown('html');
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page.match(/<\/script/g)).toHaveLength(1);
    expect(page).not.toMatch(/<img|<b>[^\d]|onerror=window(?!\.hacked=\d+&#62;)/);
  });

  it('is text in the other formats', async () => {
    expect(await shown('terminal')).not.toContain(String.fromCharCode(27));
    for (const line of (await shown('github')).trimEnd().split('\n').slice(0, -1)) expect(line).toMatch(/^::(?:error|warning|notice) file=/);
    const [asSarif, asJson] = [await shown('sarif'), await shown('json')];
    expect(() => JSON.parse(asSarif) as Log).not.toThrow();
    expect(() => JSON.parse(asJson) as Comparison).not.toThrow();
  });
});

describe('2,000 findings', () => {
  const work = repository({ 'readme.md': 'x' });
  const lines = Array.from({ length: 20 }, (_, i) => `export const id${i} = req => req.headers['mcp-session-id'];\n`).join('');
  commitFiles(work, Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`src/file-${i}.ts`, lines])), 'many', writeFiles);

  it('fit: HTML under 5 MB, Markdown in a comment, JSON whole', async () => {
    const folder = tempFolder();
    const args = ['html', 'markdown', 'json', 'sarif'].flatMap(f => ['-o', `${f}=${join(folder, f)}`]);
    expect((await runInProcess(work, ['report', '--base', 'HEAD~1', '--head', 'HEAD', ...args])).status).toBe(0);
    const text = (f: string): string => readFileSync(join(folder, f), 'utf8');
    expect((JSON.parse(text('json')) as Comparison).totals.new.error).toBe(2000);
    expect(Buffer.byteLength(text('html'))).toBeLessThan(5_000_000);
    expect(text('html').match(/<li class="finding"/g)).toHaveLength(2000);
    expect(text('markdown').length).toBeLessThanOrEqual(65_536);
    expect(text('markdown')).toContain('2,000 new');
    expect(existsSync(join(work, '.git/index.lock'))).toBe(false);
  });
});
