import { defineConfig } from 'vitest/config';

// What the libraries do, run against the real libraries and real servers: npx vitest run -c vitest.evidence.config.ts
export default defineConfig({
  test: {
    include: ['test/evidence/**/*.test.ts'],
    globalSetup: ['test/evidence/global-setup.ts'],
    // One file after the other: the claims are about time and order, and a loaded machine blurs both.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
});
