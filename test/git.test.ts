// Commits as trees: the same files and findings as in a checkout, without one.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditTree } from '../src/audit.js';
import { diskTree } from '../src/files/disk.js';
import { isUnreadable } from '../src/files/tree.js';
import { GitError } from '../src/git/git.js';
import { commitOf, defaultBase, isDirty, mergeBase, openRepository } from '../src/git/repository.js';
import { commitTree } from '../src/git/tree.js';
import { registry } from '../src/registry.js';
import { gitIn, repository } from './support/git.js';
import { tempFolder, writeFiles } from './support/temp.js';

const HEADER = `export const id = req => req.headers['mcp-session-id'];\n`;

describe('the tree of a commit', () => {
  const root = repository();
  writeFiles(root, {
    'src/a.ts': HEADER,
    'src/über ä\tb\n.ts': HEADER,
    'packages/p/x.ts': HEADER,
    'packages/p/.gitignore': 'generated/\n*.gen.ts\n!keep.gen.ts\n',
    'packages/p/a.gen.ts': HEADER,
    'packages/p/keep.gen.ts': HEADER,
    'dist/a.js': HEADER,
    'dist/b.ts': HEADER,
    'node_modules/p/index.js': HEADER,
    'package.json': '{}',
    'image.png': 'no',
    'empty.ts': '',
  });
  symlinkSync('src/a.ts', join(root, 'link.ts'));
  symlinkSync('nowhere', join(root, 'broken.ts'));
  symlinkSync('/etc', join(root, 'out'));
  symlinkSync('src', join(root, 'folder'));
  symlinkSync('loop.ts', join(root, 'loop.ts'));
  gitIn(root, 'add', '-Af');
  gitIn(root, 'commit', '-qm', 'all');

  it('lists and reads what a checkout has', () => {
    for (const folder of ['', 'packages/p']) {
      const disk = diskTree(join(root, folder));
      const commit = commitTree(openRepository(join(root, folder)), commitOf(openRepository(root), 'HEAD'));
      expect(commit.files).toEqual(disk.files);
      expect(commit.skipped).toEqual(disk.skipped);
      for (const { path } of disk.files) expect(commit.read(path)).toEqual(disk.read(path));
      expect(isUnreadable(commit.read('not/there.ts'))).toBe(true);
      const { findings } = auditTree(disk, registry);
      expect(findings.length).toBeGreaterThan(1);
      expect(auditTree(commit, registry).findings).toEqual(findings);
    }
  });

  it('obeys the same options', () => {
    const options = { ignore: ['src'], include: ['*.ts'] };
    expect(commitTree(openRepository(root), commitOf(openRepository(root), 'HEAD'), options).files).toEqual(diskTree(root, options).files);
  });

  it('neither reads nor touches the working tree, the index or the references', () => {
    const commit = commitOf(openRepository(root), 'HEAD');
    const before = auditTree(commitTree(openRepository(root), commit), registry).findings;
    rmSync(join(root, 'src'), { recursive: true });
    writeFiles(root, { 'new.ts': HEADER });
    const index = readFileSync(join(root, '.git/index'));
    const status = gitIn(root, 'status', '--porcelain');
    expect(auditTree(commitTree(openRepository(root), commit), registry).findings).toEqual(before);
    expect(gitIn(root, 'status', '--porcelain')).toBe(status);
    expect(readFileSync(join(root, '.git/index')).equals(index)).toBe(true);
    gitIn(root, 'checkout', '-q', '--', '.');
    rmSync(join(root, 'new.ts'));
  });
});

describe('a repository', () => {
  it('is found from a folder inside it', () => {
    const root = repository({ 'a/b/c.ts': HEADER });
    expect(openRepository(join(root, 'a/b'))).toEqual({ top: root, prefix: 'a/b/' });
    expect(() => openRepository(tempFolder())).toThrow(GitError);
  });

  it('says which commit is not there', () => {
    const opened = openRepository(repository({ 'a.ts': HEADER }));
    for (const ref of ['nowhere', '--help', 'HEAD:a.ts', 'a b']) expect(() => commitOf(opened, ref)).toThrow(/There is no commit/);
  });

  it('says how to get the rest of a shallow clone', () => {
    const root = repository({ 'a.ts': HEADER });
    writeFiles(root, { 'b.ts': HEADER });
    gitIn(root, 'add', '.');
    gitIn(root, 'commit', '-qm', 'second');
    const clone = join(tempFolder(), 'clone');
    execFileSync('git', ['clone', '-q', '--depth', '1', `file://${root}`, clone]);
    expect(() => commitOf(openRepository(clone), 'HEAD~1')).toThrow(/fetch-depth: 0/);
  });

  it('knows where a branch began', () => {
    const root = repository({ 'a.ts': HEADER });
    const first = gitIn(root, 'rev-parse', 'HEAD');
    gitIn(root, 'checkout', '-qb', 'work');
    writeFiles(root, { 'b.ts': HEADER });
    gitIn(root, 'add', '.');
    gitIn(root, 'commit', '-qm', 'work');
    const opened = openRepository(root);
    expect(defaultBase(opened).hash).toBe(first);
    expect(mergeBase(opened, commitOf(opened, 'main'), commitOf(opened, 'work')).hash).toBe(first);
    gitIn(root, 'checkout', '-q', 'main');
    expect(defaultBase(opened)).toMatchObject({ hash: first, ref: 'HEAD' });
    expect(isDirty(opened)).toBe(false);
    mkdirSync(join(root, 'x'));
    writeFiles(root, { 'x/y.ts': '' });
    expect(isDirty(opened)).toBe(true);
    expect(isDirty({ ...opened, prefix: 'a.ts' })).toBe(false);
  });

  it('runs nothing that its configuration names', () => {
    const root = repository({ 'a.ts': HEADER, '.gitattributes': '* diff=evil filter=evil\n' });
    const mark = join(root, 'ran');
    for (const name of ['core.fsmonitor', 'diff.evil.textconv', 'filter.evil.smudge', 'core.pager', 'diff.external']) gitIn(root, 'config', name, `touch ${mark}`);
    const opened = openRepository(root);
    auditTree(commitTree(opened, commitOf(opened, 'HEAD')), registry);
    defaultBase(opened);
    expect(() => readFileSync(mark)).toThrow();
  });
});
