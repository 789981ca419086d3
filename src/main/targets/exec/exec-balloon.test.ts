import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createBalloonRunner } from '#main/balloon/balloon-runner'
import { waitFor } from '../../../../test/host/balloon-script'
import { makeMemoryGroup, type MemoryGroup } from '../../../../test/host/memory-group'
import { startPatient } from '../../../../test/host/patient'
import { openTarget } from '../open-target'

// Real processes on a machine that may be busy with others.
vi.setConfig({ testTimeout: 90_000 })

const MiB = 1024 * 1024
/** Pressure of others on a busy machine must not end a run before its own end. */
const steady = { psiLimitPercent: 95 }
/** A link that is not this machine's own: slower to answer, and slower to be given up. */
const watchdogMs = 5000

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

const canMakeGroups = await (async () => {
  const group = makeMemoryGroup(64 * MiB)
  await group?.remove()
  return group !== null
})()

async function setUp(command: string) {
  const group = makeMemoryGroup(400 * MiB) as MemoryGroup
  cleanUps.push(() => group.remove())
  const patient = await startPatient(40, 200, group)
  cleanUps.push(() => patient.end())
  const target = await openTarget(`exec:${command}`)
  cleanUps.push(() => target.dispose())
  const runner = createBalloonRunner({ target, onState: () => undefined, watchdogMs })
  cleanUps.push(() => runner.dispose())
  return { group, patient, target, runner }
}

describe.skipIf(!canMakeGroups)('a balloon through a command', () => {
  it.each(['dash', 'bash', 'busybox sh'])(
    '%s: takes LazyFree, proves it and gives everything back',
    async (command) => {
      const { group, patient, runner } = await setUp(command)
      await runner.start(patient.key, { ...steady, holdMs: 500 }, [])
      const { proof, error } = await runner.whenIdle()
      expect(error).toBeNull()
      expect(proof).toMatchObject({ verdict: 'confirmed', reason: 'lazyfree-taken' })
      expect(patient.lazyFreeBytes()).toBeLessThan(30 * MiB)
      await waitFor('no holder', 2000, () => group.pids().length === 1)
      expect(group.pids()).toEqual([patient.key.pid])
    },
  )

  it('gives its memory back within 15 s when the client process is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ballonet-clients-'))
    cleanUps.push(() => rmSync(folder, { recursive: true }))
    // The shell has a session of its own, as one behind ssh or docker: a signal to the client does not reach it.
    const { group, patient, target, runner } = await setUp(
      `sh -c "echo $$ >>${folder}/clients; setsid -w sh"`,
    )
    await runner.start(patient.key, { ...steady, holdMs: 60_000 }, ['remote-host'])
    await waitFor('the hold', 30_000, () => runner.state().phase === 'hold')
    expect(group.pids().length).toBeGreaterThan(1)
    const clients = readFileSync(join(folder, 'clients'), 'utf8').trim().split('\n').map(Number)
    for (const pid of clients) {
      try {
        process.kill(-pid, 'SIGKILL')
      } catch {
        // A shell of before: the plan's probe.
      }
    }
    await waitFor('no holder', 15_000, () => group.pids().length === 1)
    const { proof } = await runner.whenIdle()
    expect(proof?.verdict).not.toBe('confirmed')
    await waitFor('connected again', 15_000, () => target.connection.phase === 'connected')
  })
})
