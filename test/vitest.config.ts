import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // One process per file, so that no state is shared, and no more of them than small machines have cores.
    pool: 'forks',
    maxWorkers: 2,
    restoreMocks: true,
    // A first connection on a busy machine is slower than any test should be.
    testTimeout: 20_000,
    hookTimeout: 30_000,
    coverage: { include: ['machines/**', 'src/**'], reportsDirectory: 'coverage' },
  },
});
