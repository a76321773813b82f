// Writes the plan that it is given, so that a test can kill it meanwhile. With an argument, it is killed that many milliseconds after its
// journal has appeared, which is when the files of the project begin to change; another thread does it, as nobody outside is as quick.
import fs, { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Worker } from 'node:worker_threads';

const KILLER = `
const { parentPort, workerData } = require('node:worker_threads');
parentPort.postMessage('ready');
Atomics.wait(workerData.begun, 0, 0);
const until = performance.now() + workerData.delay;
while (performance.now() < until);
process.kill(process.pid, 'SIGKILL');
`;

const delay = process.argv[2] === undefined ? undefined : Number(process.argv[2]);
const begun = new Int32Array(new SharedArrayBuffer(4));
let began;
const { renameSync } = fs;
fs.renameSync = (from, to) => {
  renameSync(from, to);
  if (began !== undefined) return;
  began = performance.now();
  Atomics.store(begun, 0, 1);
  Atomics.notify(begun, 0);
};
syncBuiltinESMExports();

const { writePlan } = await import('../../dist/src/migrate/write.js');
const plan = JSON.parse(readFileSync(0, 'utf8'));
let killer;
if (delay !== undefined) {
  killer = new Worker(KILLER, { eval: true, workerData: { begun, delay } });
  await new Promise(resolve => killer.once('message', resolve));
}
process.stdout.write('begin\n', () => {
  const started = performance.now();
  writePlan(plan);
  const now = performance.now();
  process.stdout.write(`done ${now - started} ${now - began}\n`, () => void killer?.terminate());
});
