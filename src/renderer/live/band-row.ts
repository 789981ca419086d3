import { rssBandIds, type RssAccounting } from '#core/metrics/rss-accounting'

/** RSS, then the upper side of each band in the order of the stack. */
export const bandColumns = ['rssBytes', ...rssBandIds] as const

/**
 * A row of the table of bands. Upper sides rather than the bands: they can be drawn each for itself at any zoom, the
 * higher ones behind the lower ones. NaN for a band that is not known, and in all columns for null.
 */
export function toBandRow(accounting: RssAccounting | null): number[] {
  if (accounting === null || accounting.rssBytes === null) return bandColumns.map(() => NaN)
  let top = 0
  const tops = accounting.bands.map(({ bytes }) => (bytes === null ? NaN : (top += bytes)))
  return [accounting.rssBytes, ...tops]
}

/** What the bands were, from the upper sides of one moment: the reverse of toBandRow. */
export function toBandBytes(tops: readonly number[]): number[] {
  let below = 0
  return tops.map((top) => {
    if (Number.isNaN(top)) return NaN
    const bytes = top - below
    below = top
    return bytes
  })
}
