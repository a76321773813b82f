// Which server that is made and run has which form of call, and which fixture beside it.
import { join } from 'node:path';
import { auditTree } from '../../src/audit.js';
import { diskTree } from '../../src/files/disk.js';
import { registry } from '../../src/registry.js';
import { CELLS, FORMS, formsIn, LANGUAGES, LINES, MODULES, nameOf, PLACES, type Cell, type Form } from './forms.js';
import type { TransformFixture } from './fixtures.js';

/** The findings by which a form is known again in a fixture: subject, and what is called. */
const KNOWN_BY: Readonly<Record<string, RegExp>> = {
  sampleByMethod: /^sampling:createMessage /,
  sampleWithLimit: /^sampling:createMessage .*timeout/s,
  sampleBySendRequest: /^sampling:request \S*sendRequest\(/,
  sampleByRequest: /^sampling:request \S*(?<!send)request\(/,
  sampleByContext: /^sampling:requestSampling /,
  sampleBySend: /^sampling:request \S*\bsend\(/,
  sampleInALoop: /^sampling:createMessage .*\btools\b/s,
  logByMethod: /^logging:sendLoggingMessage /,
  logForSession: /^logging:sendLoggingMessage .*sessionId/s,
  logAndForget: /^logging:sendLoggingMessage .*\.catch\(/s,
  logHeld: /^logging:sendLoggingMessage \S*\([\w.]+\)/,
  logBySendNotification: /^logging:notification \S*sendNotification\(/,
  logByNotification: /^logging:notification \S*(?<!send)notification\(/,
  logByNotify: /^logging:notification \S*notify\(/,
  logByContext: /^logging:log /,
  logAboveOwnLevel: /^logging:set-level-handler /,
  rootsByMethod: /^roots:list /,
  rootsWithLimit: /^roots:list .*timeout/s,
  rootsBySendRequest: /^roots:request \S*sendRequest\(/,
  rootsByRequest: /^roots:request \S*(?<!send)request\(/,
  rootsBySend: /^roots:request \S*\bsend\(/,
  rootsKnownFromStart: /^roots:changed-handler /,
};

export interface MatrixCell {
  readonly form: Form;
  readonly cell: Cell;
  /** A server of `npm run deprecated:slow` has it. */
  readonly isRun: boolean;
}

/** Every form that a line has, in every place, language and kind of module. */
export function formsMatrix(): readonly MatrixCell[] {
  return FORMS.flatMap(form => LINES.filter(line => (form.line ?? line) === line).flatMap(line => PLACES.flatMap(place => LANGUAGES.flatMap(language => MODULES.map(module => {
    const wanted: Cell = { line, place, language, module };
    const made = CELLS.find(c => nameOf(c) === nameOf(wanted));
    return { form, cell: wanted, isRun: made !== undefined && formsIn(made).includes(form) };
  })))));
}

/** The fixtures that have a form too. */
export function fixturesByForm(fixtures: readonly TransformFixture[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const fixture of fixtures) {
    const { findings } = auditTree(diskTree(join(fixture.folder, 'before')), registry, { includeTests: true });
    for (const { rule, subject, file, range } of findings) {
      if (!/^no-(?:sampling|logging|roots)$/.test(rule)) continue;
      const text = fixture.before[file] ?? '';
      const line = text.slice(range[0], range[1] + 400).split(/;\s*\n/)[0] ?? '';
      for (const [name, pattern] of Object.entries(KNOWN_BY)) if (pattern.test(`${subject} ${line}`)) found.set(name, (found.get(name) ?? new Set()).add(fixture.name));
    }
  }
  return new Map([...found].map(([name, names]) => [name, [...names].sort()]));
}
