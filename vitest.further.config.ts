import { defineConfig } from 'vitest/config';

/** What needs more than Node: a compiler, tshark. */
export default defineConfig({
  test: {
    include: ['test/further/**/*.test.ts'],
    testTimeout: 60_000,
  },
});
