import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Compiled files sit one folder deeper than sources. */
function readVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = require(path) as { name?: string; version?: string };
      if (name === 'mcp-stateless' && version) return version;
    } catch {
      // the other place
    }
  }
  return '0.0.0';
}

export const VERSION: string = readVersion();
