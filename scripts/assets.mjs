// Files that the compiled package reads at run time and that the compiler does not copy.
import { chmodSync, copyFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
for (const file of ['src/mcp/sdk-map.json', 'src/mcp/wrappers.json', 'src/catalogue/catalogue.json']) copyFileSync(new URL(file, root), new URL(`dist/${file}`, root));
chmodSync(new URL('dist/src/cli.js', root), 0o755);
