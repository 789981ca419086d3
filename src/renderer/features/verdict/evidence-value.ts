import { formatBytes, formatDuration, formatPercent } from '#core/text/units'
import type { Evidence } from '#core/verdict/verdict'

type Translate = (key: string, params: Record<string, string>) => string

/** A number of the evidence as a person reads it; null: it is not there. */
export function toEvidenceValue(
  { value, unit }: Pick<Evidence, 'value' | 'unit'>,
  t: Translate,
): string | null {
  if (value === null) return null
  switch (unit) {
    case 'bytes':
      return formatBytes(value)
    case 'bytes-per-minute':
      return t('verdict.unit.perMinute', { size: formatBytes(value) })
    case 'percent':
      return formatPercent(value)
    case 'per-second':
      return t('verdict.unit.perSecond', { count: value.toFixed(value < 10 ? 1 : 0) })
    case 'ms':
      return formatDuration(value)
    default:
      return String(value)
  }
}
