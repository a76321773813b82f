import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskTree } from '../src/files/disk.js';
import { memoryTree } from '../src/files/memory.js';
import { Project } from '../src/project.js';
import { tempFolder } from './support/temp.js';

/** `{ 'a.ts': '' }` on disk, since tsconfig files are read by the resolver itself. */
function onDisk(files: Readonly<Record<string, string>>): Project {
  return new Project(diskTree(tempFolder(files)));
}

function inMemory(...paths: readonly string[]): Project {
  return new Project(memoryTree(new Map(paths.map(p => [p, '']))));
}

describe('relative imports', () => {
  it.each([
    ['./b.js', 'b.ts'],
    ['./c.js', 'c.tsx'],
    ['./d.mjs', 'd.mts'],
    ['./e.cjs', 'e.cts'],
    ['./f.jsx', 'f.tsx'],
    ['./b', 'b.ts'],
    ['./b.ts', 'b.ts'],
    ['./plain', 'plain.js'],
    ['./plain.js', 'plain.js'],
    ['./m', 'm.mjs'],
    ['./folder', 'folder/index.ts'],
    ['./folder/', 'folder/index.ts'],
    ['./folder/index.js', 'folder/index.ts'],
    ['./dotted.name', 'dotted.name.ts'],
    ['./dotted.name.js', 'dotted.name.ts'],
    ['./types.js', 'types.d.ts'],
    ['./data.json', undefined],
    ['./missing.js', undefined],
    ['../outside.js', undefined],
  ])('%s is %s', (specifier, file) => {
    const project = inMemory('a.ts', 'b.ts', 'c.tsx', 'd.mts', 'e.cts', 'f.tsx', 'plain.js', 'm.mjs', 'folder/index.ts', 'dotted.name.ts', 'types.d.ts');
    expect(project.resolve('a.ts', specifier)).toBe(file);
  });

  it('go up, to the root and to the folder that a file is in', () => {
    const project = inMemory('index.ts', 'src/index.ts', 'src/deep/a.ts', 'src/b.ts');
    expect(project.resolve('src/deep/a.ts', '../b.js')).toBe('src/b.ts');
    expect(project.resolve('src/deep/a.ts', '..')).toBe('src/index.ts');
    expect(project.resolve('src/b.ts', '.')).toBe('src/index.ts');
    expect(project.resolve('src/b.ts', '../index.js')).toBe('index.ts');
    expect(project.resolve('src/deep/a.ts', '../..')).toBe('index.ts');
  });

  it('prefer the source to what was compiled beside it', () => {
    expect(inMemory('a.ts', 'b.js', 'b.ts').resolve('a.ts', './b.js')).toBe('b.ts');
  });
});

