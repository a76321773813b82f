// What the compiled package needs and the compiler does not write: data that is read at run time, declarations that are not
// compiled, and an entry for jscodeshift beside each transform.
import { copyFileSync, cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);

/** jscodeshift passes all that is required through Babel, which breaks ES modules; what is imported goes past it. */
const JSCODESHIFT = `'use strict';

module.exports = async file => {
  await import('oxc-parser');
  const { default: transform } = await import('./transform.js');
  return transform(file);
};
`;

for (const file of ['src/mcp/sdk-map.json', 'src/mcp/wrappers.json', 'src/catalogue/catalogue.json', 'src/hosts/eslint/rules.d.cts']) copyFileSync(new URL(file, root), new URL(`dist/${file}`, root));
cpSync(new URL('templates/', root), new URL('dist/templates/', root), { recursive: true, filter: path => !path.includes('stand-ins') });
for (const id of readdirSync(new URL('dist/transforms', root))) {
  const folder = new URL(`dist/transforms/${id}/`, root);
  if (existsSync(new URL('transform.js', folder))) writeFileSync(new URL('jscodeshift.cjs', folder), JSCODESHIFT);
}

// Declarations of the packages that a migration adds, so that its result can be checked before they are installed.
const { PROVIDED } = await import('../dist/src/program/provided.js');
for (const name of PROVIDED) {
  const from = new URL(`node_modules/${name}/`, root);
  const isDeclaration = source => /\.d\.[cm]?ts$/.test(source) || /[\\/](?:package\.json|LICENSE[^\\/]*)$/.test(source) || !/\.[^\\/]+$/.test(source.slice(from.pathname.length - 1));
  cpSync(from, new URL(`dist/vendor/${name}/`, root), { recursive: true, dereference: true, filter: source => !source.includes(`${name}/node_modules`) && isDeclaration(source) });
}
