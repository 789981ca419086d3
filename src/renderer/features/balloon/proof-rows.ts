import type { BalloonProof, ProofReading } from '#core/balloon/types'
import { formatBytes } from '#core/text/units'

export interface ProofRow {
  id: 'virtBytes' | 'rssBytes' | 'lazyFreeBytes' | 'heapInuseBytes' | 'memAvailableBytes'
  before: string
  after: string
  /** With its sign; empty when one side is missing. */
  change: string
  colour: string | null
}

const rows = [
  { id: 'virtBytes', colour: null },
  { id: 'rssBytes', colour: 'series-rss' },
  { id: 'lazyFreeBytes', colour: 'series-lazyfree' },
  { id: 'heapInuseBytes', colour: 'series-heap-inuse' },
  { id: 'memAvailableBytes', colour: 'series-memavailable' },
] as const

function size(bytes: number | null): string {
  return bytes === null ? '—' : formatBytes(bytes)
}

function change(id: ProofRow['id'], before: ProofReading, after: ProofReading): string {
  const from = before[id]
  const to = after[id]
  if (from === null || to === null) return ''
  if (from === to) return '±0'
  return to > from ? `+${formatBytes(to - from)}` : formatBytes(to - from)
}

/** MemAvailable is the host's: beside a cgroup's proof it would only show what others did meanwhile. */
export function toProofRows({ before, after, domain }: BalloonProof): ProofRow[] {
  const shown = rows.filter(({ id }) => id !== 'memAvailableBytes' || domain.kind === 'host')
  return shown.map(({ id, colour }) => ({
    id,
    colour,
    before: size(before[id]),
    after: size(after[id]),
    change: change(id, before, after),
  }))
}
