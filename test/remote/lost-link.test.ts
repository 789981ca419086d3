import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { OpenTargetOptions } from '#main/targets/open-target'
import { canOpenNetworkLink } from '../support/network-link'
import { canRunSshServer } from '../support/ssh-server'
import { until } from '../support/go-service'
import { buildClient } from './client'
import { findDescendants, openRemoteRig, readComm, type RemoteRig } from './remote-rig'

vi.setConfig({ testTimeout: 150_000, hookTimeout: 60_000, maxConcurrency: 8 })

let program: Awaited<ReturnType<typeof buildClient>>
beforeAll(async () => void (program = await buildClient()))
afterAll(() => program.remove())

/** A connected rig whose client watches this process, closed after `use`. */
async function withRig(
  use: (rig: RemoteRig) => Promise<void>,
  limits: OpenTargetOptions['limits'] = undefined,
): Promise<void> {
  const rig = await openRemoteRig(program.path)
  try {
    await rig.client.must({ do: 'open', spec: rig.spec, ...(limits ? { limits } : {}) })
    await rig.client.must({ do: 'watch', pid: process.pid })
    await waitForSample(rig, 0)
    await use(rig)
  } finally {
    await rig.close()
  }
}

function phaseOf({ client }: RemoteRig): string {
  return client.of('connection').at(-1)?.connection.phase ?? 'connected'
}

function waitForPhase(rig: RemoteRig, phase: string, timeoutMs: number): Promise<string> {
  return until(
    () => phaseOf(rig),
    (seen) => seen === phase,
    timeoutMs,
  )
}

/** A sample whose poll began after afterMs. */
async function waitForSample({ client }: RemoteRig, afterMs: number, timeoutMs = 10_000) {
  const found = await until(
    () => client.of('sample').find(({ atMs }) => atMs > afterMs),
    (sample) => sample !== undefined,
    timeoutMs,
  )
  return found!
}

function expectOneProcess({ client }: RemoteRig): void {
  expect(new Set(client.of('sample').map(({ startTimeTicks }) => startTimeTicks)).size).toBe(1)
  expect(client.of('gone')).toEqual([])
}

describe.runIf(canOpenNetworkLink() && canRunSshServer()).concurrent('a link that breaks', () => {
  it('is lost when packets are, and comes back by itself with a gap in the series', () =>
    withRig(async (rig) => {
      const before = rig.server.sessionPids()
      await rig.link.cut()
      const cutAtMs = Date.now()
      await waitForPhase(rig, 'lost', 20_000)
      const lostMs = Date.now() - cutAtMs
      console.info(`lost ${lostMs} ms after the cut`)
      // 15 s are promised; a second between polls and 10 s of silence are usual.
      expect(lostMs).toBeLessThan(15_000)
      const { connection } = rig.client.of('connection').at(-1)!
      expect(connection).toMatchObject({ phase: 'lost', error: { code: expect.any(String) as string } })
      expect(await rig.client.ask({ do: 'poll', stat: true, reads: [] })).toMatchObject({
        error: { code: 'unreachable' },
      })
      // A second try may have been made meanwhile, which fails as well.
      await delay(3000)
      expect(phaseOf(rig)).toBe('lost')
      await rig.link.heal()
      const healedAtMs = Date.now()
      await waitForPhase(rig, 'connected', 60_000)
      console.info(`connected ${Date.now() - healedAtMs} ms after the link was healed`)
      await waitForSample(rig, healedAtMs)
      const times = rig.client.of('sample').map(({ atMs }) => atMs)
      expect(times.filter((atMs) => atMs > cutAtMs + 1000 && atMs < healedAtMs - 1000)).toEqual([])
      expectOneProcess(rig)
      // TCP told sshd that the old connection is no more.
      await until(
        () => rig.server.sessionPids().filter((pid) => before.includes(pid)),
        (left) => left.length === 0,
        40_000,
      )
    }))

  it('leaves nothing on a host that can never be told', () =>
    withRig(
      async (rig) => {
        expect(rig.server.sessionPids().length).toBeGreaterThan(1)
        await rig.link.cut()
        const cutAtMs = Date.now()
        const shells = (): number[] =>
          rig.server.sessionPids().filter((pid) => !readComm(pid).startsWith('sshd'))
        await until(shells, (pids) => pids.length === 0, 60_000)
        console.info(`nothing but sshd ${Date.now() - cutAtMs} ms after the cut`)
        // A minute is usual: three ticks of 20 s.
      },
      { tickSeconds: 4 },
    ))

  it('comes back when sshd ended its session', () =>
    withRig(async (rig) => {
      rig.server.killSessions()
      const killedAtMs = Date.now()
      await until(
        () => rig.client.of('connection').some(({ connection }) => connection.phase === 'lost'),
        Boolean,
        5000,
      )
      await waitForPhase(rig, 'connected', 15_000)
      console.info(`connected ${Date.now() - killedAtMs} ms after its sessions were killed`)
      await waitForSample(rig, killedAtMs + 100)
      expectOneProcess(rig)
    }))

  it('is none when the laptop slept for 20 s: the series has a gap and goes on', () =>
    withRig(async (rig) => {
      const pids = [rig.client.pid, ...findDescendants(rig.client.pid)]
      for (const pid of pids) process.kill(pid, 'SIGSTOP')
      const asleepAtMs = Date.now()
      await delay(20_000)
      const awakeAtMs = Date.now()
      for (const pid of pids.toReversed()) process.kill(pid, 'SIGCONT')
      const sample = await waitForSample(rig, awakeAtMs, 30_000)
      console.info(`a sample ${sample.toldAtMs - awakeAtMs} ms after it woke up`)
      await waitForPhase(rig, 'connected', 10_000)
      const times = rig.client.of('sample').map(({ atMs }) => atMs)
      expect(times.filter((atMs) => atMs > asleepAtMs + 500 && atMs < awakeAtMs - 500)).toEqual([])
      expectOneProcess(rig)
    }))

  it('is another host after a reboot: watches end, nothing is spliced', () =>
    withRig(async (rig) => {
      await rig.link.cut()
      rig.setBootId('11111111-2222-4333-8444-555555555555')
      rig.server.killSessions()
      await waitForPhase(rig, 'lost', 20_000)
      await rig.link.heal()
      const healedAtMs = Date.now()
      await waitForPhase(rig, 'connected', 60_000)
      await until(
        () => rig.client.of('gone').length,
        (count) => count === 1,
      )
      expect(rig.client.of('reboot')).toHaveLength(1)
      await delay(2500)
      // The process of the same pid and start time is another one, since ticks count from the boot.
      expect(rig.client.of('sample').filter(({ atMs }) => atMs > healedAtMs)).toEqual([])
      // It can be watched anew.
      await rig.client.must({ do: 'watch', pid: process.pid })
      await waitForSample(rig, healedAtMs)
    }))
})
