import { onBeforeUnmount } from 'vue'

/**
 * Gives a function that asks for a drawing on the next frame: at most one a frame, however often it is asked for, and
 * together with what the same data changes in the document. A hidden page draws nothing.
 */
export function useRedraw(draw: () => void): () => void {
  let frame = 0
  onBeforeUnmount(() => cancelAnimationFrame(frame))
  return () => {
    if (frame !== 0) return
    frame = requestAnimationFrame(() => {
      frame = 0
      draw()
    })
  }
}
