import type { TableFrame } from '#core/metrics/process-table'
import type { TopReading, TopRow } from '#core/snapshot/history'
import type { Sampler } from '../sampling/sampler'

const everyMs = 60_000
const maxRows = 30

/** Looks at the process table once a minute for as long as rates need, and tells the processes with the most memory. */
export function watchTop(sampler: Sampler, onTop: (reading: TopReading) => void): () => void {
  let close: (() => void) | null = null
  function look(): void {
    if (close !== null) return
    const names = new Map<number, string>()
    const subscription = sampler.subscribeTable({ columns: [], visibleRowIds: [] }, (frame) => {
      for (const { rowId, comm } of frame.metas) names.set(rowId, comm)
      // The first frame may be without rates.
      if (!hasRates(frame)) return
      onTop({ atMs: frame.atMs, rows: topRows(frame, names) })
      close?.()
      close = null
    })
    close = () => subscription.close()
  }
  const timer = setInterval(look, everyMs)
  timer.unref()
  look()
  return () => {
    clearInterval(timer)
    close?.()
    close = null
  }
}

function hasRates({ columns, count }: TableFrame): boolean {
  const { cpuPercent } = columns
  return (
    count > 0 &&
    cpuPercent !== undefined &&
    cpuPercent.subarray(0, count).some((value) => !Number.isNaN(value))
  )
}

function topRows(frame: TableFrame, names: ReadonlyMap<number, string>): TopRow[] {
  const { rssBytes, cpuPercent } = frame.columns
  const at = (column: Float64Array | undefined, index: number): number | null => {
    const value = column?.[index] ?? NaN
    return Number.isNaN(value) ? null : Math.round(value * 100) / 100
  }
  return Array.from({ length: frame.count }, (_, index) => index)
    .sort((a, b) => (at(rssBytes, b) ?? 0) - (at(rssBytes, a) ?? 0))
    .slice(0, maxRows)
    .map((index) => ({
      key: { pid: frame.pid[index] ?? 0, startTimeTicks: frame.startTimeTicks[index] ?? 0 },
      comm: names.get(frame.rowId[index] ?? 0) ?? '',
      rssBytes: at(rssBytes, index),
      cpuPercent: at(cpuPercent, index),
    }))
}
