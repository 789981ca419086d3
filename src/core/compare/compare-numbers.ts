export interface Summary {
  first: number
  least: number
  most: number
  last: number
  /** Of the readings, each with the same weight. */
  mean: number
}

export interface SummaryDelta {
  /** b - a. */
  absolute: number
  /** Of a; null against 0. */
  percent: number | null
}

export interface NumberComparison {
  /** null: not reported in the window. */
  a: Summary | null
  b: Summary | null
  /** null where a side is not reported. */
  delta: Record<keyof Summary, SummaryDelta> | null
}

/** Values of one metric in order of time, of the compared window; NaN is not reported. */
export function compareNumbers(aValues: Iterable<number>, bValues: Iterable<number>): NumberComparison {
  const a = summarize(aValues)
  const b = summarize(bValues)
  if (a === null || b === null) return { a, b, delta: null }
  const delta = (name: keyof Summary): SummaryDelta => {
    const absolute = b[name] - a[name]
    return { absolute, percent: a[name] === 0 ? null : (absolute / Math.abs(a[name])) * 100 }
  }
  return {
    a,
    b,
    delta: {
      first: delta('first'),
      least: delta('least'),
      most: delta('most'),
      last: delta('last'),
      mean: delta('mean'),
    },
  }
}

function summarize(values: Iterable<number>): Summary | null {
  let summary: Summary | null = null
  let count = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    count += 1
    summary ??= { first: value, least: value, most: value, last: value, mean: value }
    summary.least = Math.min(summary.least, value)
    summary.most = Math.max(summary.most, value)
    summary.last = value
    summary.mean += (value - summary.mean) / count
  }
  return summary
}
