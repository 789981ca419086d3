import { onBeforeUnmount, shallowRef, type ShallowRef } from 'vue'

/** The wall clock, once a second, ms since the epoch; stands still while the page is hidden. */
export function useNow(): Readonly<ShallowRef<number>> {
  const now = shallowRef(Date.now())
  const timer = setInterval(() => {
    if (!document.hidden) now.value = Date.now()
  }, 1000)
  onBeforeUnmount(() => clearInterval(timer))
  return now
}
