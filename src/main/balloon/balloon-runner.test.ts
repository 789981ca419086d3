import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { parsePidStat } from '#core/procfs/pid-stat'
import type { BalloonState } from '#core/balloon/types'
import { waitFor } from '../../../test/host/balloon-script'
import { makeMemoryGroup, type MemoryGroup } from '../../../test/host/memory-group'
import { startPatient } from '../../../test/host/patient'
import { startTestService } from '../../../test/support/go-service'
import { openRemoteStandIn } from '../../../test/support/remote-stand-in'
import { openLocalTarget } from '../targets/local-target'
import { createBalloonRunner, type BalloonRunnerOptions } from './balloon-runner'

// Real processes on a machine that may be busy with others.
vi.setConfig({ testTimeout: 90_000 })

const MiB = 1024 * 1024
/** Pressure of others on a busy machine must not end a run before its own end. */
const steady = { psiLimitPercent: 95 }

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

function makeGroup(limitMiB: number): MemoryGroup {
  const group = makeMemoryGroup(limitMiB * MiB)
  if (group === null) throw new Error('a memory cgroup is needed')
  cleanUps.push(() => group.remove())
  return group
}

function makeRunner(options: Partial<BalloonRunnerOptions> = {}) {
  const target = openLocalTarget()
  cleanUps.push(() => target.dispose())
  const states: BalloonState[] = []
  const runner = createBalloonRunner({ target, onState: (state) => states.push(state), ...options })
  cleanUps.push(() => runner.dispose())
  return { runner, states }
}

async function setUp(
  liveMiB: number,
  lazyFreeMiB: number,
  limitMiB: number,
  options: Partial<BalloonRunnerOptions> = {},
) {
  const group = makeGroup(limitMiB)
  const patient = await startPatient(liveMiB, lazyFreeMiB, group)
  cleanUps.push(() => patient.end())
  return { group, patient, ...makeRunner(options) }
}

/** Looks at what is available in the group each 10 ms. */
function watchLowest(group: MemoryGroup): () => number {
  let lowest = Infinity
  const timer = setInterval(() => {
    lowest = Math.min(lowest, group.availableBytes())
  }, 10)
  cleanUps.push(() => clearInterval(timer))
  return () => lowest
}

// Cgroups belong to root; where none can be made, the script's own tests still run.
const canMakeGroups = await (async () => {
  const group = makeMemoryGroup(64 * MiB)
  await group?.remove()
  return group !== null
})()

