import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { readFiles } from './support/fixtures.js';
import { ROOT } from './support/imports.js';
import { tempFolder, writeFiles } from './support/temp.js';

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** A project in which the packed package is installed, with nothing but what it declares. */
function installed(): string {
  const project = tempFolder({ 'package.json': '{ "type": "module" }', 'a.js': `export const id = req => req.headers['mcp-session-id'];\n` });
  // The build of this run is packed: the scripts of the package would make it again.
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', project], { cwd: ROOT });
  const target = join(project, 'node_modules/mcp-stateless');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', join(project, `mcp-stateless-${manifest.version}.tgz`), '--strip-components=1', '-C', target]);
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(join(project, 'node_modules', name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
  }
  return project;
}

const project = installed();
const content = Object.keys(readFiles(join(project, 'node_modules/mcp-stateless')));

it('contains the build, the pages and the licence, and nothing else', () => {
  const rest = content.filter(f => !/^dist\/(?:src|rules|transforms|bundles)\/.+\.(?:js|d\.c?ts|json|cjs)$/.test(f) && !/^dist\/templates\/(?:handles\/)?[\w-]+\.ts$/.test(f) && !/^(?:rules|transforms)\/[^/]+\/README\.md$/.test(f) && !isProvided(f));
  expect(rest.filter(f => f !== 'README.md').sort()).toEqual(['LICENSE', 'package.json']);
  expect(content).toContain('README.md');
  expect(content.filter(f => /test|fixture|cases/.test(f) && !isProvided(f))).toEqual([]);
});

/** Declarations of the packages that a migration adds, with their licences. */
function isProvided(file: string): boolean {
  return /^dist\/vendor\/(?:@modelcontextprotocol\/[\w-]+|zod)\/.*(?:\.d\.[cm]?ts|package\.json|LICENSE[^/]*)$/.test(file);
}

it('brings declarations along, and their licences', () => {
  for (const name of ['@modelcontextprotocol/server', '@modelcontextprotocol/client', 'zod']) {
    const files = content.filter(f => f.startsWith(`dist/vendor/${name}/`));
    expect(files).toContain(`dist/vendor/${name}/package.json`);
    expect(files.filter(f => f.includes('LICENSE')), name).toHaveLength(1);
    expect(files.filter(f => /\.d\.[cm]?ts$/.test(f)).length).toBeGreaterThan(3);
  }
});

it('has a file for everything that it exports and runs', () => {
  const targets = (value: unknown): readonly string[] => (typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(targets) : []);
  for (const target of [...Object.values(manifest.bin), ...targets(manifest.exports)].map(t => t.replace(/^\.\//, ''))) {
    const pattern = new RegExp(`^${target.replaceAll('.', '\\.').replace('*', '[^/]+')}$`);
    expect(content.filter(f => pattern.test(f)), target).not.toEqual([]);
  }
});

it('runs as a command', () => {
  const cli = join(project, 'node_modules/mcp-stateless', manifest.bin['mcp-stateless'] ?? '');
  const audit = spawnSync(process.execPath, [cli, '-f', 'jsonl'], { cwd: project, encoding: 'utf8' });
  expect({ status: audit.status, stderr: audit.stderr }).toEqual({ status: 1, stderr: '' });
  expect(JSON.parse(audit.stdout)).toMatchObject({ rule: 'no-session-header', file: 'a.js' });
  expect(spawnSync(process.execPath, [cli, '--version'], { encoding: 'utf8' }).stdout).toBe(`${manifest.version}\n`);
});

it('can be imported and required by its names', () => {
  const names = `['audit', 'plan', 'apply', 'reporters', 'rules', 'transforms'].filter(n => !(n in api)).concat(Object.keys(eslint.default.rules).length > 5 ? [] : ['rules']).concat(typeof transform.default === 'function' ? [] : ['transform'])`;
  writeFiles(project, {
    'use.mjs': `const api = await import('mcp-stateless'); const eslint = await import('mcp-stateless/eslint'); const transform = await import('mcp-stateless/transforms/set-level-to-nothing');
      console.log(JSON.stringify([${names}, api.audit('.').findings.length, api.reporters.jsonl(api.audit('.')).length > 0]));`,
    'use.cjs': `const api = require('mcp-stateless'); const eslint = require('mcp-stateless/eslint'); const transform = require('mcp-stateless/transforms/set-level-to-nothing');
      console.log(JSON.stringify([${names}, api.audit('.').findings.length]));`,
  });
  const run = (file: string): unknown => JSON.parse(spawnSync(process.execPath, ['--no-warnings', file], { cwd: project, encoding: 'utf8' }).stdout);
  expect(run('use.mjs')).toEqual([[], 1, true]);
  expect(run('use.cjs')).toEqual([[], 1]);
});
