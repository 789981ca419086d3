import type { TimeRange } from '#core/snapshot/history'

export const exportRanges = ['15m', '1h', '6h', '24h', 'all'] as const
export type ExportRange = (typeof exportRanges)[number]

const rangeMs: Record<Exclude<ExportRange, 'all'>, number> = {
  '15m': 900_000,
  '1h': 3_600_000,
  '6h': 21_600_000,
  '24h': 86_400_000,
}
/** As long as a snapshot may be. */
const longestMs = 25 * 3_600_000

/** The stretch that ends with `within`, of the chosen length. */
export function toExportRange(range: ExportRange, within: TimeRange): TimeRange {
  const lengthMs = range === 'all' ? longestMs : rangeMs[range]
  return { fromMs: Math.max(within.fromMs, within.toMs - lengthMs), toMs: within.toMs }
}
