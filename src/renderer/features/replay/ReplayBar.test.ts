import { flushPromises, mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import type { TargetInfo } from '#core/ipc/contract'
import type { ReplayInfo } from '#core/ipc/snapshot-contract'
import { createFakeConnection } from '../../stores/fake-connection.fixture'
import { useReplayStore } from '../../stores/replay'
import ReplayBar from './ReplayBar.vue'

it('shows what happened over all of a busy day, and steps to each', async () => {
  const events = Array.from({ length: 5000 }, (_, index) => ({ atMs: index * 1000, kind: 'target' }))
  const marks = [{ id: 'm', atMs: 9_000_000, text: 'deployed' }]
  const overview = { fromMs: 0, toMs: 10_000_000, events, marks, profiles: [] }
  const connection = createFakeConnection({ 'replay.overview': () => overview })
  const store = useReplayStore()
  const replay = { source: 'file', name: 'x', fromMs: 0, toMs: 10_000_000, processes: [] } as ReplayInfo
  const target = { id: 'incident:a', replay } as unknown as TargetInfo
  connection.emit('target', target)
  await flushPromises()
  const bar = mount(ReplayBar, { props: { target, replay }, global: connection.global })
  expect(bar.findAll('.tick').length).toBeLessThan(500)
  expect(bar.find('.tick.mark').attributes('title')).toBe('deployed')
  for (const atMs of [9_000_000, 4_999_000, 4_998_000]) {
    await bar.find('[role=slider]').trigger('keydown', { key: 'PageUp' })
    expect(store.cursorMs(target.id)).toBe(atMs)
  }
  bar.unmount()
})
