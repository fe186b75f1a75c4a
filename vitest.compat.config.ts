import { defineConfig } from 'vitest/config';

// The packed plugin, installed into projects of users: npx vitest run -c vitest.compat.config.ts
export default defineConfig({
  test: {
    include: ['test/compat/**/*.test.ts'],
    // The test files put the plugin into the same folders.
    fileParallelism: false,
    // An install may have to wait for the registry.
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
});
