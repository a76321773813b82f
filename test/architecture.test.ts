// Who may import whom, and what belongs to a rule and to a transform.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { INDEXES, indexText, listText, offeredText } from '../scripts/index-files.js';
import { parseSource } from '../src/parse/parse.js';
import { walkTree } from '../src/parse/walk.js';
import { transforms } from '../transforms/index.js';
import { importsOfProject, ROOT, type ImportEdge } from './support/imports.js';
import { ruleIds } from './support/rule-cases.js';

const edges = importsOfProject('src', 'rules', 'transforms');
const inFolder = (pattern: RegExp): readonly ImportEdge[] => edges.filter(e => pattern.test(e.from));
const shown = ({ from, specifier }: ImportEdge): string => `${from} imports ${specifier}`;

function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:') || builtinModules.includes(specifier)) return undefined;
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

it('sees the imports of this project', () => {
  expect(edges.length).toBeGreaterThan(200);
  expect(edges).toContainEqual({ from: 'src/parse/parse.ts', specifier: 'oxc-parser', target: undefined, typeOnly: false });
  expect(edges).toContainEqual({ from: 'src/command-line.ts', specifier: './commands/audit.js', target: 'src/commands/audit.ts', typeOnly: false });
  expect(edges).toContainEqual({ from: 'src/files/walk.ts', specifier: 'ignore', target: undefined, typeOnly: false });
  expect(edges.filter(e => e.specifier.startsWith('.') && e.target === undefined && !e.specifier.endsWith('.json')).map(shown)).toEqual([]);
});

describe('rules', () => {
  it('import the rule types, the model and the types of the tree only', () => {
    const allowed = /^src\/(?:rule\.ts$|mcp\/|state\/|config\/|catalogue\/clauses\.ts$)/;
    const rest = inFolder(/^rules\/[^/]+\/(?!cases\.ts$)/).filter(e => !(e.target ? allowed.test(e.target) : e.typeOnly && e.specifier === '@typescript-eslint/types'));
    // A rule of several files may import its own.
    expect(rest.filter(e => e.target?.startsWith(e.from.split('/').slice(0, 2).join('/')) !== true).map(shown)).toEqual([]);
  });

  it('have cases that import nothing else', () => {
    expect(inFolder(/^rules\/[^/]+\/cases\.ts$/).filter(e => e.specifier !== '../../test/cases.js').map(shown)).toEqual([]);
  });

  it('never type what the catalogue says', () => {
    for (const id of ruleIds()) {
      const texts = readdirSync(join(ROOT, 'rules', id)).filter(f => f.endsWith('.ts')).map(f => readFileSync(join(ROOT, 'rules', id, f), 'utf8'));
      expect(texts.flatMap(t => t.match(/severity: .*/g) ?? []).filter(line => !line.startsWith("severity: 'info'")), id).toEqual([]);
      expect(texts.flatMap(t => t.match(/SEP-\d+|20\d\d-\d\d-\d\d/g) ?? []).filter(found => !/^20(?:23|24|25)-/.test(found)), `${id} repeats a proposal or a date`).toEqual([]);
    }
  });
});

