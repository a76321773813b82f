import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ts from 'typescript';
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

function codeIn(section: string | undefined): string {
  const blocks = [...(section ?? '').matchAll(/```ts\n([^]*?)```/g)].map(m => m[1] ?? '');
  if (blocks.length !== 1) throw new Error(`There are ${blocks.length} blocks of code.`);
  return blocks[0] ?? '';
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
    const found = (code: string): readonly string[] => auditTree(memoryTree(new Map([['server.ts', code]])), registry).findings.map(f => f.rule);
    const [before, after] = [codeIn(sections.get('Before')), codeIn(sections.get('After'))];
    for (const code of [before, after]) expect(parseSource('server.ts', code).problems).toEqual([]);
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
    expect(plan.result).toEqual({ 'server.ts': after });
  });
});

it('shows code that compiles against the real SDK', () => {
  const pages = [...rules.map(r => `rules/${r.id}/README.md`), ...transforms.map(t => `transforms/${t.id}/README.md`)];
  const codes = new Map(pages.map(path => [join(ROOT, path.replace(/\//g, '-').replace('.md', '.ts')), codeIn(sectionsOf(page(path)).get('After'))]));
  const options: ts.CompilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, strict: true, noEmit: true, skipLibCheck: true, types: ['node'] };
  const host = ts.createCompilerHost(options);
  const virtual: ts.CompilerHost = {
    ...host,
    fileExists: file => codes.has(file) || host.fileExists(file),
    readFile: file => codes.get(file) ?? host.readFile(file),
    getSourceFile: (file, target) => (codes.has(file) ? ts.createSourceFile(file, codes.get(file) ?? '', target) : host.getSourceFile(file, target)),
  };
  const problems = ts.getPreEmitDiagnostics(ts.createProgram([...codes.keys()], options, virtual));
  expect(problems.map(d => `${d.file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(d.messageText, ' ')}`)).toEqual([]);
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
