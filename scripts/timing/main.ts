// What an audit costs on real repositories, beside other tools on the same trees.
//   npm run timing -- fetch DIR                    checks out the commits of repositories.json below DIR
//   npm run timing -- run DIR [--peers FOLDER]     writes docs/timing.md; FOLDER is where the peers are installed
//                     [--peers-every N]         the peers on each Nth repository only: they take long
//                     [--only NAME]
//   npm run timing -- plan FOLDER ...              what a plan costs, without and with types; nothing is written
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Repository {
  readonly repo: string;
  readonly commit: string;
}

interface Cost {
  /** Processor time. */
  readonly seconds: number;
  /** From start to end, as a person waits. */
  readonly wall: number;
  readonly megabytes: number;
  readonly status: number | null;
}

interface Tool {
  readonly name: string;
  readonly script: string;
  readonly args: (tree: string) => readonly string[];
  /** Exit codes of a run that did its work. */
  readonly fine: readonly number[];
}

interface Row {
  readonly repository: Repository;
  readonly files: number;
  readonly costs: readonly Cost[];
}

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const LIMIT = { seconds: 2, megabytes: 300, files: 5000 };
/** What takes longer than four minutes has no answer. */
const PATIENCE = 240_000;
const SOURCE = /\.(?:[cm]?[jt]s|[jt]sx)$/;

function repositories(): readonly Repository[] {
  return JSON.parse(readFileSync(join(here, 'repositories.json'), 'utf8')) as Repository[];
}

function treeOf(dir: string, { repo }: Repository): string {
  return join(dir, repo.replace('/', '__'));
}

function fetchAll(dir: string): void {
  for (const repository of repositories()) {
    const tree = treeOf(dir, repository);
    if (existsSync(tree)) continue;
    mkdirSync(tree, { recursive: true });
    const git = (...args: string[]) => spawnSync('git', args, { cwd: tree, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
    const got = git('init', '-q') && git('fetch', '-q', '--depth', '1', `https://github.com/${repository.repo}.git`, repository.commit) && git('checkout', '-q', 'FETCH_HEAD');
    console.log(`${got ? 'got' : 'FAILED'} ${repository.repo}`);
    if (!got) rmSync(tree, { recursive: true, force: true });
  }
}

function tools(peers: string | undefined): readonly Tool[] {
  const ours: Tool = { name: 'mcp-stateless audit', script: join(root, 'dist/bundles/cli.js'), args: tree => ['audit', tree, '--format', 'json', '--fail-on', 'never'], fine: [0] };
  if (peers === undefined) return [ours];
  return [
    ours,
    { name: '@booyaka/mcp-vet', script: join(peers, 'node_modules/@booyaka/mcp-vet/dist/cli.js'), args: tree => ['--no-files', '--fail-on', 'none', tree], fine: [0] },
    { name: 'official codemod, dry run', script: join(peers, 'node_modules/@modelcontextprotocol/codemod/dist/cli.mjs'), args: tree => ['v1-to-v2', tree, '--dry-run'], fine: [0] },
  ];
}

function measure(tool: Tool, tree: string, scratch: string): Cost {
  const to = join(scratch, 'cost.json');
  rmSync(to, { force: true });
  const start = performance.now();
  const { status } = spawnSync(process.execPath, ['--import', join(here, 'measure.mjs'), tool.script, ...tool.args(tree)], {
    env: { ...process.env, MEASURE_TO: to },
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: PATIENCE,
  });
  const wall = (performance.now() - start) / 1000;
  const cost = existsSync(to) ? (JSON.parse(readFileSync(to, 'utf8')) as { seconds: number; megabytes: number }) : { seconds: Number.NaN, megabytes: Number.NaN };
  return { ...cost, wall, status: status !== null && tool.fine.includes(status) ? 0 : (status ?? -1) };
}

function countFiles(dir: string): number {
  let count = 0;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.isDirectory()) count += entry.name === 'node_modules' || entry.name === '.git' ? 0 : countFiles(join(dir, entry.name));
    else if (SOURCE.test(entry.name)) count++;
  }
  return count;
}

