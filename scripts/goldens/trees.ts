// Trees of one repository: how packages come into them, and what a compiler says of two of them.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCommand, run, type Shell } from './commands.js';
import type { GoldenRecord } from './record.js';

export interface Commands {
  readonly install: string;
  readonly typecheck: string | undefined;
  readonly test: string | undefined;
  readonly manager: string;
}

/** Errors that were not there before. */
export function newErrors(before: readonly string[], after: readonly string[]): readonly string[] {
  const left = [...before];
  return after.filter(e => {
    const at = left.indexOf(e);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

export async function install(text: string, root: string, subdir: string, shell: Shell): Promise<string | undefined> {
  const command = readCommand(text, root, subdir);
  if (!command) return 'no command';
  const { code, output, timedOut } = await run(command.command, command.cwd, shell);
  writeFileSync(`${root}.install.log`, output);
  return code === 0 ? undefined : timedOut ? 'timed out' : output.trim().split('\n').slice(-3).join(' | ').slice(0, 300);
}

/** The same installation where the lock file no longer fits. */
export function loosened({ install: text, manager }: Commands): string {
  const note = /\s*\([^()]*\)\s*$/.exec(text)?.[0] ?? '';
  switch (manager) {
    case 'pnpm':
      return `pnpm install --no-frozen-lockfile --ignore-scripts${note}`;
    case 'yarn':
      return `yarn install --ignore-scripts${note}`;
    case 'bun':
      return `bun install --ignore-scripts${note}`;
    default:
      return `npm install --ignore-scripts --no-audit --no-fund${extraPackages(text)} || npm install --ignore-scripts --no-audit --no-fund --legacy-peer-deps${extraPackages(text)}${note}`;
  }
}

function extraPackages(text: string): string {
  return /--no-save [^&|()]+/.exec(text)?.[0].trimEnd().replace(/^/, ' ') ?? '';
}

export function commandsOf(record: GoldenRecord, root: string, subdir: string): Commands {
  const has = (file: string): boolean => existsSync(join(root, file));
  const manager = /\b(pnpm|bun|yarn) install/.exec(record.install ?? '')?.[1] ?? (record.install !== undefined ? 'npm' : has('pnpm-lock.yaml') ? 'pnpm' : has('bun.lock') || has('bun.lockb') ? 'bun' : has('yarn.lock') ? 'yarn' : 'npm');
  const guessed: Readonly<Record<string, string>> = { pnpm: 'pnpm install --frozen-lockfile --ignore-scripts (root)', bun: 'bun install --ignore-scripts (root)', yarn: 'yarn install --frozen-lockfile --ignore-scripts (root)', npm: has('package-lock.json') ? 'npm ci --ignore-scripts --no-audit --no-fund (root)' : 'npm install --ignore-scripts --no-audit --no-fund (root)' };
  return {
    manager,
    install: record.status === 'static' ? '' : (record.install ?? guessed[manager] ?? ''),
    typecheck: record.typecheck ?? (existsSync(join(root, subdir, 'tsconfig.json')) ? 'npx tsc --noEmit' : undefined),
    test: record.test ?? guessedTest(join(root, subdir, 'package.json')),
  };
}

function guessedTest(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const { scripts } = JSON.parse(readFileSync(path, 'utf8')) as { scripts?: Record<string, string> };
  const script = scripts?.['test'] ?? '';
  if (/vitest/.test(script)) return 'npx vitest run';
  return /jest/.test(script) ? 'npx jest' : undefined;
}

/** A copy in which installed packages are shared until one of them changes. */
export function copyTree(tree: string, to: string, modules: boolean): void {
  // A link to a checkout would be copied as a link, and the original be written to.
  const from = realpathSync(tree);
  rmSync(to, { recursive: true, force: true });
  if (!modules) {
    cpSync(from, to, { recursive: true, verbatimSymlinks: true, filter: path => !/(?:^|\/)node_modules$/.test(path) });
    return;
  }
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, filter: path => !/(?:^|\/)node_modules$/.test(path) });
  for (const folder of modulesIn(from)) spawnSync('cp', ['-al', join(from, folder), join(to, folder)]);
}

function modulesIn(root: string, folder = '', depth = 0): readonly string[] {
  if (depth > 4) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap(e => {
    if (!e.isDirectory() || e.name === '.git') return [];
    const path = folder === '' ? e.name : `${folder}/${e.name}`;
    return e.name === 'node_modules' ? [path] : modulesIn(root, path, depth + 1);
  });
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
