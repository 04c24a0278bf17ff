import { defineConfig } from 'vitest/config';

const sourceFolders = 'core,controllers,sim,files,property-tests,server,cli,web,bench,examples,docs,scripts';

export default defineConfig({
  test: {
    include: [`{${sourceFolders}}/**/*.test.{ts,mjs}`],
    exclude: ['**/node_modules/**', 'dist/**'],
    pool: 'threads',
    // All cores: the tests are bound by the processor, and the machines that run them have few.
    maxWorkers: '100%',
    // Generous, because no test asserts on wall time and a shared machine may be slow.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
