import { defineConfig } from '@playwright/test'

/** What blows up balloons, plays the demo to its end, stops programs, or packs: one such app at a time. */
const alone = /(accessibility|balloon-safety|first-minute|languages|packed|sandbox|start|verdict)\.spec\.ts$/

export default defineConfig({
  testDir: 'specs',
  outputDir: '../test-results',
  // Two lanes, one app at a time in each: most specs wait for a second to pass, or for the kernel.
  workers: 2,
  projects: [
    { name: 'alone', testMatch: alone, workers: 1 },
    { name: 'beside', testIgnore: alone, workers: 1 },
  ],
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  // The kernel and the clock are real here. What passes only at the second attempt is told as flaky, with its page.
  retries: 1,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list'], ['json', { outputFile: '../test-results/e2e.json' }]],
})
