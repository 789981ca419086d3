import { toBandName, type RssAccounting, type RssBand } from '#core/metrics/rss-accounting'
import { formatBytes, formatDuration, formatPercent } from '#core/text/units'
import { bandTokens } from '../../chart/band-style'

type Translate = (key: string, params?: Record<string, string>) => string

/** One band as it is shown. */
export interface BandCell {
  id: string
  token: string
  title: string
  value: string
  tip: string
  isAbsent: boolean
  isNegative: boolean
  /** Where it lies in the bar and how wide it is, percent of the bar; 0 wide when absent or negative. */
  leftPercent: number
  widthPercent: number
}

/** How much the bands are more than RSS, bytes; 0 when they are not. */
export function toOverBytes({ bands }: RssAccounting): number {
  return bands.reduce((sum, { bytes }) => sum + Math.max(0, -(bytes ?? 0)), 0)
}

/** The whole bar in bytes: RSS, or the bands where they are more. */
export function toBarBytes(accounting: RssAccounting): number {
  return Math.max(1, (accounting.rssBytes ?? 0) + toOverBytes(accounting))
}

export function toBandCells(accounting: RssAccounting, nowMs: number, t: Translate): BandCell[] {
  const barBytes = toBarBytes(accounting)
  let leftBytes = 0
  return accounting.bands.map((band) => {
    const widthBytes = Math.max(0, band.bytes ?? 0)
    const cell = {
      id: band.id,
      token: bandTokens[band.id],
      title: t(`rssBand.${toBandName(accounting, band.id)}.title`),
      value: band.bytes === null ? '—' : formatBytes(band.bytes),
      tip: toTip(band, accounting, nowMs, t),
      isAbsent: band.bytes === null,
      isNegative: (band.bytes ?? 0) < 0,
      leftPercent: (leftBytes / barBytes) * 100,
      widthPercent: (widthBytes / barBytes) * 100,
    }
    leftBytes += widthBytes
    return cell
  })
}

function toTip(band: RssBand, accounting: RssAccounting, nowMs: number, t: Translate): string {
  const lines = [t(`rssBand.${toBandName(accounting, band.id)}.help`)]
  lines.push(t('accounting.source', { source: t(`focus.sourceName.${band.source}`) }))
  if (band.bytes === null) {
    lines.push(
      band.reason === 'too-old' ? t('accounting.tooOld') : t(`focus.reason.${band.reason ?? 'failed'}`),
    )
    if (accounting.rssBytes !== null) {
      lines.push(t('accounting.partOf', { other: t(`rssBand.${toBandName(accounting, 'other')}.title`) }))
    }
    return lines.join('\n')
  }
  const { rssBytes } = accounting
  if (rssBytes !== null && rssBytes > 0) {
    lines.push(t('accounting.share', { percent: formatPercent((band.bytes / rssBytes) * 100) }))
  }
  // Steps of five seconds: a tip that changes all the time would be drawn all the time.
  const ageMs = Math.round((nowMs - (band.atMs ?? nowMs)) / 5000) * 5000
  if (ageMs >= 5000) lines.push(t('focus.readAgo', { age: formatDuration(ageMs).replace('.0', '') }))
  return lines.join('\n')
}
