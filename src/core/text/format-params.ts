import { formatBytes, formatDuration, formatPercent } from './units'

/**
 * Raw parameters of a sentence as a person reads them, by the unit in their names: `rssBytes`, `ageMs`, `psiPercent`. A moment
 * (`…AtMs`) becomes the local time of day. Text and other numbers stay as they are.
 */
export function formatParams(
  params: Readonly<Record<string, string | number | null>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, formatParam(name, value)]))
}

function formatParam(name: string, value: string | number | null): string {
  if (value === null) return '—'
  if (typeof value === 'string') return value
  if (name.endsWith('Bytes')) return formatBytes(value)
  if (name.endsWith('AtMs')) return new Date(value).toTimeString().slice(0, 8)
  if (name.endsWith('Ms')) return formatDuration(value)
  if (name.endsWith('Percent')) return formatPercent(value)
  return String(value)
}