describe.skipIf(!canMakeGroups)('a balloon in a memory cgroup', () => {
  it('takes LazyFree, keeps the floor, proves it and gives everything back', async () => {
    const { group, patient, runner, states } = await setUp(40, 200, 400)
    const plan = await runner.plan(patient.key)
    expect(plan).toMatchObject({
      refusal: null,
      risks: [],
      domain: { kind: 'cgroup', limitBytes: 400 * MiB },
    })
    expect(plan.lazyFreeBytes).toBeGreaterThan(190 * MiB)
    expect(plan.bytesPerSecond).toBeGreaterThan(20 * MiB)
    const useBefore = group.useBytes()
    const lowest = watchLowest(group)
    await runner.start(patient.key, { ...steady, holdMs: 1000 }, [])
    const { proof, error, phase } = await runner.whenIdle()
    expect({ error, phase }).toEqual({ error: null, phase: 'done' })
    expect(proof).toMatchObject({ verdict: 'confirmed', reason: 'lazyfree-taken', comm: 'python3' })
    const { before, after } = proof!
    expect(before.lazyFreeBytes! - after.lazyFreeBytes!).toBeGreaterThan(170 * MiB)
    expect(
      Math.abs(before.rssBytes! - after.rssBytes! - (before.lazyFreeBytes! - after.lazyFreeBytes!)),
    ).toBeLessThan(4 * MiB)
    expect(after.virtBytes).toBe(before.virtBytes)
    expect(Math.abs(patient.rssBytes() - after.rssBytes!)).toBeLessThan(2 * MiB)
    expect(lowest()).toBeGreaterThan(plan.settings.floorBytes - plan.settings.stepBytes)
    expect(group.useBytes()).toBeLessThan(useBefore - 150 * MiB)
    expect(group.pids()).toEqual([patient.key.pid])
    const sizes = states.flatMap(({ step }) => (step === null ? [] : [step.balloonBytes]))
    expect(Math.max(...sizes)).toBe(proof!.peakBytes)
    expect(new Set(states.map((state) => state.phase))).toEqual(
      new Set(['ramp', 'hold', 'deflating', 'done']),
    )
    const gaps = states.slice(1).map((state, index) => state.step!.atMs - states[index]!.step!.atMs)
    expect(Math.max(...gaps)).toBeLessThan(2500)
  })

  it('is refused for a kernel thread, which has nothing to take', async () => {
    const { runner } = makeRunner()
    const startTimeTicks = parsePidStat(readFileSync('/proc/2/stat', 'utf8')).startTimeTicks
    expect(await runner.plan({ pid: 2, startTimeTicks })).toMatchObject({ refusal: 'no-memory' })
  })

  it('refutes a leak: LazyFree is 0 and RSS stays', async () => {
    const { patient, runner } = await setUp(240, 0, 400)
    await runner.start(patient.key, { ...steady, holdMs: 500 }, [])
    const { proof } = await runner.whenIdle()
    expect(proof).toMatchObject({ verdict: 'refuted', reason: 'nothing-to-take' })
    expect(Math.abs(proof!.before.rssBytes! - proof!.after.rssBytes!)).toBeLessThan(4 * MiB)
  })

  it('says that it proved nothing when a person stops it early, and is empty within 2 s', async () => {
    const { group, patient, runner } = await setUp(40, 100, 400)
    const useBefore = group.useBytes()
    await runner.start(patient.key, {}, [])
    await waitFor(
      'a first step',
      3000,
      () => runner.state().step !== null && runner.state().step!.balloonBytes > 0,
    )
    const startMs = performance.now()
    runner.deflate('person')
    const { proof } = await runner.whenIdle()
    expect(performance.now() - startMs).toBeLessThan(2000)
    expect(proof).toMatchObject({ verdict: 'inconclusive', reason: 'no-pressure', stopReason: 'person' })
    expect(group.useBytes()).toBeLessThan(useBefore + 8 * MiB)
    expect(group.pids()).toEqual([patient.key.pid])
  })

  it('lets go by itself when others take the memory: the floor holds and nobody is killed', async () => {
    const { group, patient, runner } = await setUp(40, 100, 400)
    const floorBytes = 60 * MiB
    await runner.start(patient.key, { ...steady, floorBytes, holdMs: 20_000 }, ['floor-near'])
    await waitFor('the hold', 15_000, () => runner.state().phase === 'hold')
    const other = await startPatient(60, 0, group)
    cleanUps.push(() => other.end())
    const { proof } = await runner.whenIdle()
    expect(proof!.elapsedMs).toBeLessThan(19_000)
    expect(group.pids().sort()).toEqual([patient.key.pid, other.key.pid].sort())
    expect(other.rssBytes()).toBeGreaterThan(60 * MiB)
  })

  it('ends a script that does not answer any more: all of its session was stopped', async () => {
    const { group, patient, runner } = await setUp(40, 100, 400)
    await runner.start(patient.key, { ...steady, holdMs: 60_000 }, [])
    await waitFor('the hold', 15_000, () => runner.state().phase === 'hold')
    const holder = group.pids().find((pid) => pid !== patient.key.pid)!
    const stat = readFileSync(`/proc/${holder}/stat`, 'utf8')
    const [, , groupId] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    process.kill(-Number(groupId), 'SIGSTOP')
    const startMs = performance.now()
    await runner.whenIdle()
    expect(performance.now() - startMs).toBeLessThan(10_000)
    await waitFor('no holder', 2000, () => group.pids().length === 1)
    expect(group.pids()).toEqual([patient.key.pid])
  })

  it('ends within 2 s when its owner is not heard any more', async () => {
    const { group, patient, runner } = await setUp(40, 100, 400, { needsOwner: () => true })
    await runner.start(patient.key, {}, [])
    const timer = setInterval(() => runner.ownerBeat(), 250)
    cleanUps.push(() => clearInterval(timer))
    await waitFor('a step after 2 s of heartbeats', 6000, () => {
      const { step, startedAtMs } = runner.state()
      return step !== null && step.atMs - startedAtMs! > 2000 && step.balloonBytes > 0
    })
    clearInterval(timer)
    const startMs = performance.now()
    const { proof } = await runner.whenIdle()
    expect(performance.now() - startMs).toBeLessThan(2000)
    expect(proof).toMatchObject({ stopReason: 'watchdog' })
    expect(group.pids()).toEqual([patient.key.pid])
  })

  it('runs one at a time, refuses risks that nobody accepted and processes that are gone', async () => {
    const { patient, runner } = await setUp(40, 100, 400)
    await expect(runner.start(patient.key, { ...steady, floorBytes: 330 * MiB }, [])).rejects.toMatchObject({
      code: 'refused',
      hint: 'balloon.risk.floor-near',
    })
    const gone = { ...patient.key, startTimeTicks: patient.key.startTimeTicks + 1 }
    expect((await runner.plan(gone)).refusal).toBe('target-gone')
    await expect(runner.start(gone, {}, [])).rejects.toMatchObject({ code: 'refused' })
    await runner.start(patient.key, {}, [])
    await expect(runner.start(patient.key, {}, [])).rejects.toMatchObject({ code: 'busy' })
    expect((await runner.plan(patient.key)).refusal).toBe('already-running')
    patient.end()
    expect((await runner.whenIdle()).proof).toMatchObject({
      stopReason: 'target-gone',
      verdict: 'inconclusive',
    })
  })

  it('gives everything back when it is disposed, also while it starts', async () => {
    const { group, patient, runner } = await setUp(40, 100, 400)
    const started = runner.start(patient.key, {}, [])
    await runner.dispose()
    await started
    expect(group.pids()).toEqual([patient.key.pid])
    expect(runner.state().proof).toMatchObject({ stopReason: 'owner-gone' })
  })

  it('proves it on a Go service: RSS falls by LazyFree, heap in use stays', async () => {
    const group = makeGroup(500)
    const args = ['-scenario', 'madvfree', '-alloc-mib', '280', '-keep-mib', '40']
    const environment = { GODEBUG: 'madvdontneed=0' }
    const service = await startTestService(args, { environment, cgroupDir: group.dir })
    cleanUps.push(() => service.end())
    const { runner } = makeRunner()
    const settings = { ...steady, holdMs: 500, timeLimitMs: 120_000 }
    await runner.start(service.key, settings, [], () => service.readHeapInuse())
    const { proof } = await runner.whenIdle()
    expect(proof).toMatchObject({
      verdict: 'confirmed',
      comm: expect.stringMatching(/^go-service/) as string,
    })
    const { before, after } = proof!
    expect(before.lazyFreeBytes).toBeGreaterThan(200 * MiB)
    expect(after.lazyFreeBytes).toBeLessThan(24 * MiB)
    expect(before.rssBytes! - after.rssBytes!).toBeGreaterThan(before.lazyFreeBytes! * 0.85)
    expect(Math.abs(before.heapInuseBytes! - after.heapInuseBytes!)).toBeLessThan(8 * MiB)
    expect(readFileSync(`/proc/${service.key.pid}/cgroup`, 'utf8')).toContain('ballonet-test')
  })
})

