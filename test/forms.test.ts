// A share of the servers that `npm run deprecated:slow` makes and runs: each form in each place, once.
import { describe, expect, it } from 'vitest';
import { CELLS, formsIn, FORMS, LINES, nameOf, PLACES, projectFor } from './support/forms.js';
import { rewritten } from './support/rewritten-forms.js';
import { brokenFiles } from './support/broken.js';

const share = CELLS.filter(c => (['v1 helper js commonjs', 'v1 class ts module', 'v2 low-level js module'] as readonly string[]).includes(nameOf(c)));

describe('every form of call', () => {
  it('stands in each place that it can stand in', () => {
    for (const form of FORMS) expect(LINES.flatMap(line => PLACES.filter(place => formsIn({ line, place }).includes(form))).length, form.name).toBeGreaterThan(1);
    for (const cell of share) expect(brokenFiles(projectFor(cell)), nameOf(cell)).toEqual([]);
  });

  it.each(share.map(c => [nameOf(c), c] as const))('is rewritten: %s', (_, cell) => {
    const { after, problems } = rewritten(cell);
    expect(problems).toEqual([]);
    expect(brokenFiles(after)).toEqual([]);
  });
});
