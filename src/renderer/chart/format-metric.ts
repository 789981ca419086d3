import type { MetricUnit } from '#core/metrics/catalogue'
import { formatBytes, formatPercent } from '#core/text/units'

/** A value as the person reads it; `—` when there is none. */
export function formatMetric(unit: MetricUnit, value: number | null): string {
  if (value === null || Number.isNaN(value)) return '—'
  if (unit === 'bytes') return formatBytes(value)
  if (unit === 'percent') return formatPercent(value)
  return String(Math.round(value))
}
