import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import { useStaleAge } from './use-stale-age'

beforeEach(() => void vi.useFakeTimers({ now: 10_000 }))
afterEach(() => void vi.useRealTimers())

it('has an age only while nothing new comes', async () => {
  const scope = effectScope()
  const atMs = shallowRef<number | null>(null)
  const age = scope.run(() => useStaleAge(() => atMs.value, 3_000))!
  vi.advanceTimersByTime(10_000)
  expect(age.value).toBeNull()
  for (let second = 0; second < 5; second++) {
    atMs.value = Date.now()
    await nextTick()
    vi.advanceTimersByTime(1_000)
    expect(age.value).toBeNull()
  }
  vi.advanceTimersByTime(2_000)
  expect(age.value).toBe(3_000)
  vi.advanceTimersByTime(2_000)
  expect(age.value).toBe(5_000)
  atMs.value = Date.now()
  await nextTick()
  expect(age.value).toBeNull()
  scope.stop()
  expect(vi.getTimerCount()).toBe(0)
})
