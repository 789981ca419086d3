import { defineConfig } from 'vitest/config'

// scripts/record-scenario: writes fixtures, so it is no part of npm test.
export default defineConfig({
  test: { environment: 'node', include: ['test/scenarios/record.ts'] },
})
