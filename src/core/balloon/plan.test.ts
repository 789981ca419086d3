import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  carefulStepBytes,
  createPlan,
  minStepBytes,
  noProcess,
  type GroupReading,
  type PlanReadings,
} from './plan'

const MiB = 1024 * 1024
const GiB = 1024 * MiB

/** A host of 24 GiB without swap and a Go service, as measured. */
const measured: PlanReadings = {
  remoteHost: null,
  target: { pid: 1234, startTimeTicks: 99 },
  memTotalBytes: 25_275_994_112,
  memFreeBytes: 21e9,
  memAvailableBytes: 23.5e9,
  inactiveFileBytes: 2.1e9,
  swapFreeBytes: 0,
  lowWatermarkBytes: 90 * MiB,
  psiSomeAvg10: 0,
  rssBytes: 2_122_296 * 1024,
  lazyFreeBytes: 1_741_120 * 1024,
  group: null,
  bytesPerSecond: 2 * GiB,
  refusal: null,
}

const group: GroupReading = {
  version: 1,
  path: '/demo',
  limitBytes: 1000 * MiB,
  currentBytes: 853 * MiB,
  inactiveFileBytes: 717 * MiB,
  activeFileBytes: 0,
  canJoin: true,
  killsAsOne: false,
}

describe('createPlan on the host', () => {
  it('takes what is free above the low watermarks first, then page cache and LazyFree', () => {
    const plan = createPlan(measured)
    expect(plan.domain).toEqual({ kind: 'host' })
    expect(plan.freeFirstBytes).toBe(21e9 - 90 * MiB)
    expect(plan.evictedCacheBytes).toBe(2.1e9 - 1_741_120 * 1024)
    expect(plan.limitBytes).toBe(23.5e9 - plan.settings.floorBytes)
    expect(plan.expectedBytes).toBe(plan.limitBytes)
    expect(plan.refusal).toBeNull()
  })

  it('keeps a tenth available, and a twentieth where LazyFree is out of reach else', () => {
    expect(createPlan(measured).settings.floorBytes).toBe(Math.ceil(25_275_994_112 / 20))
    const squeezed = { ...measured, memFreeBytes: 400 * MiB, memAvailableBytes: 12e9, inactiveFileBytes: 6e9 }
    expect(createPlan(squeezed).settings.floorBytes).toBe(Math.ceil(25_275_994_112 / 10))
  })

  it('says that the floor is near when most of LazyFree is out of reach', () => {
    expect(createPlan(measured).risks).toEqual([])
    expect(createPlan(measured, { floorBytes: 2.5e9 }).risks).toEqual(['floor-near'])
  })

  it('keeps at least 512 MiB on a small host', () => {
    const small = { ...measured, memTotalBytes: 2 * GiB, memFreeBytes: GiB, memAvailableBytes: 1.5 * GiB }
    expect(createPlan(small).settings.floorBytes).toBe(512 * MiB)
  })

  it('needs no more than a little pressure to refute when there is no LazyFree', () => {
    const plan = createPlan({
      ...measured,
      lazyFreeBytes: 0,
      rssBytes: 800 * MiB,
      inactiveFileBytes: 100 * MiB,
    })
    expect(plan.settings.maxBytes).toBe(plan.freeFirstBytes + 300 * MiB)
    expect(plan.expectedBytes).toBe(plan.settings.maxBytes)
    expect(plan.risks).not.toContain('floor-near')
  })

  it.each<[string, Partial<PlanReadings>, string]>([
    ['pressure that is there already', { psiSomeAvg10: 9 }, 'psi-already-up'],
    ['swap', { swapFreeBytes: GiB }, 'swap-in-use'],
    ['LazyFree that can not be read', { lazyFreeBytes: null }, 'lazyfree-unknown'],
    [
      'a lot of page cache',
      { inactiveFileBytes: 8e9, memFreeBytes: (measured.memFreeBytes ?? 0) - 8e9 },
      'dirty-cache-eviction',
    ],
  ])('names the risk of %s', (_, change, risk) => {
    expect(createPlan({ ...measured, ...change }).risks).toContain(risk)
  })

  it('has no risk for a balloon for its own sake that fits into what is free, whatever else there is', () => {
    const none = { ...measured, target: noProcess, rssBytes: null, lazyFreeBytes: null }
    const crowded = { ...none, swapFreeBytes: GiB, inactiveFileBytes: 8e9 }
    const plan = createPlan(crowded, { maxBytes: 200 * MiB })
    expect(plan).toMatchObject({ risks: [], refusal: null, expectedBytes: 200 * MiB, evictedCacheBytes: 0 })
  })

  it('says so when a balloon for its own sake can not have its size above the floor', () => {
    const none = { ...measured, target: noProcess, rssBytes: null, lazyFreeBytes: null }
    expect(createPlan(none, { maxBytes: 23.9e9 }).risks).toContain('floor-near')
  })

  it('refuses without MemAvailable, without room, and passes on what was found while reading', () => {
    expect(createPlan({ ...measured, memAvailableBytes: null }).refusal).toBe('no-memavailable')
    expect(createPlan(measured, { floorBytes: 23.5e9 }).refusal).toBe('no-room')
    expect(createPlan({ ...measured, refusal: 'target-gone', memAvailableBytes: null }).refusal).toBe(
      'target-gone',
    )
  })

  it('tells how long it takes, from the measured speed', () => {
    const quick = createPlan(measured)
    const slow = createPlan({ ...measured, bytesPerSecond: GiB / 2 })
    expect(quick.expectedMs).toBeGreaterThan(quick.expectedBytes / ((2 * GiB) / 1000))
    expect(slow.expectedMs - quick.expectedMs).toBeCloseTo((quick.expectedBytes / GiB) * 1500, -2)
    expect(slow.settings.timeLimitMs).toBe(slow.expectedMs * 2)
  })
})

