import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: 'specs',
  outputDir: '../test-results',
  // One app at a time: the specs blow up balloons and look at the machine that they run on.
  workers: 1,
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  // The kernel and the clock are real here. What passes only at the second attempt is told as flaky, with its page.
  retries: 1,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list'], ['json', { outputFile: '../test-results/e2e.json' }]],
})
