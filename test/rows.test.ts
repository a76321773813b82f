import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFiles } from './support/fixtures.js';

const root = new URL('../', import.meta.url).pathname;
const page = readFileSync(join(root, 'docs/deprecated.md'), 'utf8');
const rows = [...page.matchAll(/^\| (.+?) \| `([\w./-]+)` \| `(.+?)` \|$/gm)].map(([, what = '', where = '', text = '']) => ({ what, where, text }));

describe('the rows of sampling and logging', () => {
  it('are all in the form that is read', () => {
    expect(rows.length).toBe(page.split('\n').filter(line => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| before')).length);
    expect(rows.length).toBeGreaterThan(40);
  });

  it.each(rows)('$what: $where', ({ where, text }) => {
    const content = where.startsWith('fixtures/') ? Object.values(readFiles(join(root, where, 'before'))).join('\n') : readFileSync(join(root, where), 'utf8');
    expect(content).toContain(text);
  });
});
