import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CLI } from './support/cli.js';
import { monorepo } from './support/monorepo.js';
import { tempFolder } from './support/temp.js';

const MEASURE = new URL('./support/measure.mjs', import.meta.url).pathname;
const RUNS = 5;

const large = tempFolder(monorepo(40, 55));
const scratch = tempFolder({
  // The least that any program has to do: list the folder and read each file.
  'read.mjs': `import { readdirSync, readFileSync } from 'node:fs';
    let bytes = 0;
    for (const e of readdirSync(process.argv[2], { recursive: true, withFileTypes: true })) if (e.isFile()) bytes += readFileSync(e.parentPath + '/' + e.name).length;
    if (bytes === 0) process.exitCode = 1;`,
  'mcp/server.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { helper } from '@/helper';\nconst server = new McpServer({ name: 'a', version: '1' });\nawait server.server.createMessage(helper());\n`,
  'mcp/src/helper.ts': `export const helper = () => ({ messages: [], maxTokens: 1 });\n`,
  'mcp/tsconfig.json': `{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }`,
});

function measured(args: readonly string[], environment: Readonly<Record<string, string>>): string {
  const target = join(scratch, 'measured');
  rmSync(target, { force: true });
  const { stderr, status } = spawnSync(process.execPath, ['--import', MEASURE, ...args], { env: { ...process.env, MEASURE_TO: target, ...environment }, encoding: 'utf8' });
  expect({ stderr, failed: status === null || status > 1 }).toEqual({ stderr: '', failed: false });
  return readFileSync(target, 'utf8');
}

/** Processor time of one process, from its start to its end, in milliseconds. */
function cpu(...args: readonly string[]): number {
  const { user, system } = JSON.parse(measured(args, {})) as NodeJS.CpuUsage;
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Files that a run of the command loads as modules; those of our own by what the bundles are made of. */
function modulesOf(folder: string): readonly string[] {
  const loaded = [...new Set(measured([CLI, 'audit', folder], { MEASURE_MODULES: '1' }).trimEnd().split('\n'))];
  return loaded.flatMap(m => (m.includes('/dist/bundles/') ? bundledIn(m) : [m]));
}

/** Each module that is in a bundle has its path above it. */
function bundledIn(address: string): readonly string[] {
  const text = readFileSync(address.startsWith('file:') ? fileURLToPath(address) : address, 'utf8');
  return [...text.matchAll(/^\/\/ ((?:src|rules|transforms)\/\S+\.js)$/gm)].map(m => `/dist/${m[1] ?? ''}`);
}

describe('an audit of a large repository without MCP', () => {
  it('takes at most three times the processor time of reading it', () => {
    const plain: number[] = [];
    const audit: number[] = [];
    // In turns, so that what else the machine does falls on both.
    for (let i = 0; i < RUNS; i++) {
      plain.push(cpu(join(scratch, 'read.mjs'), large));
      audit.push(cpu(CLI, 'audit', large));
    }
    const files = spawnSync(process.execPath, [CLI, 'audit', large], { encoding: 'utf8' }).stdout;
    expect(files).toMatch(/^Nothing here uses MCP\. 2[2-9]\d\d files listed, 0 parsed\n$/);
    expect(median(audit) / median(plain), `${median(audit).toFixed(0)} ms against ${median(plain).toFixed(0)} ms`).toBeLessThan(3);
  }, 120_000);

  it('loads no rule, no transform, no parser, no resolver and no compiler', () => {
    const modules = modulesOf(large);
    expect(modules.filter(m => /oxc-parser|oxc-resolver|scope-manager|visitor-keys|ts-morph|node_modules\/typescript\/|jscodeshift\/|recast|\/dist\/(?:rules|transforms)\/[^/]+\/|\/dist\/src\/(?:mcp|state|hosts|migrate)\//.test(m))).toEqual([]);
    // Nothing of other packages but what is needed to read arguments, ignore files, and to print.
    const packages = new Set(modules.flatMap(m => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(m)?.[1] ?? []));
    expect([...packages].sort()).toEqual(['commander', 'ignore', 'kleur']);
    expect(modules).toContain('/dist/src/commands/audit.js');
  });
});

describe('an audit of a project with MCP', () => {
  const modules = modulesOf(join(scratch, 'mcp'));

  it('loads the parser, and the resolver where paths are mapped', () => {
    for (const name of ['oxc-parser', 'oxc-resolver']) expect(modules.some(m => m.includes(`node_modules/${name}/`)), name).toBe(true);
  });

  it('never loads a compiler, nor the analysis of scopes that linters use', () => {
    expect(modules.filter(m => /node_modules\/(?:ts-morph|@typescript-eslint\/scope-manager|@ts-morph|@modelcontextprotocol\/codemod|typescript|@typescript-eslint\/(?:parser|typescript-estree)|jscodeshift|recast|diff)\//.test(m))).toEqual([]);
  });
});
