import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { RULE_SECTIONS, staleDocuments, TRANSFORM_SECTIONS } from '../scripts/docs.js';
import { auditFolder, auditTree } from '../src/audit.js';
import { clause } from '../src/catalogue/clauses.js';
import { memoryTree } from '../src/files/memory.js';
import { planMigration } from '../src/migrate/plan.js';
import { parseSource } from '../src/parse/parse.js';
import { Project } from '../src/project.js';
import { registry } from '../src/registry.js';
import { jsonLinesReport, jsonReport } from '../src/report/json.js';
import { rules } from '../rules/index.js';
import { transforms } from '../transforms/index.js';
import { ROOT } from './support/imports.js';
import { ruleCases } from './support/rule-cases.js';
import { typeErrors } from './support/types.js';

const page = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

it('has generated parts that are current', () => expect(staleDocuments()).toEqual([]));

/** The text under each heading of the second level. */
function sectionsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/^## /m).slice(1).map(part => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), part.slice(end).trim()] as const;
    }),
  );
}

interface Sample {
  readonly file: string;
  readonly code: string;
}

/** The blocks of a section: code, or files whose names stand behind the language. */
function samplesIn(section: string | undefined): readonly Sample[] {
  const blocks = [...(section ?? '').matchAll(/```\w+(?: (\S+))?\n([^]*?)```/g)].map((m): Sample => ({ file: m[1] ?? 'server.ts', code: m[2] ?? '' }));
  if (blocks.length === 0 || new Set(blocks.map(b => b.file)).size < blocks.length) throw new Error('Each block is a file of its own.');
  return blocks;
}

function codeIn(section: string | undefined): string {
  const [block, ...more] = samplesIn(section);
  if (!block || more.length > 0) throw new Error('There is one block of code.');
  return block.code;
}

describe.each(rules)('the page of $id', rule => {
  const text = page(`rules/${rule.id}/README.md`);
  const sections = sectionsOf(text);

  it('has its sections, all written', () => {
    expect([...sections.keys()]).toEqual([...RULE_SECTIONS]);
    for (const [name, body] of sections) expect(body.length, name).toBeGreaterThan(60);
  });

  it('names the proposals behind its clauses', () => {
    const body = [...sections.values()].join('\n');
    const seps = new Set(rule.clauses.flatMap(id => clause(id).spec.seps));
    expect([...seps].filter(sep => !body.includes(sep))).toEqual([]);
  });

  it('shows code that is reported before, and that nothing is said about after', () => {
    // A file of configuration counts where there is a server beside it.
    const beside: Sample = { file: 'server.ts', code: `import '@modelcontextprotocol/server';\n` };
    const found = (samples: readonly Sample[]): readonly string[] =>
      auditTree(memoryTree(new Map([beside, ...samples].map(({ file, code }) => [file, code]))), registry).findings.map(f => f.rule);
    const [before, after] = [samplesIn(sections.get('Before')), samplesIn(sections.get('After'))];
    for (const { file, code } of [...before, ...after]) if (file.endsWith('.ts')) expect(parseSource(file, code).problems).toEqual([]);
    expect(found(before)).toContain(rule.id);
    expect(found(after)).toEqual([]);
  });
});

describe.each(transforms)('the page of $id', transform => {
  const sections = sectionsOf(page(`transforms/${transform.id}/README.md`));

  it('has its sections, all written', () => {
    expect([...sections.keys()]).toEqual([...TRANSFORM_SECTIONS]);
    for (const [name, body] of sections) expect(body.length, name).toBeGreaterThan(60);
  });

  it('shows what the transform really does', () => {
    const [before, after] = [codeIn(sections.get('Before')), codeIn(sections.get('After'))];
    const plan = planMigration(new Project(memoryTree(new Map([['server.ts', before]]))), [transform], registry, { choices: { markers: false, ...(transform.targets?.[0] && { target: transform.targets[0] }) } });
    expect(plan.result['server.ts']).toBe(after);
    // Besides, files may be added.
    expect(Object.keys(plan.result).every(path => path === 'server.ts' || plan.read[path] === undefined)).toBe(true);
  });
});

