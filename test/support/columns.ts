/** Rows by columns: a path (`rollup.rssBytes`) to its value in each row, or to one value where all rows have the same. */
export interface Columns {
  count: number
  same: Record<string, Leaf>
  /** Whole numbers are kept as the difference to the last number before them. */
  steps: Record<string, Cell[]>
  each: Record<string, Cell[]>
}

/** Or `noPath`. */
type Cell = Leaf

type Leaf = string | number | boolean | null | readonly [] | Record<string, never>

/** The row has no such path, or what is above it is null. */
const noPath = '-'

/** Records as columns, which are a tenth of their size as JSON. Keys hold no dots; the only array is an empty one. */
export function toColumns(rows: readonly object[]): Columns {
  const flat = rows.map((row) => new Map(leaves(row, '')))
  const columns: Columns = { count: rows.length, same: {}, steps: {}, each: {} }
  for (const path of new Set(flat.flatMap((row) => [...row.keys()]))) {
    const values = flat.map((row) => row.get(path) ?? (row.has(path) ? null : noPath))
    const isSame = values.every((value) => JSON.stringify(value) === JSON.stringify(values[0]))
    if (isSame) columns.same[path] = values[0]!
    else if (values.every((value) => typeof value !== 'number' || Number.isSafeInteger(value)))
      columns.steps[path] = toSteps(values)
    else columns.each[path] = values
  }
  return columns
}

/** The records again. */
export function toRows<Row extends object>({ count, same, steps, each }: Columns): Row[] {
  const columns = [
    ...Object.entries(each),
    ...Object.entries(steps).map(([path, values]) => [path, fromSteps(values)] as const),
  ]
  return Array.from({ length: count }, (_, index) => {
    const row: Record<string, unknown> = {}
    for (const [path, value] of Object.entries(same)) put(row, path.split('.'), value)
    for (const [path, values] of columns)
      if (values[index] !== noPath) put(row, path.split('.'), values[index])
    return row as Row
  })
}

function toSteps(values: readonly Cell[]): Cell[] {
  let last = 0
  return values.map((value) => {
    if (typeof value !== 'number') return value
    const step = value - last
    last = value
    return step
  })
}

function fromSteps(steps: readonly Cell[]): Cell[] {
  let last = 0
  return steps.map((step) => (typeof step === 'number' ? (last += step) : step))
}

function leaves(value: unknown, path: string): [string, Leaf][] {
  const isBranch = typeof value === 'object' && value !== null && Object.keys(value).length > 0
  if (!isBranch) return [[path, value as Leaf]]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`))
}

function put(row: Record<string, unknown>, [key, ...rest]: string[], value: unknown): void {
  if (key === undefined) return
  if (rest.length === 0) row[key] = structuredClone(value)
  else put((row[key] ??= {}) as Record<string, unknown>, rest, value)
}
