import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './support/imports.js';
import { tempFolder } from './support/temp.js';
import { COMPILER } from './support/types.js';

/** A copy of what the scaffold needs, with the same packages. */
function copyOfProject(): string {
  const copy = tempFolder();
  for (const part of ['src', 'rules', 'templates', 'transforms', 'scripts', 'docs', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts']) cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

function run(copy: string, ...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/new.ts', ...args], { cwd: copy, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** The indexes, and with them all that the scaffold has made. */
function typecheck(copy: string): string {
  const settings = { extends: './tsconfig.json', include: ['rules', 'transforms'] };
  writeFileSync(join(copy, 'tsconfig.made.json'), JSON.stringify(settings));
  return spawnSync(process.execPath, [COMPILER, '-p', 'tsconfig.made.json', '--singleThreaded'], { cwd: copy, encoding: 'utf8' }).stdout;
}

const copy = copyOfProject();
const text = (path: string): string => readFileSync(join(copy, path), 'utf8');

describe('the scaffold', () => {
  it('makes a rule and a transform that compile, with their index and their documents', () => {
    expect(run(copy, 'rule', 'use-handles', 'handle-quality', 'session-auth-binding')).toEqual({ status: 0, stderr: '', stdout: 'rules/use-handles/rule.ts\nrules/use-handles/cases.ts\nrules/use-handles/README.md\n' });
    expect(text('rules/index.ts')).toContain("import useHandles from './use-handles/rule.js';");
    expect(text('rules/use-handles/rule.ts')).toContain("clauses: ['handle-quality', 'session-auth-binding']");
    expect(text('rules/use-handles/README.md')).toContain('# use-handles');
    expect(text('docs/rules.md')).toContain('[use-handles](../rules/use-handles/README.md)');

    const made = run(copy, 'transform', 'sampling-to-nothing', 'no-sampling');
    expect(made).toMatchObject({ status: 0, stderr: '' });
    for (const file of made.stdout.trimEnd().split('\n')) expect(existsSync(join(copy, file)), file).toBe(true);
    expect(text('transforms/index.ts')).toContain('samplingToNothing.definition');
    expect(text('transforms/sampling-to-nothing/README.md')).toContain('found by [no-sampling]');
    expect(typecheck(copy)).toBe('');
  }, 120_000);

  it.each([
    ['nothing', [], 'usage: npm run new rule <id> [clause ...]\n       npm run new transform <id> <rule>\n'],
    ['a name without its beginning', ['rule', 'handles'], 'A rule is called no-... for what must go, or use-... for what must come: handles is neither.\n'],
    ['an unknown clause', ['rule', 'no-x', 'no-such-clause'], 'The catalogue has no clause no-such-clause.\n'],
    ['a rule that is there', ['rule', 'no-sampling', 'handle-quality'], 'rules/no-sampling is there already.\n'],
    ['a rule that no clause is about', ['rule', 'no-xyzzy'], 'Name the clauses that it decides: npm run new rule no-xyzzy <clause> ... (npx mcp-stateless rules --clauses lists them).\n'],
    ['a transform of no form', ['transform', 'better', 'no-sampling'], 'A transform is called after what it makes of what, such as sampling-to-provider: better is not.\n'],
    ['a transform without a rule', ['transform', 'a-to-b', 'no-such-rule'], expect.stringContaining('Name the rule whose findings it takes') as string],
  ])('refuses %s', (_, args, stderr) => {
    expect(run(copy, ...args)).toEqual({ status: 2, stdout: '', stderr });
  });
});
