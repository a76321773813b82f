// What the compiler says of code, against the packages that are installed here. It is the native one: the other takes five times as long.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './imports.js';
import { writeFiles } from './temp.js';

export const COMPILER = join(ROOT, 'node_modules/typescript-native/bin/tsc');

const OPTIONS = { target: 'ES2023', module: 'NodeNext', strict: true, noEmit: true, skipLibCheck: true, allowJs: true, allowImportingTsExtensions: true, pretty: false };

/** Of files on the disk, which see the packages that they see there. */
export function typeErrorsIn(files: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-stateless-types-'));
  try {
    return errorsOf(folder, files, join(ROOT, 'node_modules'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of texts. */
export function typeErrors(files: Readonly<Record<string, string>>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-stateless-types-'));
  try {
    writeFiles(folder, { 'package.json': '{ "type": "module" }', ...files });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    return errorsOf(folder, Object.keys(files).map(f => join(folder, f)), join(folder, 'node_modules'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function errorsOf(folder: string, files: readonly string[], modules: string): readonly string[] {
  const compilerOptions = { ...OPTIONS, types: ['node'], typeRoots: [join(modules, '@types')] };
  writeFileSync(join(folder, 'tsconfig.checked.json'), JSON.stringify({ compilerOptions, files }));
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMPILER, '-p', 'tsconfig.checked.json', '--singleThreaded'], { cwd: folder, encoding: 'utf8' });
  const lines = `${stdout}${stderr}`.split('\n').filter(line => line !== '');
  // An end without a word is no success.
  return status === 0 || lines.length > 0 ? lines : [`the compiler ended with ${String(status)}`];
}
