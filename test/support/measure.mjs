// Loaded into a process before anything else (node --import): writes what it has used and loaded to the file MEASURE_TO.
import { appendFileSync, writeFileSync } from 'node:fs';
import Module, { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const target = process.env.MEASURE_TO;
if (target && isMainThread) {
  if (process.env.MEASURE_MODULES) {
    // Imports are seen by a hook in a thread of its own, requires by the loader of CommonJS.
    const hook = `import { appendFileSync } from 'node:fs';
      export async function load(url, context, next) { appendFileSync(${JSON.stringify(target)}, url + '\\n'); return next(url, context); }`;
    register(`data:text/javascript,${encodeURIComponent(hook)}`);
    const resolve = Module._resolveFilename;
    Module._resolveFilename = function (...args) {
      const found = Reflect.apply(resolve, this, args);
      appendFileSync(target, `${found}\n`);
      return found;
    };
  } else process.on('exit', () => writeFileSync(target, JSON.stringify(process.cpuUsage())));
}
