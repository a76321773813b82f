import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { clause, clauses } from '../catalogue/clauses.js';
import type { CheckResult, CheckStatus } from './checks/check.js';
import { shortened } from './json.js';
import { marked } from './processes.js';
import { MODERN_VERSION } from './wire.js';

export interface ConformanceWish {
  /** Folder in whose node_modules the suite is; the working folder when absent. */
  readonly folder?: string;
  /** A Node.js of 22 or newer; the running one when absent. */
  readonly node?: string;
  readonly skip?: boolean;
}

const PACKAGE = '@modelcontextprotocol/conformance';
const VERSION = '0.2.0-alpha.12';
export const INSTALL_SUITE = `npm install --save-dev ${PACKAGE}@${VERSION}`;
const NODE_MAJOR = 22;
const TIMEOUT_MS = 60_000;

/** Scenarios that any server can pass; the others look for tools of their own names. */
const STRICT = ['tools-list', 'resources-list', 'sep-2164-resource-not-found', 'http-header-validation'] as const;
const PARTIAL = ['server-stateless', 'caching'] as const;

/** Runs the official suite against a running server, when the suite and a Node.js for it can be had. */
export async function conformance(url: URL, wish: ConformanceWish, cwd: string, owner: string): Promise<readonly CheckResult[]> {
  if (wish.skip) return [];
  const suite = findSuite(wish.folder ?? cwd);
  if (suite === undefined) return [unknown(`The official conformance suite is not installed: ${INSTALL_SUITE} (it needs Node.js ${NODE_MAJOR}).`)];
  const node = wish.node ?? process.execPath;
  const major = await majorOf(node, owner);
  if (major === undefined || major < NODE_MAJOR) return [unknown(`The official conformance suite needs Node.js ${NODE_MAJOR}; ${node} is ${major ?? 'none'}. Give one with --conformance-node, such as $(npx -p node@22 which node).`)];
  const results: CheckResult[] = [];
  for (const scenario of [...STRICT, ...PARTIAL]) {
    const { code, output } = await run(node, [suite, 'server', '--url', url.href, '--scenario', scenario, '--spec-version', MODERN_VERSION], owner);
    results.push(resultOf(scenario, code, output));
  }
  return results;
}

function findSuite(folder: string): string | undefined {
  try {
    const manifest = createRequire(join(folder, 'package.json')).resolve(`${PACKAGE}/package.json`);
    return join(manifest, '..', 'dist', 'index.js');
  } catch {
    // A package that does not export its manifest is found by its folder.
    for (const base of createRequire(join(folder, 'package.json')).resolve.paths(PACKAGE) ?? []) {
      try {
        return createRequire(join(base, 'x.js')).resolve(join(base, PACKAGE, 'dist', 'index.js'));
      } catch {
        // not there
      }
    }
    return undefined;
  }
}

async function majorOf(node: string, owner: string): Promise<number | undefined> {
  const { code, output } = await run(node, ['--version'], owner);
  const found = /v(\d+)\./.exec(output)?.[1];
  return code === 0 && found !== undefined ? Number(found) : undefined;
}

async function run(file: string, args: readonly string[], owner: string): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise(resolve => {
    execFile(file, args, { env: marked(process.env, owner), timeout: TIMEOUT_MS, maxBuffer: 1 << 24, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      resolve({ code: error ? 1 : 0, output: `${stdout}${stderr}` });
    });
  });
}

 
const COLOUR = /\u001b\[[0-9;]*m/g;

function resultOf(scenario: string, code: number, output: string): CheckResult {
  const text = output.replaceAll(COLOUR, '');
  const [, passed, all] = /Passed: (\d+)\/(\d+)/.exec(text) ?? [];
  const count = all === undefined ? shortened(text) : `${passed ?? 0} of ${all} checks of the official suite pass`;
  const failed = [...(text.split('=== Failed Checks ===')[1] ?? '').matchAll(/^\s+- (.+)$/gm)].map(m => shortened(m[1] ?? '', 100));
  const strict = STRICT.some(s => s === scenario);
  const status: CheckStatus = code === 0 ? 'pass' : strict ? 'fail' : 'could-not-tell';
  const rest = code === 0 ? '' : strict ? `: ${failed.join('; ')}` : `; the others may need tools of the suite's own names: ${failed.slice(0, 6).join('; ')}`;
  return result(`conformance ${scenario}`, scenario, status, `${scenario}: ${count}${rest}.`);
}

function unknown(message: string): CheckResult {
  return result('conformance', 'server-stateless', 'could-not-tell', message);
}

function result(check: string, scenario: string, status: CheckStatus, message: string): CheckResult {
  const covered = [...clauses().values()].find(c => c.conformance.includes(scenario)) ?? clause('server-discover-missing');
  return { check, clause: covered.id, severity: covered.severity, title: `Official conformance suite: ${scenario}`, era: 'modern', status, message, findings: [] };
}
