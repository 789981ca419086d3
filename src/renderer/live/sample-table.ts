/** 24 h at 1 Hz and some room: a multiple of the pyramid's widest node. */
const maxSamples = 352 * 256
const droppedAtOnce = 32 * 256
const firstCapacity = 1024

/** Samples a node of each level of the pyramid over a column. */
const nodeShifts = [4, 8] as const

/**
 * One column of numbers (NaN where absent) with the positions of the least and the greatest of each 16 and each 256
 * samples, so that the extremes of any stretch are found without looking at each sample.
 */
interface Column {
  values: Float64Array
  levels: { least: Int32Array; greatest: Int32Array }[]
}

/** Positions of the extremes of a stretch; -1: nothing in it but NaN. */
export interface Extremes {
  least: number
  greatest: number
}

/**
 * A growing table of samples: time and some columns, all Float64Array and outside of any reactivity. When 24 h are held the
 * oldest part is dropped. Positions are valid until the next push.
 */
export interface SampleTable {
  readonly columnIds: readonly string[]
  /** Expected time between two samples, ms. */
  readonly intervalMs: number
  count(): number
  timeAt(position: number): number
  valueAt(position: number, column: number): number
  /** A sample not younger than the last one is ignored. null and NaN are the same: absent. */
  push(atMs: number, values: readonly (number | null)[]): boolean
  /** The first position with time >= ms. */
  lowerBound(ms: number): number
  /** Extremes of [from, to) of a column, written into `out`. */
  extremes(column: number, from: number, to: number, out: Extremes): void
}

export function createSampleTable(
  columnIds: readonly string[],
  options: { intervalMs?: number; maxSamples?: number } = {},
): SampleTable {
  const limit = Math.max(droppedAtOnce * 2, options.maxSamples ?? maxSamples)
  let capacity = firstCapacity
  let count = 0
  let times = new Float64Array(capacity)
  const columns = columnIds.map(() => createColumn(capacity))

  function grow(): void {
    capacity = Math.min(capacity * 2, limit)
    times = copyOf(times, capacity)
    for (const column of columns) growColumn(column, capacity)
  }

  function dropOldest(): void {
    count -= droppedAtOnce
    times.copyWithin(0, droppedAtOnce)
    for (const column of columns) dropFromColumn(column)
  }

  return {
    columnIds,
    intervalMs: options.intervalMs ?? 1000,
    count: () => count,
    timeAt: (position) => times[position] ?? NaN,
    valueAt: (position, column) => columns[column]?.values[position] ?? NaN,
    push(atMs, values) {
      if (!(atMs > (count === 0 ? -Infinity : (times[count - 1] as number)))) return false
      if (count === limit) dropOldest()
      else if (count === capacity) grow()
      times[count] = atMs
      for (let i = 0; i < columns.length; i++) setValue(columns[i] as Column, count, values[i] ?? NaN)
      count++
      return true
    },
    lowerBound(ms) {
      let low = 0
      let high = count
      while (low < high) {
        const middle = (low + high) >>> 1
        if ((times[middle] as number) < ms) low = middle + 1
        else high = middle
      }
      return low
    },
    extremes(column, from, to, out) {
      out.least = -1
      out.greatest = -1
      const data = columns[column]
      if (data !== undefined) findExtremes(data, Math.max(0, from), Math.min(count, to), out)
    },
  }
}

function createColumn(capacity: number): Column {
  return {
    values: new Float64Array(capacity),
    levels: nodeShifts.map((shift) => ({
      least: new Int32Array(capacity >> shift),
      greatest: new Int32Array(capacity >> shift),
    })),
  }
}

function copyOf(old: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const fresh = new Float64Array(capacity)
  fresh.set(old)
  return fresh
}

function growColumn(column: Column, capacity: number): void {
  column.values = copyOf(column.values, capacity)
  column.levels = column.levels.map(({ least, greatest }, level) => {
    const size = capacity >> (nodeShifts[level] as number)
    const fresh = { least: new Int32Array(size), greatest: new Int32Array(size) }
    fresh.least.set(least)
    fresh.greatest.set(greatest)
    return fresh
  })
}

function dropFromColumn(column: Column): void {
  column.values.copyWithin(0, droppedAtOnce)
  column.levels.forEach((level, index) => {
    for (const positions of [level.least, level.greatest]) {
      positions.copyWithin(0, droppedAtOnce >> (nodeShifts[index] as number))
      for (let i = 0; i < positions.length; i++) {
        const position = positions[i] as number
        if (position >= 0) positions[i] = position - droppedAtOnce
      }
    }
  })
}

function setValue(column: Column, position: number, value: number): void {
  const { values } = column
  values[position] = value
  for (let i = 0; i < nodeShifts.length; i++) {
    const shift = nodeShifts[i] as number
    const { least, greatest } = column.levels[i] as Column['levels'][number]
    const node = position >> shift
    if ((position & ((1 << shift) - 1)) === 0) {
      least[node] = -1
      greatest[node] = -1
    }
    if (Number.isNaN(value)) continue
    const low = least[node] as number
    const high = greatest[node] as number
    if (low < 0 || value < (values[low] as number)) least[node] = position
    if (high < 0 || value > (values[high] as number)) greatest[node] = position
  }
}

/** What was found so far, with the values, so that each is read once. */
interface Found extends Extremes {
  lowest: number
  highest: number
}

const found: Found = { least: -1, greatest: -1, lowest: Infinity, highest: -Infinity }

function findExtremes(column: Column, from: number, to: number, out: Extremes): void {
  found.least = -1
  found.greatest = -1
  found.lowest = Infinity
  found.highest = -Infinity
  scan(column, nodeShifts.length - 1, from, to)
  out.least = found.least
  out.greatest = found.greatest
}

/** Nodes of this level where they fit, and finer ones, at last single samples (level -1), on both sides of them. */
function scan(column: Column, level: number, from: number, to: number): void {
  const { values } = column
  if (level < 0) {
    for (let position = from; position < to; position++) note(position, values[position] as number)
    return
  }
  const shift = nodeShifts[level] as number
  const firstNode = (from + (1 << shift) - 1) >> shift
  const endNode = to >> shift
  if (firstNode >= endNode) {
    scan(column, level - 1, from, to)
    return
  }
  const { least, greatest } = column.levels[level] as Column['levels'][number]
  scan(column, level - 1, from, firstNode << shift)
  for (let node = firstNode; node < endNode; node++) {
    const low = least[node] as number
    if (low < 0) continue
    note(low, values[low] as number)
    const high = greatest[node] as number
    note(high, values[high] as number)
  }
  scan(column, level - 1, endNode << shift, to)
}

/** NaN compares as neither, so what is absent is never an extreme. */
function note(position: number, value: number): void {
  if (value < found.lowest) {
    found.lowest = value
    found.least = position
  }
  if (value > found.highest) {
    found.highest = value
    found.greatest = position
  }
}