describe('transforms', () => {
  it('import their definition, edits, what new files are made of, and the model only', () => {
    const allowed = /^src\/(?:define-transform\.ts$|transform\.ts$|choices\.ts$|edits\/|emit\/|hosting\/|tasks\/|mcp\/|state\/|parse\/(?:source|walk)\.ts$|graph\/workspace\.ts$|files\/kinds\.ts$)/;
    const packages = (e: ImportEdge): boolean => (e.typeOnly && /^@typescript-eslint\/(?:types|scope-manager)$/.test(e.specifier)) || e.specifier === 'node:path';
    const rest = inFolder(/^transforms\/[^/]+\//).filter(e => !(e.target ? allowed.test(e.target) : packages(e)));
    expect(rest.filter(e => e.target?.startsWith(e.from.split('/').slice(0, 2).join('/')) !== true).map(shown)).toEqual([]);
  });
});

describe('the parts of src', () => {
  it('know no rule and no transform: model, graph, files, parser, edits, new files', () => {
    const below = inFolder(/^src\/(?:mcp|graph|files|parse|edits|emit|tasks|catalogue)\//);
    expect(below.filter(e => e.target !== undefined && /^(?:rules|transforms)\//.test(e.target)).map(shown)).toEqual([]);
  });

  it('load no linter and no codemod runner', () => {
    expect(edges.filter(e => !e.typeOnly && /^(?:eslint|eslint-9|jscodeshift|oxlint|recast|@typescript-eslint\/(?:parser|utils|typescript-estree)|typescript)$/.test(packageOf(e.specifier) ?? '')).map(shown)).toEqual([]);
  });

  it('reach the parser through one file, and no analysis of scopes but their own', () => {
    const users = edges.filter(e => !e.typeOnly && /^(?:oxc-parser|@typescript-eslint\/scope-manager)$/.test(e.specifier)).map(e => e.from);
    expect([...new Set(users)]).toEqual(['src/parse/parse.ts']);
  });

  it('reach the compiler through few files, which are loaded when they are needed', () => {
    const users = new Set(edges.filter(e => /^(?:ts-morph|@ts-morph\/common)$/.test(packageOf(e.specifier) ?? '') && !e.typeOnly).map(e => e.from));
    expect([...users].filter(u => !u.startsWith('src/program/') && u !== 'src/sdk-step/codemod.ts')).toEqual([]);
    expect(edges.filter(e => e.target !== undefined && users.has(e.target) && !e.typeOnly && !isLazy(e) && !loadsByItself(e.target)).map(shown)).toEqual([]);
  });

  it('reach the official codemod through one file', () => {
    const users = edges.filter(e => packageOf(e.specifier) === '@modelcontextprotocol/codemod').map(e => e.from);
    expect([...new Set(users)]).toEqual(['src/sdk-step/codemod.ts']);
    expect(inFolder(/^src\/sdk-step\//).filter(e => e.target !== undefined && /^(?:rules|transforms|src\/(?:hosts|report|commands))\//.test(e.target)).map(shown)).toEqual([]);
  });

  it('make reports from data: no files, no process', () => {
    const reports = inFolder(/^src\/report\//);
    expect(reports.filter(e => packageOf(e.specifier) === undefined && e.target === undefined).map(shown)).toEqual([]);
    for (const path of new Set(reports.map(e => e.from))) expect(globalsOf(path), path).not.toContain('process');
  });

  it('touch the process, the console and the disk in few places', () => {
    const disk = edges.filter(e => !e.typeOnly && /^(?:node:)?fs(?:\/promises)?$/.test(e.specifier)).map(e => e.from);
    expect(disk.filter(f => !/^src\/(?:files|commands|migrate|program)\//.test(f) && !f.startsWith('src/prove/'))).toEqual([]);
    expect(edges.filter(e => /^(?:node:)?child_process$/.test(e.specifier)).map(e => e.from).filter(f => !f.startsWith('src/prove/') && !f.startsWith('src/commands/') && f !== 'src/git/git.ts')).toEqual([]);
  });

  it('use what the package declares as its dependencies', () => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<'dependencies' | 'peerDependencies', Record<string, string>>;
    const used = new Set(edges.filter(e => !e.typeOnly).flatMap(e => packageOf(e.specifier) ?? []));
    expect([...used].filter(name => !(name in dependencies || name in peerDependencies))).toEqual([]);
  });

  it('do not import each other in circles at run time', () => {
    expect(circles(edges.filter(e => !e.typeOnly))).toEqual([]);
  });
});

/** `await import('./oracle.js')`. */
function isLazy({ from, specifier }: ImportEdge): boolean {
  return readFileSync(join(ROOT, from), 'utf8').includes(`import('${specifier}')`);
}

/** `require('ts-morph')` where it is used: the file itself may be loaded at any time. */
function loadsByItself(file: string): boolean {
  return !/^import (?!type)[^;]*'ts-morph'/m.test(readFileSync(join(ROOT, file), 'utf8'));
}

/** Files that can reach themselves, one circle each, as `a -> b -> a`. */
function circles(all: readonly ImportEdge[]): readonly string[] {
  const next = new Map<string, string[]>();
  for (const { from, target } of all) if (target) next.set(from, [...(next.get(from) ?? []), target]);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at !== -1) found.push([...path.slice(at), file].join(' -> '));
    if (at !== -1 || done.has(file)) return;
    for (const target of next.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return found;
}

function globalsOf(path: string): readonly string[] {
  const file = parseSource(path, readFileSync(join(ROOT, path), 'utf8'));
  const names: string[] = [];
  walkTree(file.program, node => {
    if (node.type === 'Identifier' && file.variableOf(node) === undefined && node.parent.type === 'MemberExpression' && node.parent.object === node) names.push(node.name);
  });
  return names;
}

it('would see a circle', () => {
  const edge = (from: string, target: string): ImportEdge => ({ from, target, specifier: target, typeOnly: false });
  expect(circles([edge('a', 'b'), edge('b', 'c'), edge('c', 'b'), edge('c', 'd')])).toEqual(['b -> c -> b']);
});

describe('folders', () => {
  it('of rules have the rule, its cases and a page', () => {
    expect(ruleIds().length).toBeGreaterThan(5);
    for (const id of ruleIds()) for (const file of ['rule.ts', 'cases.ts', 'README.md']) expect(existsSync(join(ROOT, 'rules', id, file)), `rules/${id}/${file}`).toBe(true);
  });

  it('of transforms have the transform, a page and fixtures', () => {
    for (const { id } of transforms) {
      for (const file of [`transforms/${id}/transform.ts`, `transforms/${id}/README.md`, `fixtures/${id}`]) expect(existsSync(join(ROOT, file)), file).toBe(true);
    }
  });

  it.each(INDEXES)('of $folder are all in the index and the list', async kind => {
    expect(readFileSync(join(ROOT, kind.folder, 'index.ts'), 'utf8')).toBe(indexText(kind));
    expect(readFileSync(join(ROOT, kind.folder, 'list.ts'), 'utf8')).toBe(await listText(kind));
  });

  it('are offered in editors where one file tells enough', async () => {
    expect(readFileSync(join(ROOT, 'transforms/offered.ts'), 'utf8')).toBe(await offeredText());
  });

  it('have names that say what goes and what comes', () => {
    expect(ruleIds().filter(id => !/^(?:no|use)-[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id))).toEqual([]);
    expect(transforms.map(t => t.id).filter(id => !/^[a-z0-9-]+-to-[a-z0-9-]+$/.test(id))).toEqual([]);
  });
});
