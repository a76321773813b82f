import { defineConfig } from 'vitest/config';

/** Every fixture on both sides, and 50 runs in a row: some twenty minutes, one server at a time. */
export default defineConfig({
  test: {
    include: ['test/**/*.slow.ts'],
    pool: 'threads',
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
});
