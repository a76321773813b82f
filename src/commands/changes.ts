import { spawnSync } from 'node:child_process';
import { UsageError } from './io.js';

/** Whether a range of lines of a file has a change in it. */
export type IsChanged = (file: string, line: number, endLine: number) => boolean;

interface Lines {
  readonly from: number;
  readonly to: number;
}

/** What changed in this folder since a commit, in the working tree: committed, staged, not staged, and files that are new. */
export function changesSince(root: string, ref: string): IsChanged {
  const inside = git(root, ['rev-parse', '--is-inside-work-tree']);
  if (inside === undefined) throw new UsageError(`--since needs git, and ${root} is in no repository of it.`);
  const commit = ref.startsWith('-') ? undefined : git(root, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`])?.trim();
  if (commit === undefined) throw new UsageError(`git knows no ${ref}. Give a branch, a tag or a commit; a shallow clone may lack it: git fetch --unshallow.`);
  // What others did on that branch meanwhile is no change of ours.
  const base = git(root, ['merge-base', commit, 'HEAD'])?.trim() ?? commit;
  const diff = git(root, ['-c', 'core.quotePath=false', 'diff', '--unified=0', '--no-color', '--no-ext-diff', '--no-textconv', '--no-renames', '--relative', '--src-prefix=a/', '--dst-prefix=b/', base, '--', '.']);
  const added = git(root, ['ls-files', '-z', '--others', '--exclude-standard', '--', '.']);
  if (diff === undefined || added === undefined) throw new UsageError(`git could not say what changed since ${ref}.`);
  const changed = readDiff(diff);
  const fresh = new Set(added.split('\0'));
  return (file, line, endLine) => fresh.has(file) || (changed.get(file) ?? []).some(l => l.from <= endLine && line <= l.to);
}

function git(root: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1024 * 1024 * 1024 });
  return status === 0 ? stdout : undefined;
}

/** Changed lines by file. Where lines are only gone, the lines around the gap count: what is left there may read differently now. */
export function readDiff(diff: string): ReadonlyMap<string, readonly Lines[]> {
  const files = new Map<string, Lines[]>();
  let current: Lines[] | undefined;
  let rest = 0;
  for (const line of diff.split('\n')) {
    // Lines of content can look like heads: they are counted off.
    if (rest > 0 && /^[-+]/.test(line)) {
      rest--;
      continue;
    }
    const name = /^\+\+\+ (?:"?b\/(.+?)"?\t?|\/dev\/null)$/.exec(line);
    if (name) {
      current = [];
      if (name[1] !== undefined) files.set(unquoted(name[1]), current);
      continue;
    }
    const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (!hunk) continue;
    const [gone, start, count] = [Number(hunk[1] ?? 1), Number(hunk[2]), Number(hunk[3] ?? 1)];
    rest = gone + count;
    current?.push(count === 0 ? { from: start, to: start + 1 } : { from: start, to: start + count - 1 });
  }
  return files;
}

function unquoted(name: string): string {
  return name.replace(/\\(["\\])/g, '$1');
}