describe.skipIf(!canMakeGroups)('a balloon on another machine', () => {
  async function setUpRemote() {
    const group = makeGroup(300)
    const patient = await startPatient(30, 100, group)
    cleanUps.push(() => patient.end())
    const standIn = openRemoteStandIn('ssh:db-3')
    cleanUps.push(() => standIn.target.dispose())
    const runner = createBalloonRunner({ target: standIn.target, onState: () => undefined })
    cleanUps.push(() => runner.dispose())
    return { group, patient, standIn, runner }
  }

  it('names the host and starts only when that was accepted', async () => {
    const { patient, runner } = await setUpRemote()
    const plan = await runner.plan(patient.key)
    expect(plan).toMatchObject({ remoteHost: 'db-3', risks: ['remote-host'], refusal: null })
    await expect(runner.start(patient.key, { ...steady, holdMs: 500 }, [])).rejects.toMatchObject({
      code: 'refused',
      hint: 'balloon.risk.remote-host',
    })
    await runner.start(patient.key, { ...steady, holdMs: 500 }, ['remote-host'])
    expect((await runner.whenIdle()).proof).toMatchObject({ verdict: 'confirmed' })
  })

  it('is given back by the host itself when the link is cut without a word, and proves nothing', async () => {
    const { group, patient, runner, standIn } = await setUpRemote()
    await runner.start(patient.key, { ...steady, holdMs: 60_000 }, ['remote-host'])
    await waitFor('the hold or an end', 30_000, () => ['hold', 'done'].includes(runner.state().phase))
    expect(runner.state()).toMatchObject({ phase: 'hold' })
    expect(group.pids().length).toBeGreaterThan(1)
    const cutMs = performance.now()
    standIn.cut()
    await waitFor('nothing but the patient', 15_000, () => group.pids().length === 1)
    expect(performance.now() - cutMs).toBeGreaterThan(5000)
    const { proof, error } = await runner.whenIdle()
    expect(error).toBeNull()
    expect(proof).toMatchObject({ stopReason: 'link-lost', verdict: 'inconclusive', reason: 'link-lost' })
    expect(proof!.after).toMatchObject({ rssBytes: null, lazyFreeBytes: null })
    expect(group.pids()).toEqual([patient.key.pid])
  })

  it('is not waited for when the app ends while the host is out of reach', async () => {
    const { group, patient, runner, standIn } = await setUpRemote()
    await runner.start(patient.key, { ...steady, holdMs: 60_000 }, ['remote-host'])
    await waitFor('a first step', 15_000, () => (runner.state().step?.balloonBytes ?? 0) > 0)
    standIn.cut()
    await waitFor('the end of the run', 5000, () => runner.state().phase === 'deflating')
    const startMs = performance.now()
    // Told that the script is out of reach, it ends its side: the host has the watchdog.
    await runner.dispose()
    expect(performance.now() - startMs).toBeLessThan(9000)
    await waitFor('nothing but the patient', 15_000, () => group.pids().length === 1)
  })
})
