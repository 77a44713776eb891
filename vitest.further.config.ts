import { defineConfig } from 'vitest/config';

/** What needs a tool that not every machine has: tshark. */
export default defineConfig({
  test: {
    include: ['test/further/**/*.test.ts'],
    testTimeout: 60_000,
  },
});
