import { chmodSync, closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditTree } from '../src/audit.js';
import { diskTree, readFromDisk } from '../src/files/disk.js';
import { kindOf, zoneOf } from '../src/files/kinds.js';
import { memoryTree } from '../src/files/memory.js';
import { isUnreadable, type FileTree } from '../src/files/tree.js';
import type { WalkOptions } from '../src/files/walk.js';
import { Project } from '../src/project.js';
import { registry } from '../src/registry.js';
import { tempFolder, writeFiles } from './support/temp.js';

const SESSION = `export const id = (req) => req.headers['mcp-session-id'];\n`;

function listed(root: string, options?: WalkOptions): readonly string[] {
  return diskTree(root, options).files.map(f => f.path);
}

/** What the audit says that it left out. */
function skippedIn(tree: FileTree): Readonly<Record<string, string>> {
  const { files } = auditTree(tree, registry);
  return Object.fromEntries(files.skipped.map(s => [s.file, s.why]));
}

describe('listing', () => {
  it('takes code, manifests, configuration and documents of every extension', () => {
    const files = ['a.ts', 'a.tsx', 'a.mts', 'a.cts', 'a.js', 'a.jsx', 'a.mjs', 'a.cjs', 'package.json', 'k8s/service.yaml', 'Dockerfile', 'nginx.conf', 'README.md'];
    const root = tempFolder(Object.fromEntries([...files, 'logo.png', 'style.css', 'package-lock.json', 'pnpm-lock.yaml'].map(f => [f, 'x'])));
    expect(listed(root)).toEqual([...files].sort());
    expect(kindOf('server.mts')).toBe('code');
    expect(kindOf('wrangler.toml')).toBe('manifest');
    expect(kindOf('values.yaml')).toBe('config');
    expect(kindOf('notes.md')).toBe('doc');
  });

  it('never goes into installed packages or version control', () => {
    expect(listed(tempFolder({ 'a.ts': '', 'node_modules/x/index.js': '', 'sub/node_modules/y/index.ts': '', '.git/hooks/a.js': '', '.yarn/b.js': '' }))).toEqual(['a.ts']);
  });

  it('obeys ignore files, the nearest one first', () => {
    const root = tempFolder({
      '.gitignore': 'generated/\n*.snap.ts\n/only-here.ts\n',
      'a.ts': '',
      'b.snap.ts': '',
      'only-here.ts': '',
      'sub/only-here.ts': '',
      'generated/c.ts': '',
      'sub/.gitignore': '!kept.snap.ts\nprivate.ts\n',
      'sub/kept.snap.ts': '',
      'sub/private.ts': '',
      'sub/deep/private.ts': '',
      'private.ts': '',
    });
    expect(listed(root)).toEqual(['a.ts', 'private.ts', 'sub/kept.snap.ts', 'sub/only-here.ts']);
  });

  it('obeys its own ignore file and patterns of the command line', () => {
    const root = tempFolder({ '.mcp-stateless-ignore': 'old/\n', 'old/a.ts': '', 'examples/b.ts': '', 'src/c.ts': '', 'src/d.test.ts': '' });
    expect(listed(root, { ignore: ['examples', '*.test.ts'] })).toEqual(['src/c.ts']);
    expect(listed(root, { include: ['src/**'] })).toEqual(['src/c.ts', 'src/d.test.ts']);
  });

  it('reads TypeScript in build folders and says that it leaves out the rest', () => {
    const root = tempFolder({ 'dist/index.js': SESSION, 'dist/index.d.ts': '', 'build/tool.ts': '', 'src/a.ts': SESSION });
    expect(listed(root)).toEqual(['build/tool.ts', 'src/a.ts']);
    expect(skippedIn(diskTree(root))).toEqual({ 'build/': 'build output: only TypeScript sources in it are read', 'dist/': 'build output: only TypeScript sources in it are read' });
  });

  it('has an order that does not depend on the order of creation', () => {
    const names = ['b.ts', 'a.ts', 'B.ts', 'z/a.ts', 'a/z.ts', 'ä.ts', 'a.test.ts', 'a-b.ts'];
    const forward = listed(tempFolder(Object.fromEntries(names.map(n => [n, '']))));
    const backward = listed(tempFolder(Object.fromEntries([...names].reverse().map(n => [n, '']))));
    expect(forward).toEqual(backward);
    expect(forward).toEqual([...names].sort((x, y) => (x < y ? -1 : 1)));
  });

  it('tells tests, examples and documents from the source', () => {
    expect(['src/a.ts', 'test/a.ts', 'src/a.spec.ts', 'examples/a.ts', 'README.md', 'packages/x/__tests__/y.ts'].map(zoneOf)).toEqual(['source', 'test', 'test', 'example', 'doc', 'test']);
  });
});

