import { execFileSync } from 'node:child_process';
import { tempFolder } from './temp.js';

/** Nothing of the machine's own configuration, and the same dates each time. */
const ENVIRONMENT = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_AUTHOR_DATE: '2026-08-01T10:00:00Z', GIT_COMMITTER_DATE: '2026-08-01T10:00:00Z' };

export function gitIn(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'core.symlinks=true', ...args], { cwd: folder, encoding: 'utf8', env: { ...process.env, ...ENVIRONMENT } }).trim();
}

/** A repository with one commit of these files, or with none. */
export function repository(files: Readonly<Record<string, string>> = {}): string {
  const root = tempFolder(files);
  gitIn(root, 'init', '-q', '-b', 'main');
  if (Object.keys(files).length === 0) return root;
  gitIn(root, 'add', '-Af');
  gitIn(root, 'commit', '-qm', 'first');
  return root;
}

/** One more commit: these files written, those with null removed. Returns its hash. */
export function commitFiles(root: string, files: Readonly<Record<string, string | null>>, message: string, write: (folder: string, files: Readonly<Record<string, string>>) => void): string {
  const removed = Object.entries(files).flatMap(([path, text]) => (text === null ? [path] : []));
  if (removed.length > 0) gitIn(root, 'rm', '-q', '--', ...removed);
  write(root, Object.fromEntries(Object.entries(files).flatMap(([path, text]) => (text === null ? [] : [[path, text] as const]))));
  gitIn(root, 'add', '-Af');
  gitIn(root, 'commit', '-qm', message);
  return gitIn(root, 'rev-parse', 'HEAD');
}
