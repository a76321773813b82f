// What is loaded at every start, in few files: some hundred small modules take three times as long to load as to run.
// Packages stay outside, and so do the compiled modules themselves, for those who import a single transform.
import { chmodSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { parseSync } from 'oxc-parser';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const bundles = join(dist, 'bundles');

/** Data and templates are found from where a module was compiled to, not from the bundle that it is in. */
const ownAddress = {
  name: 'own-address',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/, namespace: 'file' }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta')) return undefined;
      const here = JSON.stringify(relative(bundles, path).split(sep).join('/'));
      let contents = text;
      for (const { start, end } of parseSync(path, text).module.importMetas.toReversed()) {
        if (text.startsWith('.url', end)) contents = `${contents.slice(0, start)}new URL(${here}, import.meta.url).href${contents.slice(end + '.url'.length)}`;
      }
      return { contents, resolveDir: dirname(path) };
    });
  },
};

const shared = { absWorkingDir: dist, outdir: bundles, bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning', plugins: [ownAddress] };

// An editor needs all of the plugin at once; a command only what it is about.
await build({ ...shared, entryPoints: { eslint: 'src/hosts/eslint.js' } });
await build({ ...shared, entryPoints: { cli: 'src/cli.js', index: 'src/index.js' }, splitting: true, chunkNames: '[name]-[hash]' });
chmodSync(join(bundles, 'cli.js'), 0o755);
