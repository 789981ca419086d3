import type { MemoryGroupId } from '#core/metrics/memory-group'
import type { MapNumberId } from '#core/metrics/memory-map'
import { formatBytes } from '#core/text/units'

/** Tokens of the colours of kinds of mappings, without the dashes. */
export const groupTokens: Record<MemoryGroupId, string> = {
  goArena: 'band-heap-inuse',
  stack: 'band-stacks',
  heap: 'band-runtime',
  anonymous: 'band-other',
  code: 'map-code',
  file: 'band-file',
  shmem: 'band-shmem',
  special: 'map-special',
}

/** The numbers in the order of their columns. */
export const numberColumns: readonly MapNumberId[] = [
  'rssBytes',
  'pssBytes',
  'lazyFreeBytes',
  'privateDirtyBytes',
  'swapBytes',
  'sizeBytes',
]

/** `—` for what is not reported; as a change with its sign, and a dot for none. */
export function formatMapNumber(bytes: number | null, isChange: boolean): string {
  if (bytes === null || Number.isNaN(bytes)) return '—'
  if (!isChange) return bytes === 0 ? '0' : formatBytes(bytes)
  return bytes === 0 ? '·' : bytes > 0 ? `+${formatBytes(bytes)}` : formatBytes(bytes)
}
