import { git, GitError, gitText, tryGit } from './git.js';

export interface Commit {
  readonly hash: string;
  /** As the user wrote it. */
  readonly ref: string;
  /** First line of the message. */
  readonly subject: string;
  /** ISO date of the commit. */
  readonly date: string;
}

export interface Repository {
  /** Its top folder. */
  readonly top: string;
  /** From the top to the folder that was asked about, with a slash at its end, or empty. */
  readonly prefix: string;
}

export function openRepository(folder: string): Repository {
  const top = tryGit(folder, ['rev-parse', '--show-toplevel']);
  if (top === undefined) throw new GitError('This folder is in no git repository, so there are no two states to compare. `mcp-stateless audit` tells about the state that is there.');
  const prefix = gitText(folder, ['rev-parse', '--show-prefix']);
  return { top, prefix };
}

export function commitOf({ top }: Repository, ref: string): Commit {
  const hash = tryGit(top, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
  if (hash === undefined) throw new GitError(missing(top, ref));
  const [date = '', ...subject] = gitText(top, ['log', '-1', '--no-show-signature', '--format=%cI%n%s', hash, '--']).split('\n');
  return { hash, ref, subject: subject.join(' '), date: date.slice(0, 10) };
}

function missing(top: string, ref: string): string {
  const shallow = tryGit(top, ['rev-parse', '--is-shallow-repository']) === 'true';
  return `There is no commit ${ref} here.${shallow ? ' This clone has only a part of the history: fetch the rest (`git fetch --unshallow`, or fetch-depth: 0 in a workflow).' : ' `git log --oneline` lists commits; `git fetch` gets those of others.'}`;
}

export function mergeBase(repository: Repository, a: Commit, b: Commit): Commit {
  const hash = tryGit(repository.top, ['merge-base', a.hash, b.hash]);
  if (hash === undefined) throw new GitError(`${a.ref} and ${b.ref} have no common history here. In a shallow clone, fetch more of it.`);
  return { ...commitOf(repository, hash), ref: a.ref };
}

/** Where work on this branch began: the common history with the main branch, or the last commit when that is where we are. */
export function defaultBase(repository: Repository): Commit {
  const head = commitOf(repository, 'HEAD');
  for (const ref of ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master']) {
    if (tryGit(repository.top, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]) === undefined) continue;
    const common = mergeBase(repository, commitOf(repository, ref), head);
    return common.hash === head.hash ? { ...head, ref: 'HEAD' } : common;
  }
  return { ...head, ref: 'HEAD' };
}

/** Whether something under the folder differs from the last commit. */
export function isDirty({ top, prefix }: Repository): boolean {
  return git(top, ['status', '--porcelain', '-z', '--untracked-files=normal', ...(prefix === '' ? [] : ['--', prefix])]).length > 0;
}

/** The address of the repository on the web, when its remote tells. */
export function webAddress({ top }: Repository): string | undefined {
  const remote = tryGit(top, ['config', '--get', 'remote.origin.url']) ?? '';
  const match = /^(?:https?:\/\/(?:[^@/]+@)?|ssh:\/\/(?:[^@/]+@)?|git@)([\w.-]+)(?::\d+)?[/:](.+?)(?:\.git)?\/?$/.exec(remote);
  if (!match?.[1] || !match[2]) return undefined;
  return `https://${match[1]}/${match[2]}`;
}
