import { describe, expect, it } from 'vitest';
import { auditTree } from '../src/audit.js';
import { clauses, daysBetween, deadlineOf, sepsOf, type Clause } from '../src/catalogue/clauses.js';
import { coverage } from '../src/catalogue/coverage.js';
import { memoryTree } from '../src/files/memory.js';
import type { Finding } from '../src/finding.js';
import { registry } from '../src/registry.js';
import { rules } from '../rules/index.js';
import { transforms } from '../transforms/index.js';
import { ruleCases } from './support/rule-cases.js';

const all = [...clauses().values()];

describe('the catalogue', () => {
  it('has entries of one form', () => {
    expect(all.length).toBeGreaterThan(150);
    const members = Object.keys(all[0] ?? {}).sort();
    for (const clause of all) expect(Object.keys(clause).sort(), clause.id).toEqual(members);
    for (const clause of all) {
      expect(['removed', 'deprecated', 'changed', 'new-requirement', 'recommended']).toContain(clause.status);
      expect(['error', 'warning', 'info']).toContain(clause.severity);
      expect(['auto', 'assisted', 'manual']).toContain(clause.automation.level);
    }
  });

  it('refers to entries that there are', () => {
    const ids = new Set(clauses().keys());
    expect(all.flatMap(c => [...c.related, ...c.merge_with].filter(id => !ids.has(id)).map(id => `${c.id} -> ${id}`))).toEqual([]);
  });

  it('says of each clause whether a rule finds it, only a running server shows it, or nothing looks for it yet', () => {
    const counts = { rule: 0, 'run-time': 0, 'not-yet': 0 };
    for (const clause of all) {
      const { by, rules: covering } = coverage(clause, rules);
      counts[by]++;
      expect(covering.length > 0, clause.id).toBe(by === 'rule');
      if (by === 'run-time') expect(clause.probe, `${clause.id} says how to test it`).not.toBeNull();
    }
    expect(counts.rule).toBe(new Set(rules.flatMap(r => r.clauses)).size);
    expect(counts.rule + counts['run-time'] + counts['not-yet']).toBe(all.length);
    expect(counts['run-time']).toBeGreaterThan(0);
  });
});

describe('rules', () => {
  it.each(rules)('$id decides clauses that there are, each once', ({ clauses: listed }) => {
    expect(listed.length).toBeGreaterThan(0);
    expect(listed.filter(id => !clauses().has(id))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });

  it('are told apart by id and by title', () => {
    expect(new Set(rules.map(r => r.id)).size).toBe(rules.length);
    expect(new Set(rules.map(r => r.title)).size).toBe(rules.length);
    for (const { title } of rules) expect(title, 'a title is no sentence').not.toMatch(/\.$/);
  });
});

describe('transforms', () => {
  it.each(transforms)('$id fixes clauses that the rule decides', ({ fixes }) => {
    for (const { rule, clauses: taken } of fixes) {
      const found = rules.find(r => r.id === rule);
      expect(found, rule).toBeDefined();
      for (const clause of taken ?? []) expect(found?.clauses).toContain(clause);
    }
  });
});

describe('findings', async () => {
  const found: { readonly name: string; readonly findings: readonly Finding[] }[] = [];
  for (const { name, files } of await ruleCases()) found.push({ name, findings: auditTree(memoryTree(files), registry, { includeTests: true, all: true }).findings });

  it('cover every clause that a rule lists', () => {
    const reported = new Set(found.flatMap(f => f.findings.flatMap(x => x.clauses.map(c => `${x.rule} ${c}`))));
    expect(rules.flatMap(r => r.clauses.map(c => `${r.id} ${c}`)).filter(pair => !reported.has(pair))).toEqual([]);
  });

  it('name clauses of their rule only', () => {
    for (const { name, findings } of found) for (const f of findings) expect(f.clauses.filter(c => rules.find(r => r.id === f.rule)?.clauses.includes(c) !== true), name).toEqual([]);
  });

  it('say what they are about, once for each place', () => {
    for (const { name, findings } of found) {
      for (const f of findings) expect(f.subject, name).not.toBe('');
      const places = findings.map(f => [f.file, f.range, f.clause].join(' '));
      expect(places.filter((p, i) => places.indexOf(p) !== i), name).toEqual([]);
    }
  });

  it('speak in sentences, and take the way out from the clause', () => {
    for (const { name, findings } of found)
      for (const f of findings) {
        expect(f.message, name).toMatch(/^[A-Z].*[.]$/);
        expect(f.fix.summary).toBe(clauses().get(f.clause)?.fix.summary);
        expect(f.fix.level).toBe(clauses().get(f.clause)?.automation.level);
      }
  });

  it('have fingerprints that differ in one project and that lines above do not change', () => {
    for (const { name, findings } of found) expect(new Set(findings.map(f => f.fingerprint)).size, name).toBe(findings.length);
    const code = `export const id = req => req.headers['mcp-session-id'];\n`;
    const prints = (text: string): readonly string[] => auditTree(memoryTree(new Map([['a.js', text]])), registry).findings.map(f => f.fingerprint);
    expect(prints(`const above = 1;\n\n${code}`)).toEqual(prints(code));
    expect(prints(code.replace('id =', 'name ='))).not.toEqual(prints(code));
  });
});

describe('dates', () => {
  const clause = (change: Partial<Clause['dates']> & { status: Clause['status'] }): Clause => {
    const [first] = all;
    if (!first) throw new Error('the catalogue is empty');
    const { status, ...dates } = change;
    return { ...first, status, dates: { ...first.dates, ...dates } };
  };

  it('are counted down for what is deprecated', () => {
    const deprecated = clause({ status: 'deprecated', earliest_removal: '2027-07-28' });
    expect(deadlineOf(deprecated, '2027-07-27')).toBe('deprecated; a revision may drop it from 2027-07-28 (1 day left)');
    expect(deadlineOf(deprecated, '2026-07-28')).toContain('(365 days left)');
    expect(deadlineOf(deprecated, '2027-07-28')).toBe('deprecated; a revision may drop it since 2027-07-28');
  });

  it('are told for what is removed, and not for the rest', () => {
    expect(deadlineOf(clause({ status: 'removed', removed_in: '2026-07-28' }), '2026-08-01')).toBe('removed in 2026-07-28; older connections still have it');
    expect(deadlineOf(clause({ status: 'changed' }), '2026-08-01')).toBeUndefined();
  });

  it('do not depend on the time zone', () => expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2));

  it('come with the proposals behind them', () => expect(sepsOf(clauses().get('session-id-header') ?? clause({ status: 'removed' }))).toMatch(/^SEP-\d+(?:, SEP-\d+)*$/));
});
