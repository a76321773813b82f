import { spawnSync } from 'node:child_process';
import { symlinkSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { typeOracle } from '../src/program/oracle.js';
import { CLI } from './support/cli.js';
import { auditIn, findingsIn } from './support/command.js';
import { ROOT } from './support/imports.js';
import { tempFolder } from './support/temp.js';

/** Receivers whose types stand in a library only: no text of the project tells what they are. */
const LIBRARY = `import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
export interface Plugin { mine(host: Server): void; other(host: { elicitInput(o: object): Promise<object> }): void; anything(host: any): void }
`;
const CODE = `import type { Plugin } from 'library';
import type {} from '@modelcontextprotocol/sdk/types.js';
export const plugin: Plugin = {
  mine(host) { host.elicitInput({}); },
  other(host) { host.elicitInput({}); },
  anything(host) { host.elicitInput({}); },
};
`;

function installed(): string {
  const root = tempFolder({
    'server.ts': CODE,
    'tsconfig.json': '{ "compilerOptions": { "strict": true, "module": "nodenext", "target": "es2022", "skipLibCheck": true }, "include": ["none"] }',
    'package.json': '{ "type": "module" }',
    'node_modules/library/package.json': '{ "name": "library", "version": "1.0.0", "type": "module", "types": "index.d.ts", "main": "index.js" }',
    'node_modules/library/index.d.ts': LIBRARY,
  });
  mkdirSync(join(root, 'node_modules/@modelcontextprotocol'));
  for (const name of ['@modelcontextprotocol/sdk', 'zod']) symlinkSync(join(ROOT, 'node_modules', name), join(root, 'node_modules', name));
  return root;
}

describe('--types', () => {
  const root = installed();
  const found = async (given: object): Promise<readonly string[]> => findingsIn(await auditIn(root, { clause: ['push-elicitation'], ...given })).map(f => `${f.line} ${f.confidence}`);

  it('tells receivers of the SDK from others that have such a member', async () => {
    expect(await found({})).toEqual(['4 likely', '5 likely', '6 likely']);
    expect(await found({ types: true })).toEqual(['4 certain', '6 likely']);
  });

  it('leaves everything in doubt where nothing is installed', async () => {
    const bare = tempFolder({ 'server.ts': CODE });
    expect(findingsIn(await auditIn(bare, { types: true, clause: ['push-elicitation'] })).map(f => f.line)).toEqual([4, 5, 6]);
  });

  it('is the only thing that loads a compiler', () => {
    const modules = (...args: readonly string[]): string => {
      const target = join(root, 'modules.txt');
      spawnSync(process.execPath, ['--import', new URL('./support/measure.mjs', import.meta.url).pathname, CLI, 'audit', root, ...args], { env: { ...process.env, MEASURE_TO: target, MEASURE_MODULES: '1' } });
      return readFileSync(target, 'utf8');
    };
    expect(modules()).not.toMatch(/node_modules\/(?:ts-morph|@ts-morph|typescript)\//);
    expect(modules()).toContain('oxc-parser');
    expect(modules('--types')).toMatch(/node_modules\/ts-morph\//);
  });
});

describe('the oracle', () => {
  const files = {
    'a.ts': `class Own { elicitInput() { return 1; } }\nclass Derived extends Missing { }\ndeclare const Missing: any;\nconst own = new Own();\nconst derived = new Derived();\nconst open: Own | undefined = own;\nfunction f<T>(x: T) { return x; }\n`,
    'tsconfig.json': '{ nonsense',
  };

  it('knows classes of the project, and does not guess about what it cannot resolve', () => {
    const root = tempFolder(files);
    const oracle = typeOracle(root);
    const at = (text: string): readonly [number, number] => {
      const start = files['a.ts'].indexOf(text);
      return [start, start + text.length];
    };
    expect(oracle.originOf('a.ts', at('new Own()'))).toBe('other');
    expect(oracle.originOf('a.ts', at('new Derived()'))).toBe('unknown');
    expect(oracle.originOf('a.ts', at('open'))).toBe('other');
    expect(oracle.originOf('a.ts', at('x }'))).toBe('unknown');
    expect(oracle.originOf('missing.ts', [0, 1])).toBe('unknown');
  });
});
