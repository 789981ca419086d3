import type { Verdict } from '#core/verdict/verdict'
import { beforeAll, describe, expect, it } from 'vitest'
import { whyNotBuildable } from '../support/go-scenarios'
import { toSummary } from './judge'
import { runScenario } from './run-scenario'
import { scenarios } from './scenarios'

/** Growth is judged over half a minute at least. */
const seconds = 34
const runs = new Map<string, Promise<{ verdicts: Verdict[] }>>()

/** All at the same time: each waits nearly always, and none of them presses on the others. */
describe('the verdict on real programs', () => {
  beforeAll(() => {
    for (const scenario of scenarios) {
      if (whyNotBuildable(scenario) !== null) continue
      const run = runScenario(scenario, seconds)
      run.catch(() => undefined)
      runs.set(scenario.name, run)
    }
  })

  for (const scenario of scenarios) {
    const { name, finding } = scenario
    const why = whyNotBuildable(scenario)
    it.skipIf(why !== null)(why === null ? name : `${name}: ${why}`, { timeout: 240_000 }, async () => {
      const { verdicts } = await runs.get(name)!
      const summary = toSummary(verdicts.at(-1)!)
      expect(summary.main, JSON.stringify(summary)).toBe(finding)
      const certain = verdicts
        .flatMap(({ findings }) => findings)
        .filter(({ level }) => level === 'certain')
        .map(({ id }) => id)
      expect(certain.filter((id) => id !== finding)).toEqual([])
    })
  }
})