describe('symbolic links', () => {
  it('does not follow a loop, and reads each file under its real path only', () => {
    const root = tempFolder({ 'src/a.ts': SESSION });
    symlinkSync(root, join(root, 'src/loop'));
    symlinkSync(join(root, 'src'), join(root, 'again'));
    symlinkSync(join(root, 'src/a.ts'), join(root, 'b.ts'));
    expect(listed(root)).toEqual(['src/a.ts']);
    expect(skippedIn(diskTree(root))).toEqual({
      'again/': 'symbolic link: read under its real path',
      'b.ts': 'symbolic link: read under its real path',
      'src/loop/': 'symbolic link: read under its real path',
    });
  });

  it('lists every link to the same folder', () => {
    const root = tempFolder({ 'src/a.ts': SESSION });
    symlinkSync(join(root, 'src'), join(root, 'one'));
    symlinkSync(join(root, 'src'), join(root, 'two'));
    expect(Object.keys(skippedIn(diskTree(root)))).toEqual(['one/', 'two/']);
  });

  it('does not leave the root', () => {
    const outside = tempFolder({ 'secret.ts': SESSION, 'lib/b.ts': SESSION });
    const root = tempFolder({ 'a.ts': SESSION });
    symlinkSync(join(outside, 'secret.ts'), join(root, 'secret.ts'));
    symlinkSync(join(outside, 'lib'), join(root, 'lib'));
    expect(listed(root)).toEqual(['a.ts']);
    expect(skippedIn(diskTree(root))).toEqual({ lib: 'symbolic link to a place outside the root', 'secret.ts': 'symbolic link to a place outside the root' });
  });

  it('reads a root that is itself a link', () => {
    const real = tempFolder({ 'a.ts': SESSION });
    const link = join(tempFolder(), 'link');
    symlinkSync(real, link);
    expect(listed(link)).toEqual(['a.ts']);
  });

  it('says of a link to nothing and of a link to itself that it cannot be read', () => {
    const root = tempFolder({ 'a.ts': SESSION });
    symlinkSync(join(root, 'gone.ts'), join(root, 'dangling.ts'));
    symlinkSync(join(root, 'self.ts'), join(root, 'self.ts'));
    expect(skippedIn(diskTree(root))).toEqual({ 'dangling.ts': 'symbolic link: it points to nothing', 'self.ts': 'symbolic link: a loop of symbolic links' });
  });
});

describe('files that cannot be read', () => {
  // Nothing is forbidden to root.
  it.skipIf(process.getuid?.() === 0)('names files and folders without permission, and reads the rest', () => {
    const root = tempFolder({ 'a.ts': SESSION, 'closed.ts': SESSION, 'shut/b.ts': SESSION });
    chmodSync(join(root, 'closed.ts'), 0);
    chmodSync(join(root, 'shut'), 0);
    try {
      expect(skippedIn(diskTree(root))).toEqual({ 'closed.ts': 'no permission to read it', 'shut/': 'no permission to read it' });
    } finally {
      chmodSync(join(root, 'shut'), 0o700);
    }
  });

  it('names a file that goes away after it was listed', () => {
    const root = tempFolder({ 'a.ts': SESSION });
    const tree = diskTree(root);
    const vanished: FileTree = { ...tree, files: [...tree.files, { path: 'gone.ts', kind: 'code' }] };
    expect(skippedIn(vanished)).toEqual({ 'gone.ts': 'it does not exist' });
  });

  it('names a folder that stands where a file was listed', () => {
    const root = tempFolder({ 'a.ts': SESSION });
    mkdirSync(join(root, 'folder.ts'));
    const tree = diskTree(root);
    expect(tree.files.map(f => f.path)).toEqual(['a.ts']);
    expect(skippedIn({ ...tree, files: [...tree.files, { path: 'folder.ts', kind: 'code' }] })).toEqual({ 'folder.ts': 'it cannot be read (EISDIR)' });
  });

  it('goes on when an ignore file is a folder', () => {
    const root = tempFolder({ 'a.ts': '' });
    mkdirSync(join(root, '.gitignore'));
    expect(listed(root)).toEqual(['a.ts']);
  });
});