describe('paths of tsconfig', () => {
  it('follow patterns and single names, relative to baseUrl or to the file', () => {
    const project = onDisk({
      'tsconfig.json': `{ // with a comment\n "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["src/*"], "config": ["src/config/main.ts"], } } }`,
      'src/a.ts': '',
      'src/lib/b.ts': '',
      'src/config/main.ts': '',
    });
    expect(project.resolve('src/a.ts', '@/lib/b')).toBe('src/lib/b.ts');
    expect(project.resolve('src/a.ts', '@/lib/b.js')).toBe('src/lib/b.ts');
    expect(project.resolve('src/a.ts', 'config')).toBe('src/config/main.ts');
    expect(project.resolve('src/a.ts', '@/lib/none')).toBeUndefined();
  });

  it('come from a config that is extended', () => {
    const project = onDisk({
      'tsconfig.base.json': JSON.stringify({ compilerOptions: { baseUrl: '.', paths: { '~/*': ['packages/app/src/*'] } } }),
      'packages/app/tsconfig.json': JSON.stringify({ extends: '../../tsconfig.base.json' }),
      'packages/app/src/a.ts': '',
      'packages/app/src/b.ts': '',
    });
    expect(project.resolve('packages/app/src/a.ts', '~/b.js')).toBe('packages/app/src/b.ts');
  });

  it('count for the package that they are in only', () => {
    const project = onDisk({
      'one/tsconfig.json': JSON.stringify({ compilerOptions: { paths: { '@/*': ['./src/*'] } } }),
      'one/src/a.ts': '',
      'one/src/x.ts': '',
      'two/tsconfig.json': JSON.stringify({ compilerOptions: { paths: { '@/*': ['./lib/*'] } } }),
      'two/lib/a.ts': '',
      'two/lib/x.ts': '',
    });
    expect(project.resolve('one/src/a.ts', '@/x')).toBe('one/src/x.ts');
    expect(project.resolve('two/lib/a.ts', '@/x')).toBe('two/lib/x.ts');
  });

  it.each([
    ['a package that is not installed', '"@tsconfig/node20/tsconfig.json"'],
    ['a file that is missing', '"./tsconfig.none.json"'],
    ['a list with a missing package', '["@tsconfig/strictest", "./tsconfig.base.json"]'],
  ])('work when the config extends %s', (_, extended) => {
    const project = onDisk({
      'tsconfig.json': `{ "extends": ${extended}, "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }`,
      'tsconfig.base.json': '{}',
      'src/a.ts': '',
      'src/b.ts': '',
    });
    expect(project.resolve('src/a.ts', '@/b.js')).toBe('src/b.ts');
  });

  it('work when another config of the repository is broken', () => {
    const project = onDisk({
      'broken/tsconfig.json': '{ "compilerOptions": { "paths": ',
      'broken/a.ts': '',
      'good/tsconfig.json': JSON.stringify({ compilerOptions: { paths: { '@/*': ['./*'] } } }),
      'good/a.ts': '',
      'good/b.ts': '',
    });
    expect(project.resolve('broken/a.ts', '@/b')).toBeUndefined();
    expect(project.resolve('good/a.ts', '@/b')).toBe('good/b.ts');
  });

  it('come from the config that a solution refers to', () => {
    const project = onDisk({
      'tsconfig.json': JSON.stringify({ files: [], references: [{ path: './tsconfig.app.json' }] }),
      'tsconfig.app.json': JSON.stringify({ compilerOptions: { paths: { '@/*': ['./src/*'] } }, include: ['src'] }),
      'src/a.ts': '',
      'src/b.ts': '',
    });
    expect(project.resolve('src/a.ts', '@/b')).toBe('src/b.ts');
  });
});

describe('packages of the same repository', () => {
  const manifest = (json: object): string => JSON.stringify(json);

  it('are found by name without being installed or built', () => {
    const project = onDisk({
      'packages/core/package.json': manifest({ name: '@acme/core', exports: { '.': { types: './dist/index.d.ts', import: './dist/index.js' }, './client': './dist/client.js', './parts/*': './dist/parts/*.js' } }),
      'packages/core/src/index.ts': '',
      'packages/core/src/client.ts': '',
      'packages/core/src/parts/one.ts': '',
      'packages/app/package.json': manifest({ name: '@acme/app', dependencies: { '@acme/core': 'workspace:*' } }),
      'packages/app/src/a.ts': '',
    });
    const from = (specifier: string): string | undefined => project.resolve('packages/app/src/a.ts', specifier);
    expect(from('@acme/core')).toBe('packages/core/src/index.ts');
    expect(from('@acme/core/client')).toBe('packages/core/src/client.ts');
    expect(from('@acme/core/parts/one')).toBe('packages/core/src/parts/one.ts');
    expect(from('@acme/core/none')).toBeUndefined();
    expect(from('@acme/other')).toBeUndefined();
  });

  it('are found by main, by types, and by the usual places when the manifest says nothing', () => {
    const project = onDisk({
      'a/package.json': manifest({ name: 'by-main', main: 'lib/main.js' }),
      'a/src/main.ts': '',
      'b/package.json': manifest({ name: 'by-source' }),
      'b/src/index.ts': '',
      'c/package.json': manifest({ name: 'by-root', main: './index.js' }),
      'c/index.js': '',
      'd/package.json': manifest({ name: 'deep', exports: './build/src/start.js' }),
      'd/src/start.ts': '',
      'x.ts': '',
    });
    expect(project.resolve('x.ts', 'by-main')).toBe('a/src/main.ts');
    expect(project.resolve('x.ts', 'by-source')).toBe('b/src/index.ts');
    expect(project.resolve('x.ts', 'by-source/index')).toBe('b/src/index.ts');
    expect(project.resolve('x.ts', 'by-root')).toBe('c/index.js');
    expect(project.resolve('x.ts', 'deep')).toBe('d/src/start.ts');
  });

  it('are followed by links in node_modules to the same files', () => {
    const root = tempFolder({ 'packages/core/package.json': manifest({ name: 'core', main: 'dist/index.js' }), 'packages/core/src/index.ts': '', 'node_modules/.keep': '', 'a.ts': '' });
    symlinkSync(join(root, 'packages/core'), join(root, 'node_modules/core'));
    expect(new Project(diskTree(root)).resolve('a.ts', 'core')).toBe('packages/core/src/index.ts');
  });

  it('do not hide installed packages of other names', () => {
    const project = onDisk({ 'package.json': manifest({ name: 'app' }), 'a.ts': '', 'node_modules/other/index.js': '', 'node_modules/other/package.json': '{}' });
    expect(project.resolve('a.ts', 'other')).toBeUndefined();
    expect(project.resolve('a.ts', 'node:fs')).toBeUndefined();
  });

  it('resolve names of their own, with conditions and patterns', () => {
    const project = onDisk({
      'package.json': manifest({ name: 'app', imports: { '#db': { types: './src/db/index.ts', default: './dist/db/index.js' }, '#lib/*': './src/lib/*.ts' } }),
      'src/a.ts': '',
      'src/db/index.ts': '',
      'src/lib/one.ts': '',
    });
    expect(project.resolve('src/a.ts', '#db')).toBe('src/db/index.ts');
    expect(project.resolve('src/a.ts', '#lib/one')).toBe('src/lib/one.ts');
    expect(project.resolve('src/a.ts', '#none')).toBeUndefined();
  });

  it('resolve names of their own that point to what is not built yet', () => {
    const project = onDisk({
      'package.json': manifest({ name: 'app', imports: { '#lib/*': './dist/lib/*.js' } }),
      'src/a.ts': '',
      'src/lib/one.ts': '',
    });
    expect(project.resolve('src/a.ts', '#lib/one')).toBe('src/lib/one.ts');
  });

  it('may have a manifest that is no JSON', () => {
    const project = onDisk({ 'package.json': '{', 'a.ts': '', 'b.ts': '' });
    expect(project.resolve('a.ts', './b')).toBe('b.ts');
    expect(project.resolve('a.ts', 'x')).toBeUndefined();
  });
});

