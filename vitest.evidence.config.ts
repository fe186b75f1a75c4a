import { defineConfig } from 'vitest/config';

// What the libraries do, run against the real libraries and a real Redis: npx vitest run -c vitest.evidence.config.ts
export default defineConfig({
  test: {
    include: ['test/evidence/**/*.test.ts'],
    // One file after the other: the claims are about time and order, and a loaded machine blurs both.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
  },
});
