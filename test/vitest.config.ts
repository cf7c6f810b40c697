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
    // For what hangs alone: a property that judges whole histories again takes its time on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: { include: ['machines/**', 'src/**'], reportsDirectory: 'coverage' },
  },
});
