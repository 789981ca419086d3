import { expect, it } from 'vitest'
import type { HostFacts } from '#core/metrics/samples'
import { createIncidentBuilder } from '#core/snapshot/incident-builder'
import { createReplayTable } from './replay-table'

const startMs = Date.UTC(2026, 2, 1)

it('shows the recorded top of a moment, and none of before a gap', () => {
  const incident = createIncidentBuilder({ label: 'local', host: {} as HostFacts, fromMs: startMs }).build(
    startMs,
  )
  const key = { pid: 1, startTimeTicks: 1 }
  const table = createReplayTable({
    ...incident,
    top: [{ atMs: startMs, rows: [{ key, comm: 'init', rssBytes: 4096, cpuPercent: null }] }],
  })
  const frame = table.frameAt(startMs + 60_000, [])
  expect([frame.metas[0]?.comm, frame.columns['rssBytes']?.[0], frame.columns['cpuPercent']?.[0]]).toEqual([
    'init',
    4096,
    NaN,
  ])
  expect(table.frameAt(startMs + 3_600_000, []).count).toBe(0)
})