describe('createPlan in a memory cgroup', () => {
  it('prefers the cgroup that limits the process, and counts its file cache and LazyFree as available', () => {
    const plan = createPlan({ ...measured, lazyFreeBytes: 717 * MiB, group })
    expect(plan.domain).toEqual({ kind: 'cgroup', version: 1, path: '/demo', limitBytes: 1000 * MiB })
    expect(plan.domainChoices.map(({ kind }) => kind)).toEqual(['cgroup', 'host'])
    expect(plan.freeFirstBytes).toBe(147 * MiB)
    expect(plan.availableBytes).toBe((147 + 717) * MiB)
    expect(plan.settings.floorBytes).toBe(20 * MiB)
    expect(plan.limitBytes).toBe((147 + 717 - 20) * MiB)
    expect(plan.risks).toEqual([])
  })

  it('takes the host when it is chosen, or when the cgroup can not be joined', () => {
    expect(createPlan({ ...measured, group }, { domain: 'host' }).domain.kind).toBe('host')
    const closed = createPlan({ ...measured, group: { ...group, canJoin: false } }, { domain: 'cgroup' })
    expect(closed.domain.kind).toBe('host')
    expect(closed.risks).toContain('no-limit-in-cgroup')
  })

  it('never takes more than the host has, whatever the cgroup may', () => {
    const plan = createPlan({ ...measured, memAvailableBytes: 600 * MiB, group })
    expect(plan.availableBytes).toBe(600 * MiB)
  })

  it('warns when an OOM kill would take the whole group', () => {
    expect(createPlan({ ...measured, group: { ...group, killsAsOne: true } }).risks).toContain('group-oom')
  })
})

const size = fc.option(fc.integer({ min: 0, max: 2 ** 42 }), { nil: null })

describe('createPlan of anything', () => {
  it('never plans below the floor, with a step of nothing, or with numbers that are none', () => {
    const readings = fc.record({
      memTotalBytes: size,
      memFreeBytes: size,
      memAvailableBytes: size,
      inactiveFileBytes: size,
      swapFreeBytes: size,
      lowWatermarkBytes: size,
      rssBytes: size,
      lazyFreeBytes: size,
      bytesPerSecond: fc.option(fc.integer({ min: 1, max: 2 ** 36 }), { nil: null }),
    })
    const wanted = fc.record(
      { maxBytes: fc.nat(), floorBytes: fc.nat(), stepBytes: fc.nat(), holdMs: fc.nat() },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(readings, wanted, (some, settings) => {
        const plan = createPlan({ ...measured, ...some }, settings)
        expect(plan.limitBytes).toBeLessThanOrEqual(
          Math.max(0, plan.availableBytes - plan.settings.floorBytes),
        )
        expect(plan.expectedBytes).toBeLessThanOrEqual(plan.limitBytes)
        expect(plan.settings.stepBytes).toBeGreaterThanOrEqual(minStepBytes)
        expect(carefulStepBytes(plan.settings.stepBytes, plan.lazyFreeBytes)).toBeGreaterThanOrEqual(
          minStepBytes,
        )
        for (const value of [plan.steps, plan.expectedMs, plan.limitBytes, plan.settings.timeLimitMs]) {
          expect(Number.isFinite(value) && value >= 0).toBe(true)
        }
      }),
    )
  })
})
