import { spawnSync } from 'node:child_process';

/** Said to the user as it is: git's own words are in it where they help. */
export class GitError extends Error {}

/** Reads only: takes no locks, runs no hooks, asks for no password, and starts no program that the repository names. */
const OPTIONS = ['--no-pager', '--no-optional-locks', '--literal-pathspecs', '-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false'];
const MAX_OUTPUT = 1024 * 1024 * 1024;

export function git(folder: string, args: readonly string[], input?: string): Buffer {
  const ran = spawnSync('git', [...OPTIONS, ...args], { cwd: folder, input: input ?? '', maxBuffer: MAX_OUTPUT, env: { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1' } });
  if (ran.error) throw new GitError('code' in ran.error && ran.error.code === 'ENOENT' ? 'This needs git, which cannot be found. Install it.' : `git cannot be run: ${ran.error.message}`);
  if (ran.status !== 0) throw new GitError(ran.stderr.toString('utf8').trim() || `git ${args[0] ?? ''} failed.`);
  return ran.stdout;
}

export function gitText(folder: string, args: readonly string[]): string {
  return git(folder, args).toString('utf8').trim();
}

/** Undefined where git says no. */
export function tryGit(folder: string, args: readonly string[]): string | undefined {
  try {
    return gitText(folder, args);
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}
