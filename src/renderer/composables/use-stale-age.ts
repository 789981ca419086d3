import { onScopeDispose, readonly, shallowRef, watch, type ShallowRef } from 'vue'

const tickMs = 1_000

/**
 * How old the newest of what should come every second is, ms; null until it stays away for `afterMs`. `readAtMs` gives its
 * time, ms since the epoch, null before the first. As long as new ones come no timer fires.
 */
export function useStaleAge(
  readAtMs: () => number | null,
  afterMs: number,
): Readonly<ShallowRef<number | null>> {
  const ageMs = shallowRef<number | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined

  function tick(atMs: number): void {
    if (!document.hidden) ageMs.value = Date.now() - atMs
    timer = setTimeout(() => tick(atMs), tickMs)
  }

  watch(
    readAtMs,
    (atMs) => {
      clearTimeout(timer)
      ageMs.value = null
      if (atMs !== null) timer = setTimeout(() => tick(atMs), afterMs)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return readonly(ageMs)
}
