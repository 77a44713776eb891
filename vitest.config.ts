import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'labs/*/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/further/**', '**/node_modules/**'],
    sequence: { shuffle: true },
  },
});
