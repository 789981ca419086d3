import { defineConfig } from 'vitest/config'

// npm run test:host: tests that press on the memory of the whole machine, one file at a time.
export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/host/**/*.test.ts'],
    env: { BALLONET_HOST_BALLOON: '1' },
    fileParallelism: false,
    testTimeout: 300_000,
  },
})