describe('what imports what', () => {
  const edges = (files: Readonly<Record<string, string>>): Project => new Project(memoryTree(new Map(Object.entries(files))));

  it('sees imports, re-exports, require, and dynamic imports, in any form', () => {
    const project = edges({
      'a.ts': `import x from './one.js';\nimport { a,\n  b } from "./two.js";\nimport './three.js';\nexport * from './four.js';\nexport { y } from './five.js';\nconst six = require('./six.js');\nconst seven = await import('./seven.js');\nimport type { T } from './eight.js';\nimport nine = require('./nine.js');\nconst ten = import(\`./ten.js\`);`,
      ...Object.fromEntries(['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'].map(n => [`${n}.ts`, ''])),
    });
    expect(project.specifiers('a.ts')).toEqual(['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'].map(n => `./${n}.js`));
    for (const n of ['one', 'seven', 'ten']) expect(project.importersOf(`${n}.ts`)).toEqual(['a.ts']);
  });

  it('lists importers in the order of their paths, each once', () => {
    const project = edges({ 'lib.ts': '', 'z.ts': `import './lib.js'; import { x } from './lib.js';`, 'b.cjs': `require('./lib')`, 'a/c.ts': `export * from '../lib';` });
    expect(project.importersOf('lib.ts')).toEqual(['a/c.ts', 'b.cjs', 'z.ts']);
    expect(project.importersOf('z.ts')).toEqual([]);
  });

  it('takes texts that only look like imports for what they are', () => {
    const project = edges({ 'a.ts': `const s = 'no import here';\nimportant('./x.js');\nobj.require('./y.js');\nfoo.import;`, 'x.ts': '', 'y.ts': '' });
    expect(project.importersOf('x.ts')).toEqual([]);
  });

  it('follows changes that are laid over the project', () => {
    const project = edges({ 'a.ts': `import './b.js';`, 'b.ts': '', 'c.ts': '' });
    expect(project.importersOf('c.ts')).toEqual([]);
    const changed = project.with(new Map([['a.ts', `import './c.js';`], ['d.ts', `import './c.js';`], ['b.ts', null]]));
    expect(changed.importersOf('c.ts')).toEqual(['a.ts', 'd.ts']);
    expect(changed.resolve('a.ts', './b.js')).toBeUndefined();
    expect(project.resolve('a.ts', './b.js')).toBe('b.ts');
  });
});
