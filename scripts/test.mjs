// `npm test`: types, build, tests and linter. The compiler reads and checks every file once for the types, the build and the linter;
// the tests start as soon as the build is there, beside the linter.
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import ts from 'typescript';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function settings(file) {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: d => { throw new Error(ts.flattenDiagnosticMessageText(d.messageText, '\n')); } };
  return ts.getParsedCommandLineOfConfigFile(join(root, file), {}, host);
}

/** The program with the build's options: it has all files, and writes those that the build has. */
function compile() {
  const build = settings('tsconfig.build.json');
  const program = ts.createProgram(settings('tsconfig.json').fileNames, build.options);
  const problems = ts.getPreEmitDiagnostics(program);
  if (problems.length > 0) {
    process.stdout.write(ts.formatDiagnosticsWithColorAndContext(problems, { getCurrentDirectory: () => root, getCanonicalFileName: f => f, getNewLine: () => '\n' }));
    return undefined;
  }
  for (const file of build.fileNames) program.emit(program.getSourceFile(file));
  return program;
}

async function lint(program) {
  const eslint = new ESLint({ cwd: root, overrideConfig: { files: ['**/*.ts'], languageOptions: { parserOptions: { project: null, programs: [program] } } } });
  const results = await eslint.lintFiles(['.']);
  const { format } = await eslint.loadFormatter('stylish');
  return { text: await format(results), ok: results.every(r => r.errorCount === 0 && r.warningCount === 0), files: results.length };
}

function tests(args) {
  return new Promise(resolve => spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args], { cwd: root, stdio: 'inherit' }).on('close', code => resolve(code ?? 1)));
}

/** A step of the build that is a script; without it the tests would say nothing. */
function step(script) {
  const { status } = spawnSync(process.execPath, [join(root, script)], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

step('scripts/clean.mjs');
const program = compile();
if (program === undefined) {
  console.log('types: failed');
  process.exit(1);
}
step('scripts/assets.mjs');
step('scripts/bundle.mjs');
console.log(`types and build: ok, ${relative(root, program.getCompilerOptions().outDir)} is written`);

const running = tests(process.argv.slice(2));
const linted = await lint(program);
const code = await running;
// Last, so that nobody has to look for it above the tests.
process.stdout.write(linted.text);
console.log(`lint: ${linted.ok ? 'ok' : 'failed'}, ${linted.files} files`);
process.exitCode = linted.ok ? code : 1;
