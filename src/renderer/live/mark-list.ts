/** Moments in time order (garbage collections): a growing list that keeps the youngest `limit`. */
export interface MarkList {
  add(atMs: number): void
  /** At most one for each pixel of the window, in time order. */
  read(fromMs: number, toMs: number, pixels: number): number[]
  count(): number
}

/** Two reports of the same moment (an event and a sample) may differ by so much. */
const sameMs = 5

export function createMarkList(limit = 100_000): MarkList {
  let times: number[] = []

  function lowerBound(ms: number): number {
    let low = 0
    let high = times.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((times[middle] as number) < ms) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    add(atMs) {
      const position = lowerBound(atMs - sameMs)
      const near = times[position]
      if (near !== undefined && near <= atMs + sameMs) return
      times.splice(position, 0, atMs)
      if (times.length > limit) times = times.slice(times.length - (limit >> 1))
    },
    read(fromMs, toMs, pixels) {
      const marks: number[] = []
      const stepMs = (toMs - fromMs) / Math.max(1, pixels)
      let i = lowerBound(fromMs)
      while (i < times.length) {
        const time = times[i] as number
        if (time > toMs) break
        marks.push(time)
        i = lowerBound(time + Math.max(stepMs, 1))
      }
      return marks
    },
    count: () => times.length,
  }
}
