/** What is seen of a flame graph: a stretch of the whole, which is 1 wide. */
export interface FlameSpan {
  from: number
  to: number
}

export const wholeSpan: FlameSpan = { from: 0, to: 1 }

/** Narrower than that numbers of 64 bits no longer tell two places apart. */
const leastSpan = 1e-9

function keepInside(from: number, span: number): FlameSpan {
  const size = Math.max(leastSpan, Math.min(1, span))
  const start = Math.max(0, Math.min(1 - size, from))
  return { from: start, to: start + size }
}

/** Moved by a share of what is seen. */
export function panSpan({ from, to }: FlameSpan, share: number): FlameSpan {
  return keepInside(from + share * (to - from), to - from)
}

/** `factor` below 1 shows less, larger; what is at `at` (0: left, 1: right) stays there. */
export function zoomSpan({ from, to }: FlameSpan, factor: number, at: number): FlameSpan {
  const span = Math.max(leastSpan, Math.min(1, (to - from) * factor))
  return keepInside(from + at * (to - from) - at * span, span)
}

/** What is laid out for a view: as much again on both sides, so that moving does not wait. */
export function toFlameWindow({ from, to }: FlameSpan, widthPx: number) {
  const span = to - from
  return { from: from - span, to: to + span, minWidth: (span / Math.max(1, widthPx)) * 0.5 }
}

/** Whether a layout still serves a view: it reaches as far, and is fine enough. */
export function isServed(
  { from, to }: FlameSpan,
  layout: FlameSpan & { minWidth: number },
  widthPx: number,
): boolean {
  const isInside = Math.max(0, from) >= layout.from && Math.min(1, to) <= layout.to
  return isInside && layout.minWidth <= ((to - from) / Math.max(1, widthPx)) * 0.75
}
