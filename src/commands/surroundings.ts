// What stands around a project: git, a package manager, commands of its own.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isRecord } from '../graph/workspace.js';
import type { Project } from '../project.js';

/** Files that git knows and that are not committed; undefined outside of git. */
export function uncommitted(root: string): readonly string[] | undefined {
  const { status, stdout } = spawnSync('git', ['status', '--porcelain', '--untracked-files=no', '--', '.'], { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) return undefined;
  return stdout.split('\n').flatMap(line => (line.trim() === '' ? [] : [line.slice(3)]));
}

/** The command that installs what the manifests say. */
export function installCommand(root: string, project: Project): string {
  const declared = project.manifests.find(m => m.folder === '')?.json['packageManager'];
  const named = typeof declared === 'string' ? /^(npm|pnpm|yarn|bun)@/.exec(declared)?.[1] : undefined;
  return `${named ?? byLockFile(root) ?? 'npm'} install`;
}

const LOCK_FILES = [['pnpm-lock.yaml', 'pnpm'], ['yarn.lock', 'yarn'], ['bun.lock', 'bun'], ['bun.lockb', 'bun'], ['package-lock.json', 'npm'], ['npm-shrinkwrap.json', 'npm']] as const;

/** A package of a workspace has its lock file further up. */
function byLockFile(root: string): string | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = LOCK_FILES.find(([file]) => existsSync(join(folder, file)));
    if (found) return found[1];
    if (dirname(folder) === folder || existsSync(join(folder, '.git'))) return undefined;
  }
}

/** How the project is built and started. */
export function ownCommands(project: Project, install: string): { readonly build: string | undefined; readonly start: string | undefined } {
  const manifest = project.manifests.find(m => m.folder === '');
  const scripts = manifest?.json['scripts'];
  const manager = install.split(' ')[0] ?? 'npm';
  const build = isRecord(scripts) && typeof scripts['build'] === 'string' ? `${manager} run build` : undefined;
  const start = isRecord(scripts) && typeof scripts['start'] === 'string' && /^node \S+$/.test(scripts['start']) ? scripts['start'] : undefined;
  const bin = manifest?.json['bin'];
  const file = typeof bin === 'string' ? bin : isRecord(bin) ? Object.values(bin).find(v => typeof v === 'string') : manifest?.json['main'];
  return { build, start: start ?? (typeof file === 'string' ? `node ${file}` : undefined) };
}

/** Runs a command of the user's in a shell. Its output goes where ours goes. */
export function runCheck(command: string, root: string): number {
  const { status } = spawnSync(command, { cwd: root, shell: true, stdio: ['ignore', 2, 2] });
  return status ?? 1;
}
