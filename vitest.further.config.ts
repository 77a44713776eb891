import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** What needs more than Node: a compiler, tshark. */
export default defineConfig({
  test: {
    include: ['test/further/**/*.test.ts'],
    env: { NETLAB_STATE: join(tmpdir(), 'netlab-test-state') },
    testTimeout: 60_000,
  },
});