it('shows code that compiles against the real SDK', () => {
  const samples = rules.flatMap(({ id }) => samplesIn(sectionsOf(page(`rules/${id}/README.md`)).get('After')).map(sample => ({ id, ...sample }))).filter(s => s.file.endsWith('.ts'));
  const codes = new Map(samples.map(({ id, code }) => [`rules-${id}-README.ts`, code]));
  for (const transform of transforms) {
    const before = codeIn(sectionsOf(page(`transforms/${transform.id}/README.md`)).get('Before'));
    const { result } = planMigration(new Project(memoryTree(new Map([['server.ts', before]]))), [transform], registry);
    for (const [path, text] of Object.entries(result)) codes.set(`page-of-${transform.id}/${path}`, text ?? '');
  }
  expect(typeErrors(Object.fromEntries(codes))).toEqual([]);
}, 60_000);

describe('the schema of the report', async () => {
  const schema = JSON.parse(page('docs/report.schema.json')) as object;
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictTuples: false });
  const validate = ajv.compile(schema);
  const problemsOf = (report: unknown): readonly unknown[] => (validate(report) ? [] : (validate.errors ?? []));
  const reports = (await ruleCases()).map(({ name, files }) => ({ name, report: auditTree(memoryTree(files), registry, { all: true, includeTests: true }) }));

  it('fits the reports of all rule cases and of projects on disk', () => {
    for (const { name, report } of reports) expect(problemsOf(JSON.parse(jsonReport(report))), name).toEqual([]);
    for (const folder of ['fixtures', 'fixtures/decoy']) expect(problemsOf(JSON.parse(jsonReport(auditFolder(join(ROOT, folder), registry)))), folder).toEqual([]);
  });

  it('fits each line of JSONL', () => {
    const ofLine = ajv.getSchema(`${String(Reflect.get(schema, '$id'))}#/$defs/finding`);
    const lines = reports.flatMap(({ report }) => jsonLinesReport(report).trimEnd().split('\n')).filter(line => line !== '');
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.filter(line => ofLine?.(JSON.parse(line)) !== true)).toEqual([]);
  });

  it('does not fit what is missing or unknown', () => {
    const report = JSON.parse(jsonReport(reports.find(r => r.report.findings.length > 0)?.report ?? auditTree(memoryTree(new Map()), registry))) as { findings: Record<string, unknown>[] };
    const change = (finding: Record<string, unknown>): unknown => ({ ...report, findings: [finding] });
    const [first] = report.findings;
    if (!first) throw new Error('no finding');
    expect(problemsOf(change(first))).toEqual([]);
    for (const member of ['rule', 'clause', 'severity', 'confidence', 'file', 'line', 'column', 'endLine', 'endColumn', 'message', 'because', 'fingerprint', 'fix']) {
      const { [member]: gone, ...without } = first;
      expect(gone).toBeDefined();
      expect(problemsOf(change(without)), member).not.toEqual([]);
    }
    expect(problemsOf(change({ ...first, extra: 1 }))).not.toEqual([]);
    expect(problemsOf(change({ ...first, severity: 'fatal' }))).not.toEqual([]);
    expect(problemsOf(change({ ...first, file: '/absolute.ts' }))).not.toEqual([]);
    expect(problemsOf(change({ ...first, line: 0 }))).not.toEqual([]);
  });
});

it('names fixtures of hosting that are there', () => {
  const [, table = ''] = /## Shapes and their fixtures\n([\s\S]*?)\n## /.exec(page('docs/hosting.md')) ?? [];
  const named = table.split('\n').flatMap(line => (/^\| (?!---|Shape)/.test(line) ? [...(line.split('|').at(-2) ?? '').matchAll(/`([\w-]+)`/g)].map(m => m[1] ?? '') : []));
  const there = ['http-sessions-to-handler', 'stdio-to-serve-stdio'].flatMap(transform => readdirSync(join(ROOT, 'fixtures', transform)));
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter(name => !there.includes(name))).toEqual([]);
});
