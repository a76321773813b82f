import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;

/** Some tests run what the build writes. Against an older build they would say nothing. */
export default function buildWhenStale(): void {
  const built = statSync(join(root, 'dist/bundles/cli.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (!['src', 'rules', 'transforms', 'templates'].some(folder => isNewer(join(root, folder), built))) return;
  execFileSync('npm', ['run', '-s', 'build'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}

function isNewer(folder: string, time: number): boolean {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).some(
    e => e.isFile() && e.name !== 'cases.ts' && /\.(?:ts|json)$/.test(e.name) && statSync(join(e.parentPath, e.name)).mtimeMs > time,
  );
}
