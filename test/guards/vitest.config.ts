import { defineConfig } from 'vitest/config'

/** `npm run test:guards`: apart from the other tests, as it runs most of them over and over. */
export default defineConfig({
  test: {
    include: ['test/guards/run.ts'],
    reporters: ['verbose'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // As many as there are copies to work in: see run.ts.
    maxConcurrency: 2,
  },
})