describe('files that nobody edits', () => {
  const rest = `const filler = ${JSON.stringify('x'.repeat(400))};\n`;

  it.each([
    ['binary', 'data.ts', `${SESSION}\0\0`],
    ['minified', 'lib.js', `${SESSION}${'a=b;'.repeat(2000)}`],
    ['generated', 'client.ts', `// This file was auto-generated by openapi. DO NOT EDIT.\n${SESSION}`],
    ['generated', 'proto.js', `/** @generated */\n${SESSION}`],
    ['bundle', 'bundle.js', `var __defProp = Object.defineProperty;\n${rest.repeat(60)}${SESSION}`],
    ['compiled JavaScript', 'out.js', `"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\n${SESSION}`],
  ])('leaves out what is %s: %s', (why, file, text) => {
    expect(skippedIn(memoryTree(new Map([['server.js', SESSION], [file, text]])))).toEqual({ [file]: why });
  });

  it('does not take long lines in a hand-written file for a minified one', () => {
    const text = `${SESSION}const icon = '${'a'.repeat(6000)}';\n${'const line = 1;\n'.repeat(600)}`;
    const report = auditTree(memoryTree(new Map([['server.js', text]])), registry);
    expect(report.files.skipped).toEqual([]);
    expect(report.findings.map(f => f.file)).toEqual(['server.js']);
  });

  it('leaves out a file of 50 MB without reading it', () => {
    const root = tempFolder({ 'a.ts': SESSION });
    const fd = openSync(join(root, 'huge.ts'), 'w');
    ftruncateSync(fd, 50 * 1024 * 1024);
    closeSync(fd);
    const before = process.memoryUsage().rss;
    expect(skippedIn(diskTree(root))).toEqual({ 'huge.ts': 'too large (50 MB)' });
    expect(process.memoryUsage().rss - before).toBeLessThan(40 * 1024 * 1024);
    expect(isUnreadable(readFromDisk(join(root, 'huge.ts')))).toBe(true);
  });

  it('has a reason for all that it listed and did not use', () => {
    const root = tempFolder({ 'a.ts': SESSION, 'b.ts': `${SESSION}\0`, 'c.js': `/* @generated */${SESSION}`, 'd.txt': 'mcp-session-id', 'e.json': '{}' });
    const project = new Project(diskTree(root));
    const used = project.tree.files.filter(f => project.bytes(f.path) !== undefined).map(f => f.path);
    expect([...used, ...project.skipped.map(s => s.file)].sort()).toEqual(['a.ts', 'b.ts', 'c.js', 'd.txt', 'e.json']);
  });
});

describe('the text of files', () => {
  it('counts lines and columns without the byte order mark', () => {
    const root = tempFolder();
    writeFileSync(join(root, 'a.js'), `\uFEFF${SESSION}`);
    const [finding] = auditTree(diskTree(root), registry).findings;
    expect(finding).toMatchObject({ line: 1, column: 28, endColumn: 57, range: [27, 56] });
  });

  it('counts lines that end in CRLF', () => {
    const root = tempFolder({ 'a.js': `const a = 1;\r\n\r\n${SESSION.replaceAll('\n', '\r\n')}` });
    const [finding] = auditTree(diskTree(root), registry).findings;
    expect(finding).toMatchObject({ line: 3, column: 28, endLine: 3, endColumn: 57 });
  });

  it('counts characters outside of ASCII as editors do', () => {
    const report = auditTree(memoryTree(new Map([['a.js', `/* é😀 */ ${SESSION}`]])), registry);
    expect(report.findings[0]).toMatchObject({ line: 1, column: 38 });
  });

  it('reads what it can of a file with a syntax error, and says where the error is', () => {
    const root = tempFolder({ 'good.ts': SESSION, 'broken.ts': `${SESSION}const = ;\n` });
    const report = auditTree(diskTree(root), registry);
    expect(report.files.broken).toEqual([{ file: 'broken.ts', line: 2, column: 7, message: expect.any(String) as string }]);
    expect(report.findings.map(f => f.file)).toContain('good.ts');
  });

  it.each([
    ['a sum', `${Array.from({ length: 5000 }, () => "'x'").join(' + ')};`],
    ['a list', `${'['.repeat(3000)}${']'.repeat(3000)};`],
    ['a chain of calls', `x${'.then(() => 1)'.repeat(4000)};`],
    ['functions', `${'(() => '.repeat(3000)}1${')'.repeat(3000)};`],
  ])('may be nested more deeply than can be read: %s', (_, deep) => {
    const report = auditTree(memoryTree(new Map([['a.js', SESSION], ['deep.ts', `${SESSION}const deep = ${deep}\n`.replace('const deep = x', 'x')]])), registry);
    expect(report.files.broken).toEqual([{ file: 'deep.ts', line: 1, column: 1, message: 'This is nested too deeply to be read.' }]);
    expect(report.findings.map(f => f.file)).toEqual(['a.js']);
  });

  it.each([
    ['a sum', Array.from({ length: 600 }, () => "'x'").join(' + ')],
    ['functions', `${'(() => '.repeat(400)}1${')'.repeat(400)}`],
  ])('is read although it is nested deeply: %s', (_, deep) => {
    const report = auditTree(memoryTree(new Map([['deep.ts', `${SESSION}const deep = ${deep};\n`]])), registry);
    expect(report.files.broken).toEqual([]);
    expect(report.findings).toHaveLength(1);
  });

  it('is read once', () => {
    const root = tempFolder({ 'a.ts': SESSION, 'b.ts': `import './a.js';\n${SESSION}` });
    const tree = diskTree(root);
    const reads = new Map<string, number>();
    auditTree({ ...tree, read: path => (reads.set(path, (reads.get(path) ?? 0) + 1), tree.read(path)) }, registry);
    expect(Object.fromEntries(reads)).toEqual({ 'a.ts': 1, 'b.ts': 1 });
  });

  it('is not changed by an audit', () => {
    const root = tempFolder();
    writeFiles(root, { 'a.ts': `\uFEFF${SESSION}` });
    const before = readFileSync(join(root, 'a.ts'));
    auditTree(diskTree(root), registry);
    expect(readFileSync(join(root, 'a.ts')).equals(before)).toBe(true);
  });
});
