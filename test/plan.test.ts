// How a plan is made from what transforms say: together, one by one, and without what makes things worse.
import { describe, expect, it } from 'vitest';
import { memoryTree } from '../src/files/memory.js';
import type { PrepareStep } from '../src/migrate/prepare.js';
import { planMigration, type Plan, type PlanOptions } from '../src/migrate/plan.js';
import { Project } from '../src/project.js';
import { defineRule } from '../src/rule.js';
import type { Registry } from '../src/audit.js';
import type { Finding } from '../src/finding.js';
import type { ProjectRewrite, ProjectRewrites, ProjectTransform, TransformDefinition } from '../src/transform.js';
import type { Files } from './support/fixtures.js';

const HEAD = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\n`;

/** Finds every call of `legacy("name")`; the name is the unit. A call of `worse()` is a finding of its own. */
const rule = defineRule({
  id: 'no-legacy',
  title: 'No legacy',
  clauses: ['push-sampling'],
  words: ['legacy', 'worse'],
  visit: ({ report }) => ({
    CallExpression(node) {
      if (node.callee.type !== 'Identifier') return;
      const [first] = node.arguments;
      const name = first?.type === 'Literal' ? String(first.value) : 'none';
      if (node.callee.name === 'legacy') report(node, { clause: 'push-sampling', subject: `legacy:${name}`, message: 'Legacy.', unit: `unit:${name}` });
      if (node.callee.name === 'worse') report(node, { clause: 'push-sampling', subject: 'worse', message: 'Worse.', unit: 'unit:worse' });
    },
  }),
});

const registry: Registry = { rules: [rule], transformOf: () => 'legacy-to-modern' };

type Change = (finding: Finding, text: string) => Partial<ProjectRewrite> | { readonly decline: string; readonly marker?: string } | undefined;

/** Units of this test, whatever an audit joins. */
function unitOf({ subject }: Finding): string {
  return `unit:${subject.replace('legacy:', '')}`;
}

/** Replaces each call by what `change` says, `modern()` when it says nothing else. */
function transformOf(change: Change = () => ({})): ProjectTransform {
  return {
    id: 'legacy-to-modern',
    title: 'Legacy to modern',
    fixes: [{ rule: 'no-legacy' }],
    safety: 'review',
    rewriteProject({ project }, findings): ProjectRewrites {
      const rewrites: ProjectRewrite[] = [];
      const declines: ProjectRewrites['declines'][number][] = [];
      for (const finding of findings) {
        const made = change(finding, project.text(finding.file) ?? '');
        if (!made) continue;
        if ('decline' in made) declines.push({ for: finding.fingerprint, reason: made.decline, ...(made.marker !== undefined && { marker: made.marker }) });
        else rewrites.push({ unit: unitOf(finding), answers: [finding.fingerprint], edits: new Map([[finding.file, [{ range: finding.range, text: 'modern()' }]]]), ...made });
      }
      return { rewrites, declines };
    },
  };
}

function plan(files: Files, transforms: readonly TransformDefinition[], options: PlanOptions = {}): Plan {
  return planMigration(new Project(memoryTree(new Map(Object.entries(files)))), transforms, registry, options);
}

function after(files: Files, made: Plan): Files {
  return Object.fromEntries(Object.entries({ ...files, ...made.result }).flatMap(([path, text]) => (text === null ? [] : [[path, text]])));
}

const at = (finding: Finding, text: string): Pick<ProjectRewrite, 'edits'> => ({ edits: new Map([[finding.file, [{ range: finding.range, text }]]]) });
const is = (finding: Finding, name: string): boolean => unitOf(finding) === `unit:${name}`;

describe('rewrites', () => {
  it('of several units are made together, one step each', () => {
    const files = { 'a.ts': `${HEAD}legacy('one');\nlegacy('two');\n`, 'b.ts': `${HEAD}legacy('three');\n` };
    const made = plan(files, [transformOf()]);
    expect(made.dropped).toEqual([]);
    expect(made.steps.map(s => [s.unit, s.changes.map(c => c.file), s.verdict.gone])).toEqual([
      ['unit:one', ['a.ts'], 1],
      ['unit:two', ['a.ts'], 1],
      ['unit:three', ['b.ts'], 1],
    ]);
    expect(made.result).toEqual({ 'a.ts': `${HEAD}modern();\nmodern();\n`, 'b.ts': `${HEAD}modern();\n` });
    // Each step begins where the one before it ended.
    expect(made.steps[1]?.changes[0]?.before).toBe(made.steps[0]?.changes[0]?.after);
  });

  it.each<[string, Change, RegExp]>([
    ['does not parse', f => (is(f, 'two') ? at(f, 'modern((') : {}), /^a\.ts:3 would not parse any more: /],
    ['loses a comment', f => (is(f, 'two') ? at(f, 'modern()') : {}), /^a\.ts:3 would lose a comment: kept$/],
    ['keeps its finding', f => (is(f, 'two') ? at(f, `legacy('two' )`) : {}), /^a\.ts:3 would still be found: Legacy\.$/],
    ['brings a new finding', f => (is(f, 'two') ? at(f, 'worse()') : {}), /^a\.ts:3 would get a new finding: Worse\.$/],
    ['has an edit outside of the file', f => (is(f, 'two') ? { edits: new Map([['a.ts', [{ range: [5000, 5001], text: '' }]]]) } : {}), /^An edit lies outside the file/],
    ['makes a file that is there', f => (is(f, 'two') ? { created: [{ path: 'b.ts', text: 'x' }] } : {}), /^b\.ts is there already\.$/],
  ])('that %s is dropped alone', (name, change, reason) => {
    const two = name === 'loses a comment' ? `legacy(/* kept */ 'two');` : `legacy('two');`;
    const files = { 'a.ts': `${HEAD}legacy('one');\n${two}\nlegacy('three');\n`, 'b.ts': 'export {};\n' };
    const made = plan(files, [transformOf(change)]);
    expect(made.dropped).toMatchObject([{ transform: 'legacy-to-modern', unit: 'unit:two' }]);
    expect(made.dropped[0]?.reason).toMatch(reason);
    expect(made.result).toEqual({ 'a.ts': `${HEAD}modern();\n${two}\nmodern();\n` });
    expect(made.left.map(unitOf)).toEqual(['unit:two']);
  });

  it('that would be changed again by a second run is dropped alone', () => {
    const files = { 'a.ts': `${HEAD}legacy('one');\nlegacy('two');\n` };
    const made = plan(files, [transformOf((f, text) => (is(f, 'two') ? { ...at(f, text.slice(...f.range).replace(')', ', 1)')), answers: [] } : {}))]);
    expect(made.dropped).toMatchObject([{ unit: 'unit:two', reason: 'a second run would change it again.' }]);
    expect(made.result).toEqual({ 'a.ts': `${HEAD}modern();\nlegacy('two');\n` });
  });

  it('that overlap are made one after the other, on the texts that are there then', () => {
    const files = { 'a.ts': `${HEAD}legacy('one');\nlegacy('two');\n` };
    const line: Change = (f, text) => {
      const start = text.indexOf("legacy('");
      return { edits: new Map([['a.ts', [{ range: [start, text.length], text: text.slice(start).replace(`legacy('${unitOf(f).slice(5)}')`, 'modern()') }]]]) };
    };
    const made = plan(files, [transformOf(line)]);
    expect(made.dropped).toEqual([]);
    expect(made.result).toEqual({ 'a.ts': `${HEAD}modern();\nmodern();\n` });
  });

  it('that say the same thing say it once', () => {
    const files = { 'a.ts': `${HEAD}legacy('one');\nlegacy('two');\n`, 'package.json': '{ "name": "x" }\n' };
    const helper: Change = f => ({
      edits: new Map([['a.ts', [{ range: [0, 0], text: `import { modern } from './helper.js';\n` }, { range: f.range, text: 'modern()' }]]]),
      created: [{ path: 'helper.ts', text: 'export const modern = () => 1;\n' }],
      dependencies: [{ name: 'helper', range: '^1.0.0' }],
    });
    const made = plan(files, [transformOf(helper)]);
    expect(made.dropped).toEqual([]);
    expect(made.result['a.ts']).toBe(`import { modern } from './helper.js';\n${HEAD}modern();\nmodern();\n`);
    expect(made.result['helper.ts']).toBe('export const modern = () => 1;\n');
    expect(JSON.parse(made.result['package.json'] ?? '')).toEqual({ name: 'x', dependencies: { helper: '^1.0.0' } });
    expect(made.dependencies).toEqual([{ name: 'helper', range: '^1.0.0' }]);
  });

  it('remove files, and collect what a person must know', () => {
    const files = { 'a.ts': `${HEAD}legacy('one');\n`, 'old.ts': 'export {};\n' };
    const made = plan(files, [transformOf(() => ({ removed: ['old.ts'], notes: ['It costs.'], variables: [{ name: 'KEY', purpose: 'Opens.', required: true }] }))]);
    expect(made.result).toEqual({ 'a.ts': `${HEAD}modern();\n`, 'old.ts': null });
    expect(made.notes).toEqual(['It costs.']);
    expect(made.variables).toEqual([{ name: 'KEY', purpose: 'Opens.', required: true }]);
    expect(made.read).toHaveProperty(['old.ts']);
  });

  it('name the tests that see what changes, near or by way of one file, and no others', () => {
    const files = { 'src/a.ts': `${HEAD}export const a = legacy('one');\n`, 'src/b.ts': `export { a } from './a.js';\n`, 'test/a.test.ts': `import '../src/a.js';\n`, 'test/b.test.ts': `import '../src/b.js';\n`, 'test/c.test.ts': 'export {};\n' };
    const made = plan(files, [{ ...transformOf(), tests: 'it is modern' }]);
    expect(made.tests).toEqual(['test/a.test.ts', 'test/b.test.ts'].map(file => ({ file, because: ['it is modern'] })));
    expect(plan(files, [transformOf()]).tests).toEqual([]);
  });

  it('may take comments away that they name', () => {
    const text = `${HEAD}legacy(/* old */ 'one');\n`;
    const start = text.indexOf('/*');
    const made = plan({ 'a.ts': text }, [transformOf(() => ({ removedComments: new Map([['a.ts', [{ range: [start, start + 9] }]]]) }))]);
    expect(made.result).toEqual({ 'a.ts': `${HEAD}modern();\n` });
  });

  it('of units that are left out are not made', () => {
    const files = { 'a.ts': `${HEAD}legacy('one');\nlegacy('two');\n` };
    expect(plan(files, [transformOf()], { units: ['unit:two'] }).result).toEqual({ 'a.ts': `${HEAD}legacy('one');\nmodern();\n` });
    expect(plan(files, [transformOf()], { skip: ['unit:two'] }).result).toEqual({ 'a.ts': `${HEAD}modern();\nlegacy('two');\n` });
    expect(plan(files, [transformOf()], { skip: ['legacy-to-modern'] }).result).toEqual({});
  });

  it('may make other rewrites possible', () => {
    const files = { 'a.ts': `${HEAD}legacy('one');\nlegacy('two');\nlegacy('last');\n` };
    const made = plan(files, [transformOf((f, text) => (is(f, 'last') && text.includes("'one'") ? undefined : {}))]);
    expect(made.result).toEqual({ 'a.ts': `${HEAD}modern();\nmodern();\nmodern();\n` });
  });
});

describe('markers', () => {
  const files = { 'a.ts': `${HEAD}function f() {\n  return legacy('one');\n}\n` };
  const marked = `${HEAD}function f() {\n  // TODO(mcp-stateless:oninitialized): No initialize happens on 2026-07-28 connections. Run this at start-up or per request.\n  return legacy('one');\n}\n`;
  const declining = transformOf(() => ({ decline: 'Cannot.', marker: 'oninitialized' }));

  it('stand above the statement of a declined finding, once', () => {
    const made = plan(files, [declining]);
    expect(made.result).toEqual({ 'a.ts': marked });
    expect(made.declines.map(d => d.reason)).toEqual(['Cannot.']);
    expect(made.markers).toMatchObject([{ id: 'oninitialized', file: 'a.ts', line: 3 }]);
    expect(plan({ 'a.ts': marked }, [declining]).result).toEqual({});
  });

  it('go when nothing is left to do there', () => {
    const resolved = { 'a.ts': marked.replace("legacy('one')", 'modern()') };
    expect(plan(resolved, [declining]).result).toEqual({ 'a.ts': files['a.ts'].replace("legacy('one')", 'modern()') });
    expect(plan(resolved, [declining], { units: ['unit:one'] }).result).toEqual({});
  });

  it('are not left when nobody wants them', () => {
    expect(plan(files, [declining], { choices: { markers: false } }).result).toEqual({});
  });

  it('of a rewrite stay until a person takes them away', () => {
    const transform = transformOf(f => ({ markers: [{ id: 'sampling-approval', file: 'a.ts', offset: f.range[0] }] }));
    const made = plan(files, [transform]);
    const text = after(files, made)['a.ts'] ?? '';
    expect(text).toContain('  // TODO(mcp-stateless:sampling-approval): The model call');
    expect(text).toContain('\n  return modern();');
    expect(plan({ 'a.ts': text }, [transform]).result).toEqual({});
    expect(plan(files, [transform], { choices: { markers: false } }).result['a.ts']).not.toContain('TODO');
  });
});

