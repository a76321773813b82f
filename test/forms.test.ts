// A share of the servers that `npm run deprecated:slow` makes and runs: each form in each place, once.
import { describe, expect, it } from 'vitest';
import { CELLS, formsIn, FORMS, nameOf, projectFor } from './support/forms.js';
import { formsMatrix } from './support/forms-matrix.js';
import { rewritten } from './support/rewritten-forms.js';
import { brokenFiles } from './support/broken.js';

const share = CELLS.filter(c => (['v1 helper js commonjs', 'v1 class ts module', 'v2 low-level js module'] as readonly string[]).includes(nameOf(c)));

describe('every form of call', () => {
  it('stands in each place that it can stand in', () => {
    const matrix = formsMatrix();
    expect(matrix.filter(m => !m.isRun).map(m => `${m.form.name} ${nameOf(m.cell)}`)).toEqual([]);
    for (const form of FORMS) expect(matrix.filter(m => m.form === form).length, form.name).toBeGreaterThanOrEqual(16);
    // A form that is named in the table has a tool in the text that is made.
    for (const cell of share) for (const form of formsIn(cell)) expect(Object.values(projectFor(cell)).join('\n'), `${form.name} ${nameOf(cell)}`).toContain(`'${form.name}'`);
    for (const cell of share) expect(brokenFiles(projectFor(cell)), nameOf(cell)).toEqual([]);
  });

  it.each(share.map(c => [nameOf(c), c] as const))('is rewritten: %s', (_, cell) => {
    const { after, problems } = rewritten(cell);
    expect(problems).toEqual([]);
    expect(brokenFiles(after)).toEqual([]);
  });
});
