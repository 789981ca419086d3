import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import type { RecordedTarget } from '#core/snapshot/history'
import { createFakeConnection } from '../../stores/fake-connection.fixture'
import { spans, useHistory, type HistoryState } from './use-history'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

it('a history that is opened before anything was recorded fills by itself, and shows the quarter of an hour', async () => {
  const targets: RecordedTarget[] = []
  const connection = createFakeConnection({
    'history.targets': () => [...targets],
    'history.stats': () => null,
    'history.processes': () => [],
    'history.series': () => ({ bucketMs: 1, atMs: [], columns: {} }),
    'history.events': () => [],
    'marks.list': () => [],
  })
  let history: HistoryState | undefined
  const host = defineComponent({
    setup() {
      history = useHistory(() => 100)
      void history.start('local')
      return () => h('p')
    },
  })
  const mounted = mount(host, { global: connection.global })
  await flushPromises()
  expect(history?.targetSpec.value).toBeNull()
  targets.push({ targetSpec: 'local', fromMs: Date.now(), toMs: Date.now() })
  await vi.advanceTimersByTimeAsync(6000)
  expect(history?.targetSpec.value).toBe('local')
  const { fromMs, toMs } = history!.range.value
  expect(toMs - fromMs).toBe(spans['15m'])
  expect(history?.isFollowing.value).toBe(true)
  mounted.unmount()
})