describe('preparing steps', () => {
  const rename: PrepareStep = {
    id: 'rename',
    title: 'Rename',
    apply(project) {
      const text = project.text('a.ts') ?? '';
      if (!text.includes('ancient')) return undefined;
      const changed = text.replaceAll('ancient', 'legacy');
      return { changes: new Map([['a.ts', changed]]), dependencies: [{ name: 'b', range: '^2.0.0' }], notes: ['Renamed.'], markers: [{ id: 'bus', file: 'a.ts', offset: changed.indexOf('legacy') }] };
    },
  };
  const files = { 'a.ts': `${HEAD}ancient('one');\n`, 'package.json': '{\n\t"dependencies": {\n\t\t"a": "1",\n\t\t"c": "1"\n\t}\n}\n' };

  it('come first, and transforms see what they made', () => {
    const made = plan(files, [transformOf()], { prepare: [rename] });
    expect(made.steps.map(s => s.transform)).toEqual(['rename', 'legacy-to-modern']);
    expect(made.result).toEqual({
      'a.ts': `${HEAD}// TODO(mcp-stateless:bus): Give all replicas the same event bus.\nmodern();\n`,
      'package.json': '{\n\t"dependencies": {\n\t\t"a": "1",\n\t\t"b": "^2.0.0",\n\t\t"c": "1"\n\t}\n}\n',
    });
    expect(made.notes).toEqual(['Renamed.']);
  });

  it('are dropped when they break a file', () => {
    const made = plan(files, [], { prepare: [{ ...rename, apply: () => ({ changes: new Map([['a.ts', 'const = 1;']]) }) }] });
    expect(made.dropped).toMatchObject([{ transform: 'rename' }]);
    expect(made.result).toEqual({});
  });
});
