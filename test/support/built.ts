import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;

/** Some tests run what the build has written. Against an older build they would say nothing. */
export default function requireCurrentBuild(): void {
  const built = statSync(join(root, 'dist/src/cli.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  for (const folder of ['src', 'rules', 'transforms']) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(?:ts|json)$/.test(entry.name)) continue;
      if (statSync(join(entry.parentPath, entry.name)).mtimeMs > built) throw new Error(`dist is older than ${join(entry.parentPath, entry.name)}: run npm run build first.`);
    }
  }
}
