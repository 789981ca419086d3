import { createBalloonRunner } from '#main/balloon/balloon-runner'
import { describe, expect, it } from 'vitest'
import { makeMemoryGroup } from '../host/memory-group'
import { until, type TestService } from '../support/go-service'
import { withScenario, type WatchedProcess } from './run-scenario'
import { scenarios } from './scenarios'

const MiB = 1024 * 1024

const canMakeGroups = await (async () => {
  const group = makeMemoryGroup(64 * MiB)
  await group?.remove()
  return group !== null
})()

async function blowUp({ target, addProof }: WatchedProcess, service: TestService): Promise<void> {
  const runner = createBalloonRunner({ target, onState: () => undefined })
  try {
    // Pressure of others on a busy machine must not end the run before its own end.
    const settings = { psiLimitPercent: 95, holdMs: 500 }
    await runner.start(service.key, settings, [], () => service.readHeapInuse())
    const { proof } = await runner.whenIdle()
    expect(proof).toMatchObject({ verdict: 'confirmed' })
    addProof(proof!)
  } finally {
    await runner.dispose()
  }
}

describe.skipIf(!canMakeGroups)('a verdict that a balloon settles', () => {
  it('is MADV_FREE for certain once the balloon had it taken back', { timeout: 120_000 }, async () => {
    const madvfree = scenarios.find(({ name }) => name === 'madvfree')!
    // Little room, so that the balloon is soon done.
    await withScenario({ ...madvfree, limitMiB: 230 }, async (watched, service) => {
      const latest = () => watched.verdicts.at(-1)?.findings[0]
      const before = (await until(latest, (main) => main?.id === 'madvFree'))!
      expect(before.next.map(({ action }) => action)).toContain('balloon')

      await blowUp(watched, service)
      const after = (await until(latest, (main) => main?.text.endsWith('.taken') === true))!
      expect(after).toMatchObject({ id: 'madvFree', level: 'certain' })
      expect(after.bytes).toBeGreaterThan(100 * MiB)
      expect(after.next.map(({ action }) => action)).not.toContain('balloon')
      expect(after.evidence).toContainEqual(
        expect.objectContaining({ source: 'balloon', value: after.bytes }),
      )
    })
  })
})
