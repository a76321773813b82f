import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/finding.js';
import { explain } from '../../src/prove/explain.js';
import { comparable, differingParts, Noise } from '../../src/prove/normalise.js';
import type { StepRecord } from '../../src/prove/run.js';
import { EventReader, headerValue } from '../../src/prove/wire.js';

function records(...texts: readonly string[]): readonly StepRecord[] {
  return texts.map(text => ({
    step: { tool: 'a' },
    label: 'a',
    outcome: { kind: 'result', result: { content: [{ type: 'text', text }] } },
    asked: [],
    rounds: 1,
    notifications: [],
    requests: [],
  }));
}

function differ(a: readonly string[], b: readonly string[]): readonly number[] {
  return [...new Set(differingParts(comparable(records(...a)), comparable(records(...b))).map(p => p.step))];
}

describe('comparing two runs', () => {
  it('looks past ids, times and durations', () => {
    const now = new Date().toISOString();
    expect(differ([`4f9d9c3e-1111-4222-8333-123456789abc at 2026-07-28T10:00:00Z, 12 ms`], [`00000000-1111-4222-8333-123456789abc at ${now}, 3.5 ms`])).toEqual([]);
    expect(differ(['{"at":1790000000000,"n":1}'], ['{"at":1790000000000,"n":2}'])).toEqual([0]);
  });

  it('takes the same id for the same, wherever it turns up', () => {
    const [x, y] = ['cart_1a2B3c4D5e6F7g8H', 'cart_9z8Y7x6W5v4U3t2S'];
    expect(differ([x, `view ${x}`], [y, `view ${y}`])).toEqual([]);
    expect(differ([x, `view ${x}`], [y, `view ${x}`])).toEqual([1]);
  });

  it('is not led astray by one id more', () => {
    const [x, y, z] = ['1a2b3c4d5e6f7a8b9c0d', '9a8b7c6d5e4f3a2b1c0d', '1111aaaa2222bbbb3333'];
    expect(differ([`first ${x}`, `next ${y}`], [`first ${x} ${z}`, `next ${y}`])).toEqual([0]);
  });

  it('leaves out what varies between equal runs, word by word', () => {
    const noise = new Noise();
    const a = comparable(records('pid 17 count 1'));
    noise.add(differingParts(a, comparable(records('pid 18 count 1'))));
    const left = differingParts(a, comparable(records('pid 19 count 2'))).filter(p => !noise.covers(p));
    expect(left.map(p => [p.before, p.after])).toEqual([['1', '2']]);
  });

  it('gives up on texts whose length varies', () => {
    const noise = new Noise();
    const a = comparable(records('a b', 'same'));
    noise.add(differingParts(a, comparable(records('a b c', 'same'))));
    expect(differingParts(a, comparable(records('x y z w', 'same'))).filter(p => !noise.covers(p))).toEqual([]);
    expect(differingParts(a, comparable(records('a b', 'other'))).filter(p => !noise.covers(p)).map(p => p.step)).toEqual([1]);
  });
});

describe('explaining a difference', () => {
  const finding = (clause: string, data: Record<string, string[]>, file: string): Finding => ({
    rule: 'no-session-state',
    clause,
    clauses: [clause],
    severity: 'error',
    confidence: 'certain',
    message: 'state',
    subject: 'state:x',
    because: [],
    related: [],
    fingerprint: file,
    fix: { level: 'assisted', summary: '' },
    unit: 'u',
    zone: 'source',
    range: [0, 1],
    file,
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 2,
    data,
  });
  const difference = { cause: 'session-state', clause: 'session-keyed-state', tool: 'view_cart', files: [] } as const;

  it('prefers the finding that names the tool', () => {
    const links = explain(difference, [finding('session-transport-map', {}, 'a.ts'), finding('session-keyed-state', { readers: ['other'] }, 'b.ts'), finding('connection-state-closure', { readers: ['view_cart'] }, 'c.ts')]);
    expect(links.map(l => [l.file, l.because])).toEqual([['c.ts', 'tool']]);
  });

  it('falls back on findings of the right kind, and says so', () => {
    const links = explain(difference, [finding('ping', {}, 'a.ts'), finding('session-keyed-state', { readers: ['other'] }, 'b.ts')]);
    expect(links.map(l => [l.file, l.because])).toEqual([['b.ts', 'clause']]);
  });
});

describe('the wire', () => {
  it('reads events however they are cut', () => {
    const reader = new EventReader();
    const got = ['event: mess', 'age\ndata: {"a"', ':1}\n\n: ping\n\ndata: x\r\nda', 'ta: y\r\n\r\n'].flatMap(chunk => reader.push(chunk));
    expect(got).toEqual(['{"a":1}', 'x\ny']);
  });

  it('marks header values that are not plain', () => {
    expect(headerValue('note://a')).toBe('note://a');
    expect(headerValue('käse')).toBe(`=?base64?${Buffer.from('käse').toString('base64')}?=`);
    expect(headerValue(' a')).toMatch(/^=\?base64\?/);
    expect(headerValue('=?base64?YQ==?=')).toMatch(/^=\?base64\?.{4,}/);
  });
});
