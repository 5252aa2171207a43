import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    maxWorkers: 2,
    // Tests keep nothing in modules: loading them once for each worker, not for each file, saves half the time.
    isolate: false,
  },
})
