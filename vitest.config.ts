import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const json = process.env['VITEST_JSON'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/built.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'threads',
    // Much of the work is done by processes that the tests start: as many files at a time as there are cores, not one fewer.
    maxWorkers: availableParallelism(),
    // Nothing here keeps state in modules that another file could see: they are loaded once for each core.
    isolate: false,
    reporters: json === undefined ? ['default'] : ['default', ['json', { outputFile: json }]],
  },
});