function run(dir: string, peers: string | undefined, only: string | undefined, every = 1): number {
  const measured = tools(peers);
  const scratch = mkdtempSync(join(tmpdir(), 'mcp-stateless-timing-'));
  const rows: Row[] = [];
  try {
    for (const [index, repository] of repositories().entries()) {
      const tree = treeOf(dir, repository);
      if (!existsSync(tree) || (only !== undefined && !repository.repo.includes(only))) continue;
      const row = { repository, files: countFiles(tree), costs: (index % every === 0 ? measured : measured.slice(0, 1)).map(tool => measure(tool, tree, scratch)) };
      rows.push(row);
      console.log(line(row));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  if (only === undefined) writeFileSync(join(root, 'docs/timing.md'), page(measured, rows));
  const bad = rows.filter(r => isTooDear(r) || r.costs[0]?.status !== 0);
  console.log(`${String(rows.length)} repositories, ${String(bad.length)} over the limit or failed${bad.length > 0 ? `: ${bad.map(r => r.repository.repo).join(', ')}` : ''}`);
  return bad.length > 0 ? 1 : 0;
}

function isTooDear({ files, costs: [ours] }: Row): boolean {
  return files <= LIMIT.files && ours !== undefined && (ours.wall > LIMIT.seconds || ours.megabytes > LIMIT.megabytes);
}

function shown({ seconds, wall, megabytes, status }: Cost): string {
  if (Number.isNaN(seconds)) return 'no answer | | ';
  return `${seconds.toFixed(2)}${status === 0 ? '' : ` (exit ${String(status)})`} | ${wall.toFixed(2)} | ${megabytes.toFixed(0)}`;
}

function line({ repository, files, costs }: Row): string {
  return `| ${repository.repo} \`${repository.commit.slice(0, 8)}\` | ${String(files)} | ${costs.map(shown).join(' | ')} |`;
}

function median(values: readonly number[]): number {
  const sorted = values.filter(v => !Number.isNaN(v)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function page(measured: readonly Tool[], all: readonly Row[]): string {
  // Programs are compared on the repositories that all of them were run on.
  const together = all.filter(r => r.costs.length === measured.length);
  const summaryOf = (tool: Tool, i: number, rows: readonly Row[]): string => {
    const total = (of: (c: Cost) => number): readonly number[] => rows.flatMap(r => (r.costs[i] ? [of(r.costs[i])] : []));
    const seconds = total(c => c.seconds);
    const walls = total(c => c.wall);
    const failed = rows.filter(r => r.costs[i]?.status !== 0).length;
    return `| ${tool.name} | ${String(rows.length)} | ${median(seconds).toFixed(2)} | ${Math.max(...seconds.filter(s => !Number.isNaN(s))).toFixed(2)} | ${seconds.reduce((a, b) => a + (Number.isNaN(b) ? 0 : b), 0).toFixed(0)} | ${median(walls).toFixed(2)} | ${Math.max(...walls).toFixed(2)} | ${median(total(c => c.megabytes)).toFixed(0)} | ${Math.max(...total(c => c.megabytes).filter(m => !Number.isNaN(m))).toFixed(0)} | ${String(failed)} |`;
  };
  const [ours] = measured;
  const summary = [...(ours && together.length < all.length ? [summaryOf(ours, 0, all)] : []), ...measured.map((tool, i) => summaryOf(tool, i, together))];
  const dear = all.filter(isTooDear).map(r => r.repository.repo);
  const tooDear = `Over ${String(LIMIT.seconds)} s of wall time or ${String(LIMIT.megabytes)} MB, of those with up to ${String(LIMIT.files)} source files: ${dear.length === 0 ? 'none' : `${String(dear.length)} (${dear.join(', ')})`}.`;
  const padded = (row: Row): string => line(row) + ' - | - | - |'.repeat(measured.length - row.costs.length);
  return `# What an audit costs

Processor time (user and system), wall time and memory (largest resident set) of each program on the same checkout, one after the other on the same
machine, each in a process of its own, starting included. Made by \`npm run timing\` from
[scripts/timing](../scripts/timing/repositories.json); a machine that is busy makes all columns larger, so compare columns.

| program | repositories | median s | largest s | all s | median wall s | largest wall s | median MB | largest MB | failed runs |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${summary.join('\n')}

${String(all.length)} repositories. Source files are counted outside \`node_modules\`; for each program: seconds of the processor, seconds from start to end, megabytes.
${tooDear}

| repository | source files | ${measured.map(t => `${t.name} s | wall s | MB`).join(' | ')} |
| --- | --- | ${measured.map(() => '--- | --- | ---').join(' | ')} |
${all.map(padded).join('\n')}
`;
}

/** Of a busy machine, the least of three says most. */
const PLANS = 3;

function plans(folders: readonly string[]): number {
  const scratch = mkdtempSync(join(tmpdir(), 'mcp-stateless-timing-'));
  let failed = 0;
  try {
    for (const folder of folders) {
      const costs = [['--no-types'], []].map(options => {
        const tool: Tool = { name: 'plan', script: join(root, 'dist/bundles/cli.js'), args: tree => ['migrate', tree, '--json', '--no-config', ...options], fine: [0] };
        const runs = Array.from({ length: PLANS }, () => measure(tool, folder, scratch));
        return runs.reduce((a, b) => (b.seconds < a.seconds ? b : a));
      });
      failed += costs.filter(c => c.status !== 0).length;
      console.log(`${folder}: ${String(countFiles(folder))} source files; processor seconds, wall seconds and megabytes without types | with types: ${costs.map(shown).join(' | ')}`);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return failed > 0 ? 1 : 0;
}

const [command, dir, ...rest] = process.argv.slice(2);
const option = (name: string): string | undefined => (rest.includes(name) ? rest[rest.indexOf(name) + 1] : undefined);
if (command === 'fetch' && dir) fetchAll(resolve(dir));
else if (command === 'run' && dir) process.exitCode = run(resolve(dir), option('--peers') === undefined ? undefined : resolve(option('--peers') ?? ''), option('--only'), Number(option('--peers-every') ?? 1));
else if (command === 'plan' && dir) process.exitCode = plans([dir, ...rest].map(f => resolve(f)));
else {
  console.error('usage: npm run timing -- fetch DIR | run DIR [--peers FOLDER [--peers-every N]] [--only NAME] | plan FOLDER ...');
  process.exitCode = 2;
}
