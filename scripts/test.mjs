// `npm test`: build, types, tests and linter. The build only takes the types away, so the tests start after some seconds, beside the
// compiler and the linter, which are the native ones: the others take as long as half of the tests.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const compiler = 'node_modules/typescript-native/bin/tsc';

/** What it prints comes at once, or all together when it has ended. */
function run(script, args, isQuiet = false) {
  const child = spawn(process.execPath, [join(root, script), ...args], { cwd: root, stdio: isQuiet ? 'pipe' : 'inherit' });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', data => { text += data; });
  return new Promise(resolve => child.on('close', code => resolve({ text, code: code ?? 1 })));
}

/** Without the build the tests would say nothing. */
async function build() {
  for (const [script, ...args] of [['scripts/clean.mjs'], [compiler, '-p', 'tsconfig.build.json', '--noCheck'], ['scripts/assets.mjs'], ['scripts/bundle.mjs']]) {
    const { code } = await run(script, args);
    if (code !== 0) process.exit(code);
  }
}

await build();
const testing = run('node_modules/vitest/vitest.mjs', ['run', ...process.argv.slice(2)]);
const checks = {
  types: await run(compiler, ['-p', 'tsconfig.json', '--singleThreaded'], true),
  lint: await run('node_modules/oxlint/bin/oxlint', ['-c', '.oxlintrc.json', '--disable-nested-config', '--deny-warnings', '--threads=1'], true),
};
const { code } = await testing;
// Last, so that nobody has to look for it above the tests.
for (const { text } of Object.values(checks)) process.stdout.write(text);
for (const [name, { code: failed }] of Object.entries(checks)) console.log(`${name}: ${failed === 0 ? 'ok' : 'failed'}`);
process.exitCode = Object.values(checks).find(c => c.code !== 0)?.code ?? code;
