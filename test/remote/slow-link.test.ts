import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ColumnId } from '#core/metrics/process-table'
import { startManyProcesses } from '../../e2e/hosts/many-processes'
import { canOpenNetworkLink } from '../support/network-link'
import { canRunSshServer } from '../support/ssh-server'
import { until } from '../support/go-service'
import { buildClient } from './client'
import { openRemoteRig } from './remote-rig'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

const columns: ColumnId[] = [
  'rssBytes',
  'virtBytes',
  'cpuPercent',
  'memPercent',
  'lazyFreeBytes',
  'rssAnonBytes',
]
const watchedMs = 8000

let program: Awaited<ReturnType<typeof buildClient>>
beforeAll(async () => void (program = await buildClient()))
afterAll(() => program.remove())

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

describe.runIf(canOpenNetworkLink() && canRunSshServer())('a host behind 300 ms and 1 Mbit/s', () => {
  it.each([300, 3000])(
    'with %i processes and the table open: the watched one updates every second',
    async (count) => {
      const many = await startManyProcesses(count)
      cleanUps.push(() => many.end())
      const rig = await openRemoteRig(program.path, { delayMs: 150, bitsPerSecond: 1_000_000 })
      cleanUps.push(() => rig.close())
      const { client } = rig
      const startMs = Date.now()
      await client.must({ do: 'open', spec: rig.spec })
      const connectMs = Date.now() - startMs
      await client.must({ do: 'table', columns })
      await until(
        () => client.of('table'),
        (frames) => (frames.at(-1)?.count ?? 0) >= count,
        15_000,
      )
      const firstTableMs = client.of('table')[0]!.toldAtMs - startMs - connectMs
      await client.must({ do: 'watch', pid: process.pid })
      const first = await until(
        () => client.of('sample')[0],
        (sample) => sample !== undefined,
      )
      const before = await rig.link.bytes()
      await until(
        () => Date.now() - first!.toldAtMs,
        (ageMs) => ageMs > watchedMs,
        watchedMs + 5000,
      )
      const after = await rig.link.bytes()
      const times = client.of('sample').map(({ toldAtMs }) => toldAtMs)
      const gaps = times.slice(1).map((atMs, index) => atMs - times[index]!)
      const sorted = gaps.toSorted((a, b) => a - b)
      const bytesPerSample = (after.fromHost - before.fromHost) / gaps.length
      console.info(
        `${count} processes: connected ${connectMs} ms, first table ${firstTableMs} ms later, ${gaps.length} gaps, ` +
          `median ${sorted[gaps.length >> 1]} ms, longest ${sorted.at(-1)} ms: ${gaps.join(' ')}; ` +
          `${Math.round(bytesPerSample)} bytes a sample on the wire`,
      )
      // A second apart but for the machine's own noise: a table that held them up would take two to five seconds each time.
      expect(sorted[gaps.length >> 1]).toBeLessThan(1600)
      // What the link carries in a second has room for five times as much.
      expect(bytesPerSample).toBeLessThan(25_000)
      expect(client.of('connection')).toEqual([])
    },
  )
})
