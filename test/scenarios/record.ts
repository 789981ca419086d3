import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readRecording, recordingsDir, writeRecording } from './recording'
import { runScenario } from './run-scenario'
import { scenarios } from './scenarios'

const seconds = Number(process.env['BALLONET_RECORD_SECONDS'])
const names = process.env['BALLONET_RECORD_SCENARIOS'] ?? ''
const chosen = scenarios.filter(({ name }) => names === '' || names.split(',').includes(name))

it('records scenarios, all at the same time', { timeout: seconds * 3000 + 120_000 }, async () => {
  await Promise.all(
    chosen.map(async (scenario) => writeRecording(scenario.name, (await runScenario(scenario, seconds)).run)),
  )
  for (const { name } of chosen) {
    expect(readRecording(name).samples.length).toBeGreaterThanOrEqual(seconds)
    expect(statSync(join(recordingsDir, `${name}.json`)).size, name).toBeLessThan(30_000)
  }
})
