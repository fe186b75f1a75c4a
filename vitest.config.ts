import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // These need Redis, and a quiet machine: `npm run test:evidence`; those a package registry: `npm run test:compat`.
    exclude: ['test/evidence/**', 'test/compat/**'],
    // Test files share no state but the declaration files that are parsed once for all of them.
    isolate: false,
    // One fewer than there are cores would leave half of a small machine idle.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
