import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'labs/*/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/further/**', '**/node_modules/**'],
    // Leases of tests are not to lie among a person's own.
    env: { NETLAB_STATE: join(tmpdir(), 'netlab-test-state') },
    sequence: { shuffle: true },
    // A machine under load is ten times slower; what hangs is told within half a minute all the same.
    testTimeout: 30_000,
    // Much of the time goes into waiting for processes: with one worker less than cores, two cores would have one.
    maxWorkers: '100%',
  },
});
