import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createFakeConnection } from '../../stores/fake-connection.fixture'
import { useReplayStore } from '../../stores/replay'
import VerdictDifference from './VerdictDifference.vue'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

it('judges about once a second while a stretch plays, and where it rests', async () => {
  const targetId = 'incident:a'
  const overview = { fromMs: 0, toMs: 100_000, marks: [], events: [], profiles: [] }
  const connection = createFakeConnection({ 'replay.overview': () => overview })
  const store = useReplayStore()
  connection.emit('target', { id: targetId, replay: overview })
  const mounted = mount(VerdictDifference, {
    props: { targetId, processKey: { pid: 1, startTimeTicks: 1 } },
    global: connection.global,
  })
  for (let frame = 1; frame <= 50; frame++) {
    store.seek(targetId, frame * 1000)
    await vi.advanceTimersByTimeAsync(100)
  }
  const asked = (): number[] =>
    connection.callsOf('replay.verdict').map((params) => (params as { atMs: number }).atMs)
  expect(asked().length).toBeGreaterThanOrEqual(4)
  expect(asked().length).toBeLessThanOrEqual(6)
  await vi.advanceTimersByTimeAsync(500)
  expect(asked().at(-1)).toBe(50_000)
  mounted.unmount()
})
