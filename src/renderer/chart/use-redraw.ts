import { onBeforeUnmount } from 'vue'

/** Events of one second (process, host, balloon) arrive apart and are drawn together. */
const gatherMs = 120

/** Draws at most once a frame, and only when something asked for it; a hidden page draws nothing. */
export function useRedraw(draw: () => void) {
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  /** On the next frame: the person waits for it. */
  function now(): void {
    clearTimeout(timer)
    timer = undefined
    if (frame !== 0) return
    frame = requestAnimationFrame(() => {
      frame = 0
      draw()
    })
  }

  /** Soon: data came. */
  function soon(): void {
    timer ??= setTimeout(now, gatherMs)
  }

  onBeforeUnmount(() => {
    clearTimeout(timer)
    cancelAnimationFrame(frame)
  })
  return { now, soon }
}
