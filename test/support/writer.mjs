// Writes the plan that it is given, so that a test can kill it meanwhile.
import { readFileSync } from 'node:fs';

const { writePlan } = await import('../../dist/src/migrate/write.js');
const plan = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write('begin\n', () => {
  const started = performance.now();
  writePlan(plan);
  process.stdout.write(`done ${performance.now() - started}\n`);
});
