// What the plugin adds to ESLint with `recommended` of typescript-eslint, without type services, in processor time.
//   npm run lint-cost              a server of 40 files that is made for it
//   npm run lint-cost -- DIR ...   the TypeScript files of these folders
// Each run is a process of its own, from its start to its end; with and without the plugin take turns. Exits 1 above the limit.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverFiles } from './lint-cost-server.js';

const LIMIT = 1.3;
const RUNS = Number(process.env['RUNS'] ?? 15);
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

const RUN = `
import { ESLint } from ${JSON.stringify(join(root, 'node_modules/eslint/lib/api.js'))};
import tseslint from ${JSON.stringify(join(root, 'node_modules/typescript-eslint/dist/index.js'))};
const [folder, config] = process.argv.slice(2);
const configs = [{ ignores: ['**/node_modules', '**/dist', '**/build', '**/*.d.ts'] }, ...tseslint.configs.recommended.map(c => ({ ...c, files: ['**/*.ts'] }))];
if (config !== 'none') configs.push(...(await import(${JSON.stringify(join(root, 'dist/bundles/eslint.js'))})).default.configs[config]);
const eslint = new ESLint({ cwd: folder, overrideConfigFile: true, overrideConfig: configs, allowInlineConfig: false });
const results = await eslint.lintFiles(['**/*.ts']);
const found = results.flatMap(r => r.messages.filter(m => m.ruleId?.startsWith('mcp-stateless/'))).length;
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ files: results.length, found, cpu: (user + system) / 1000 }));
`;

interface Run {
  readonly files: number;
  readonly found: number;
  readonly cpu: number;
}

function run(script: string, folder: string, config: string): Run {
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, folder, config], { encoding: 'utf8', cwd: root });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Run;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function measure(script: string, folder: string, name: string): boolean {
  const without: number[] = [];
  const having: number[] = [];
  const ratios: number[] = [];
  let last: Run = { files: 0, found: 0, cpu: 0 };
  for (let i = 0; i < RUNS; i++) {
    const plain = run(script, folder, 'none');
    last = run(script, folder, 'all');
    without.push(plain.cpu);
    having.push(last.cpu);
    ratios.push(last.cpu / plain.cpu);
  }
  const ratio = median(ratios);
  console.log(`| ${name} | ${last.files} | ${last.found} | ${median(without).toFixed(0)} ms | ${median(having).toFixed(0)} ms | +${((ratio - 1) * 100).toFixed(0)} % |`);
  return ratio <= LIMIT;
}

const work = realpathSync(mkdtempSync(join(tmpdir(), 'mcp-stateless-cost-')));
try {
  const script = join(work, 'run.mjs');
  writeFileSync(script, RUN);
  const given = process.argv.slice(2);
  console.log('| server | files | findings | without | with all rules | adds |\n| --- | --- | --- | --- | --- | --- |');
  let fits = true;
  if (given.length === 0) {
    for (const [path, text] of Object.entries(serverFiles())) {
      mkdirSync(dirname(join(work, 'server', path)), { recursive: true });
      writeFileSync(join(work, 'server', path), text);
    }
    fits = measure(script, join(work, 'server'), '40 files, made for this');
  }
  for (const folder of given) fits = measure(script, resolve(folder), folder.replace(/\/$/, '').split('/').at(-1) ?? folder) && fits;
  if (!fits) process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
