// Prints every form of call of sampling, log messages and roots, with the servers that are made of it and run before and after
// (`npm run deprecated:slow`), in every place, language and kind of module; and the fixtures that have it beside them.
//   npm run deprecated:matrix
import { transforms } from '../transforms/index.js';
import { fixturesByForm, formsMatrix } from '../test/support/forms-matrix.js';
import { FORMS, LANGUAGES, LINES, MODULES, PLACES } from '../test/support/forms.js';
import { transformFixtures } from '../test/support/fixtures.js';

const fixtures = transformFixtures(transforms.map(t => t.id)).filter(f => /^(?:sampling-to-provider|logging-to-logger|roots-to-params)\//.test(f.name));
const beside = fixturesByForm(fixtures);
const matrix = formsMatrix();
const kinds = LANGUAGES.flatMap(language => MODULES.map(module => ({ language, module, name: `${language} ${module === 'module' ? 'esm' : 'cjs'}` })));
console.log(`| form | line | ${PLACES.map(place => `${place}: ${kinds.map(k => k.name).join(', ')}`).join(' | ')} | fixtures beside |`);
console.log(`|${' --- |'.repeat(PLACES.length + 3)}`);
for (const form of FORMS) for (const line of LINES) {
  const own = matrix.filter(m => m.form === form && m.cell.line === line);
  if (own.length === 0) continue;
  const cells = PLACES.map(place => kinds.map(k => (own.some(m => m.isRun && m.cell.place === place && m.cell.language === k.language && m.cell.module === k.module) ? 'run' : 'HOLE')).join(' '));
  console.log(`| ${[form.name, line, ...cells, (beside.get(form.name) ?? []).map(n => n.replace(/^\w+-to-\w+\//, '')).join(', ')].join(' | ')} |`);
}
console.log(`${String(matrix.filter(m => m.isRun).length)} of ${String(matrix.length)} combinations are run before and after.`);
