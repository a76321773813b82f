import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { auditTree } from '../src/audit.js';
import { memoryTree } from '../src/files/memory.js';
import { registry } from '../src/registry.js';
import { prepare, type Case, type Cases } from './cases.js';

const folder = new URL('../rules/', import.meta.url);

function found(rule: string, example: Case): unknown[] {
  const { files } = prepare(example);
  const report = auditTree(memoryTree(files), registry, { rules: [rule], includeTests: true });
  return report.findings.map(f => ({ file: f.file, text: files.get(f.file)?.slice(...f.range), at: f.range[0], subject: f.subject }));
}

function expected(example: Case): unknown[] {
  const { files, marks } = prepare(example);
  return marks.map((m, i) => ({ file: m.file, text: files.get(m.file)?.slice(m.start, m.end), at: m.start, subject: example.found?.[i] }));
}

for (const id of readdirSync(folder, { withFileTypes: true }).flatMap(e => (e.isDirectory() ? [e.name] : []))) {
  const { default: cases } = (await import(new URL(`${id}/cases.ts`, folder).href)) as { default: Cases };
  describe(id, () => {
    for (const example of cases.valid) it(`leaves alone: ${example.name}`, () => expect(found(id, example)).toEqual([]));
    for (const example of cases.invalid)
      it(`reports: ${example.name}`, () => {
        expect(example.found?.length, 'one subject for each mark').toBe(prepare(example).marks.length);
        expect(found(id, example)).toEqual(expected(example));
      });
  });
}
