import type { ProcessSample } from '../metrics/samples'

/** The columns that verdicts look back on. Numbers of the endpoint and of the walk have their own moments. */
export const windowColumns = [
  'atMs',
  'gapMs',
  'rssBytes',
  'rssAnonBytes',
  'rssFileBytes',
  'rssShmemBytes',
  'swapBytes',
  'goAtMs',
  'heapInuseBytes',
  'heapIdleBytes',
  'heapReleasedBytes',
  'stackInuseBytes',
  'sysBytes',
  'nextGcBytes',
  'numGc',
  'goroutines',
  'rollupAtMs',
  'rollupRssBytes',
  'anonymousBytes',
  'lazyFreeBytes',
  'anonHugePagesBytes',
] as const

export type WindowColumn = (typeof windowColumns)[number]

/** Samples of one process, oldest first. NaN: not reported. Bounded: what is older is kept ever more thinly. */
export interface VerdictWindow {
  readonly length: number
  /** Time between the first and the last sample, ms. */
  readonly spanMs: number
  at(row: number, column: WindowColumn): number
  push(sample: ProcessSample): void
  clear(): void
}

const capacity = 1024
const maxSpanMs = 2 * 3_600_000
/** The newest stay as they were read, and rows further apart than this are not thinned: two hours of them fit. */
const recentRows = 256
const mostStepMs = 10_000
/** Samples that stay away this long, and far longer than they use to, are a gap. */
const gapMs = 10_000
const gapFactor = 5

/**
 * A bounded history. When it is full what is older is thinned by pairs, of which the sample with less heap in use stays: the
 * floor under a sawtooth of garbage collections, which is what growth is judged by, outlives the thinning.
 */
export function createVerdictWindow(): VerdictWindow {
  const columns = Object.fromEntries(
    windowColumns.map((name) => [name, new Float64Array(capacity)]),
  ) as Record<WindowColumn, Float64Array>
  let length = 0
  let usualMs = Number.NaN

  const get = (name: WindowColumn, row: number): number => columns[name][row] ?? Number.NaN

  function move(from: number, to: number): void {
    for (const name of windowColumns) columns[name][to] = get(name, from)
  }

  function dropOlderThan(atMs: number): void {
    let first = 0
    while (first < length && get('atMs', first) < atMs) first++
    if (first === 0) return
    for (const name of windowColumns) columns[name].copyWithin(0, first, length)
    length -= first
  }

  function thin(): void {
    const before = length
    let kept = 0
    for (let row = 0; row < before; row++) {
      const isPair = row + 1 < before - recentRows && get('atMs', row + 1) - get('atMs', row) <= mostStepMs
      if (isPair) {
        const gaps = get('gapMs', row) + get('gapMs', row + 1)
        move(get('heapInuseBytes', row + 1) < get('heapInuseBytes', row) ? row + 1 : row, kept)
        columns.gapMs[kept] = gaps
        row++
      } else move(row, kept)
      kept++
    }
    length = kept
    if (length === before) dropOlderThan(get('atMs', recentRows))
  }

  function measureGap(atMs: number): number {
    if (length === 0) return 0
    const stepMs = atMs - get('atMs', length - 1)
    // The first step is the only one known of a slow pace: it is no gap.
    const isGap = stepMs > gapMs && stepMs > usualMs * gapFactor
    if (Number.isNaN(usualMs)) usualMs = stepMs
    else if (!isGap) usualMs += (stepMs - usualMs) * (stepMs < usualMs ? 0.5 : 0.1)
    return isGap ? stepMs : 0
  }

  function clear(): void {
    length = 0
    usualMs = Number.NaN
  }

  return {
    get length() {
      return length
    },
    get spanMs() {
      return length < 2 ? 0 : get('atMs', length - 1) - get('atMs', 0)
    },
    at: (row, column) => (row < 0 || row >= length ? Number.NaN : get(column, row)),
    push(sample) {
      // A clock that was set back: what was before it can't be put in order any more.
      if (length > 0 && sample.atMs <= get('atMs', length - 1)) {
        if (sample.atMs > get('atMs', length - 1) - gapMs) return
        clear()
      }
      dropOlderThan(sample.atMs - maxSpanMs)
      if (length === capacity) thin()
      const gap = measureGap(sample.atMs)
      for (const name of windowColumns) columns[name][length] = valueOf(sample, name) ?? Number.NaN
      columns.gapMs[length] = gap
      length++
    },
    clear,
  }
}

function valueOf(sample: ProcessSample, name: WindowColumn): number | null {
  const { go, rollup } = sample
  switch (name) {
    case 'gapMs':
      return 0
    case 'goAtMs':
      return go?.atMs ?? null
    case 'rollupAtMs':
      return rollup?.atMs ?? null
    case 'rollupRssBytes':
      return rollup?.rssBytes ?? null
    case 'heapInuseBytes':
    case 'heapIdleBytes':
    case 'heapReleasedBytes':
    case 'stackInuseBytes':
    case 'sysBytes':
    case 'nextGcBytes':
    case 'numGc':
    case 'goroutines':
      return go?.[name] ?? null
    case 'anonymousBytes':
    case 'lazyFreeBytes':
    case 'anonHugePagesBytes':
      return rollup?.[name] ?? null
    default:
      return sample[name]
  }
}
