import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Io } from '../../src/commands/io.js';
import { proveCommand, type ProveArguments } from '../../src/commands/prove.js';
import { Launcher, Scratch } from '../../src/prove/launch.js';
import { stopAll } from '../../src/prove/processes.js';
import type { ProofReport } from '../../src/prove/report.js';

const root = join(import.meta.dirname, '../..');
const DEFAULTS: ProveArguments = { era: 'both', failOn: 'error', format: 'terminal' };

function io(printed: string[] = []): Io {
  const output = {
    isTTY: false,
    write: (text: string): Promise<void> => {
      printed.push(text);
      return Promise.resolve();
    },
  };
  return { cwd: root, env: process.env, stdout: output, stderr: { isTTY: false, write: () => Promise.resolve() }, today: '2026-07-28' };
}

describe('what is refused, and how', () => {
  const cases: readonly (readonly [string, readonly string[], Partial<ProveArguments>, string])[] = [
    ['nothing to start', [], {}, 'Say how to start the server'],
    ['a command and an address', ['x'], { url: ['http://127.0.0.1:1/mcp'] }, 'not both'],
    ['another machine', [], { url: ['http://10.0.0.1:3000/mcp'] }, 'add --allow-remote'],
    ['no address', [], { url: ['nowhere'] }, 'is no address'],
    ['a file address', [], { url: ['file:///etc/passwd'] }, 'only http and https'],
    ['two transports', ['x'], { http: true, stdio: true }, 'exclude each other'],
    ['a number that is none', ['x'], { replicas: 'many' }, '--replicas takes a whole number'],
    ['a variable without a value', ['x'], { env: ['NAME'] }, 'NAME=value'],
    ['a script that is missing', ['x'], { script: 'nope.jsonl' }, 'There is no script'],
    ['read-only and everything', ['x'], { readOnly: true, allowAll: true }, 'exclude each other'],
    ['no source', ['x'], { source: 'nope' }, 'There is no nope'],
  ];
  it.each(cases)('%s', async (_, command, given, message) => {
    await expect(proveCommand(command, { ...DEFAULTS, ...given }, io())).rejects.toThrow(message);
  });
});

describe('servers that run already', () => {
  const scratch = new Scratch();
  afterAll(async () => {
    await stopAll(scratch.owner);
    scratch.remove();
  });

  it('are compared with each other, and not killed', { timeout: 60_000 }, async () => {
    const command = [process.execPath, join(root, 'fixtures/prove/before/module-variable.mjs')];
    const launcher = new Launcher({ command, cwd: root, env: process.env, portEnv: 'PORT', path: '/mcp', startTimeoutMs: 20_000 }, scratch);
    const replicas = await Promise.all([launcher.http(launcher.shared()), launcher.http(launcher.shared())]);
    const printed: string[] = [];
    const code = await proveCommand([], { ...DEFAULTS, url: replicas.map(r => r.url.href), allowAll: true, format: 'json', era: 'modern', conformance: false }, io(printed));
    expect(code).toBe(1);
    const report = JSON.parse(printed.join('')) as ProofReport;
    expect(report.eras[0]?.modes.map(m => m.mode)).toEqual(['round-robin']);
    expect(report.differences.map(d => d.tool)).toContain('where_am_i');
    expect(replicas.map(r => r.process?.running)).toEqual([true, true]);
  });
});
