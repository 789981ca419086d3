import type { HostSample } from '#core/metrics/samples'
import { AppError } from '#core/errors'
import { columnIds, type ColumnId, type RowMeta, type TableFrame } from '#core/metrics/process-table'
import type { Sampler } from '#main/sampling/sampler'
import { toSizeText, toTerminalText, type Output } from './output'
import { toExecutableFields, type ProcessRecord } from './record'

function valueAt(frame: TableFrame, column: ColumnId, row: number): number | null {
  const value = frame.columns[column]?.[row]
  return value === undefined || Number.isNaN(value) ? null : value
}

function toRecord(
  frame: TableFrame,
  row: number,
  meta: RowMeta | undefined,
  host: HostSample,
): ProcessRecord {
  const at = (column: ColumnId): number | null => valueAt(frame, column, row)
  const lazyFree = at('lazyFreeBytes')
  const rest = at('rssLessLazyFreeBytes')
  const walk = frame.sources.smaps_rollup
  const readAtMs = walk?.absence[row] === 0 ? (walk.readAtMs[row] ?? 0) : 0
  return {
    time: new Date(frame.atMs).toISOString(),
    pid: frame.pid[row]!,
    comm: meta?.comm ?? '',
    startTimeTicks: frame.startTimeTicks[row]!,
    virtBytes: at('virtBytes'),
    rssBytes: at('rssBytes'),
    pssBytes: at('pssBytes'),
    ussBytes: at('ussBytes'),
    rssAnonBytes: at('rssAnonBytes'),
    rssFileBytes: at('rssFileBytes'),
    rssShmemBytes: at('rssShmemBytes'),
    lazyFreeBytes: lazyFree,
    swapBytes: at('swapBytes'),
    anonHugePagesBytes: at('anonHugePagesBytes'),
    // Go's numbers need a request to each process: `watch` asks one, `ps` asks none.
    heapInuseBytes: null,
    heapIdleBytes: null,
    heapReleasedBytes: null,
    goSysBytes: null,
    memAvailableBytes: host.memAvailableBytes,
    memTotalBytes: host.memTotalBytes,
    psiSomeAvg10: host.psiSomeAvg10,
    rollupRssBytes: lazyFree === null || rest === null ? null : rest + lazyFree,
    rollupAgeMs: readAtMs === 0 ? null : Math.max(0, Math.round(frame.atMs - readAtMs)),
    goAgeMs: null,
    ...toExecutableFields(meta ?? null),
  }
}

/** A race build is marked: it may take ten times the memory. */
function toGoText(meta: RowMeta | undefined): string {
  const version = meta?.goVersion ?? (meta?.isGo === true ? 'go ?' : '')
  return toTerminalText(version).slice(0, 9) + (meta?.isRaceBuild === true ? ' -race' : '')
}

/** `ballonet ps`: the process table once, largest RSS first. */
export async function runPs(sampler: Sampler, output: Output, isJson: boolean): Promise<void> {
  const firstHost = new Promise<HostSample>((resolve) => {
    const stop = sampler.onHost((sample) => {
      stop()
      resolve(sample)
    })
  })
  const frame = await sampler.readTableOnce(columnIds)
  // The process that looks is always there.
  if (frame.count === 0) throw new AppError('failed', 'no process can be read: is /proc mounted?')
  const host = await firstHost
  const metaByRow = new Map(frame.metas.map((meta) => [meta.rowId, meta]))
  const rssOf = (row: number): number => {
    const bytes = frame.columns.rssBytes?.[row] ?? NaN
    return Number.isNaN(bytes) ? -1 : bytes
  }
  const rows = Array.from({ length: frame.count }, (_, row) => row).sort((a, b) => rssOf(b) - rssOf(a))

  if (!isJson)
    output.line('    PID USER           VIRT        RES        PSS   LAZYFREE GO              COMMAND')
  for (const row of rows) {
    const meta = metaByRow.get(frame.rowId[row]!)
    const record = toRecord(frame, row, meta, host)
    if (isJson) {
      output.json(record)
      continue
    }
    const sizes = [record.virtBytes, record.rssBytes, record.pssBytes, record.lazyFreeBytes]
    output.line(
      [
        String(record.pid).padStart(7),
        toTerminalText(meta?.user ?? String(meta?.uid ?? '-'))
          .slice(0, 8)
          .padEnd(8),
        ...sizes.map((bytes) => toSizeText(bytes).padStart(10)),
        toGoText(meta).padEnd(15),
        toTerminalText(record.comm),
      ].join(' '),
    )
  }
}
