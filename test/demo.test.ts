import { cpSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { auditFolder } from '../src/audit.js';
import { parseSource } from '../src/parse/parse.js';
import { registry } from '../src/registry.js';
import { runCli } from './support/cli.js';
import { readFiles } from './support/fixtures.js';
import { ROOT } from './support/imports.js';
import { tempFolder } from './support/temp.js';

const demo = `${ROOT}fixtures/demo`;

describe('the demo', () => {
  it('has something for each of the first rules, and nothing that cannot be read', () => {
    const report = auditFolder(demo, registry);
    expect(report.files.broken).toEqual([]);
    const rules = new Set(report.findings.map(f => f.rule));
    for (const rule of ['no-initialize-handshake', 'no-logging', 'no-sampling', 'no-session-header', 'no-session-transport', 'use-error-codes', 'use-stateless-stdio']) expect(rules).toContain(rule);
  });

  it('finds the sampling call in the helper by way of the server that it is given', () => {
    const [finding] = auditFolder(demo, registry, { rules: ['no-sampling'] }).findings;
    expect(finding).toMatchObject({ file: 'src/llm.ts', clause: 'push-sampling', confidence: 'certain' });
    expect(finding?.because.map(e => e.why)).toEqual(['import', 'annotation', 'member', 'member']);
  });

  it('is migrated as far as the safe transforms go', () => {
    const copy = tempFolder();
    cpSync(demo, copy, { recursive: true });
    const before = auditFolder(copy, registry).findings.length;
    expect(runCli(copy, ['migrate', '--write']).status).toBe(0);
    expect(auditFolder(copy, registry).findings.length).toBeLessThan(before);
    for (const [path, text] of Object.entries(readFiles(copy))) if (path.endsWith('.ts')) expect(parseSource(path, text).problems, path).toEqual([]);
  });
});
