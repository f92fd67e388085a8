import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 60_000,
    // Some files drop a hundred databases when they are done.
    hookTimeout: 180_000,
    // Most tests wait for other processes, so more of them run than there are cores.
    maxWorkers: 4,
  },
})
