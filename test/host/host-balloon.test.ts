import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { createBalloonRunner } from '#main/balloon/balloon-runner'
import { openLocalTarget } from '#main/targets/local-target'
import { startPatient } from './patient'

const MiB = 1024 * 1024
/** More than the product's own floor: other work may run on this machine. */
const floorShare = 0.15
/** LazyFree of the patient: well above the floor, which what is left of it has to be made of. */
const lazyFreeShare = 0.4

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

function readMeminfo(name: string): number {
  return (
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024
  )
}

const memTotal = readMeminfo('MemTotal')
const isWanted = process.env['BALLONET_HOST_BALLOON'] === '1'
const isQuiet = readMeminfo('MemAvailable') > memTotal * (lazyFreeShare + floorShare + 0.1)

/** Takes most of the memory of this machine for some seconds: only npm run test:host runs it. */
describe.skipIf(!isWanted || !isQuiet)('a balloon on the whole host', () => {
  it('takes LazyFree of a process, holds the floor at each 10 ms, and gives everything back', async () => {
    const patient = await startPatient(100, Math.floor((memTotal * lazyFreeShare) / MiB), null)
    cleanUps.push(() => patient.end())
    const target = openLocalTarget()
    cleanUps.push(() => target.dispose())
    let largestStep = 0
    let lastSize = 0
    const runner = createBalloonRunner({
      target,
      onState({ step }) {
        if (step === null) return
        largestStep = Math.max(largestStep, step.balloonBytes - lastSize)
        lastSize = step.balloonBytes
      },
    })
    cleanUps.push(() => runner.dispose())
    const floorBytes = Math.ceil(memTotal * floorShare)
    const settings = {
      domain: 'host' as const,
      floorBytes,
      psiLimitPercent: 20,
      timeLimitMs: 200_000,
      holdMs: 2000,
    }
    const plan = await runner.plan(patient.key, settings)
    expect(plan.refusal).toBeNull()
    let lowest = Infinity
    let samples = 0
    const sampler = setInterval(() => {
      lowest = Math.min(lowest, readMeminfo('MemAvailable'))
      samples++
    }, 10)
    cleanUps.push(() => clearInterval(sampler))
    const availableBefore = readMeminfo('MemAvailable')
    await runner.start(patient.key, settings, plan.risks)
    const { proof, error } = await runner.whenIdle()
    clearInterval(sampler)
    // Numbers of a run on a machine of one's own are worth reading.
    console.log(
      JSON.stringify({ ...proof, lowest, floorBytes, largestStep, samples, expectedMs: plan.expectedMs }),
    )
    expect(error).toBeNull()
    expect(samples).toBeGreaterThan(proof!.elapsedMs / 40)
    expect(lowest).toBeGreaterThan(floorBytes - Math.max(largestStep, plan.settings.stepBytes))
    expect(readMeminfo('MemAvailable')).toBeGreaterThan(availableBefore - memTotal / 10)
    // Where other work presses on the machine at the same time, the guard may rightly stop before.
    if (proof!.stopReason === 'psi') return
    expect(proof).toMatchObject({ verdict: 'confirmed', reason: 'lazyfree-taken', domain: { kind: 'host' } })
    const taken = proof!.before.lazyFreeBytes! - proof!.after.lazyFreeBytes!
    expect(Math.abs(proof!.before.rssBytes! - proof!.after.rssBytes! - taken)).toBeLessThan(16 * MiB)
    expect(Math.abs(proof!.lazyFreedBytes! - taken)).toBeLessThan(64 * MiB)
    expect(proof!.after.virtBytes).toBe(proof!.before.virtBytes)
  }, 300_000)
})
