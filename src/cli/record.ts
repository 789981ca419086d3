import type { HostSample, ProcessSample } from '#core/metrics/samples'

/** One line of `--json`. null: not reported. Names are part of the command line's contract (docs/user-guide.md). */
export interface ProcessRecord {
  time: string
  pid: number
  comm: string
  startTimeTicks: number
  virtBytes: number | null
  rssBytes: number | null
  pssBytes: number | null
  ussBytes: number | null
  rssAnonBytes: number | null
  rssFileBytes: number | null
  rssShmemBytes: number | null
  lazyFreeBytes: number | null
  swapBytes: number | null
  anonHugePagesBytes: number | null
  heapInuseBytes: number | null
  heapIdleBytes: number | null
  heapReleasedBytes: number | null
  goSysBytes: number | null
  memAvailableBytes: number | null
  memTotalBytes: number | null
  psiSomeAvg10: number | null
  /** RSS of the same walk as lazyFreeBytes, and how old that walk is: shares come from these. */
  rollupRssBytes: number | null
  rollupAgeMs: number | null
  /** How old Go's numbers are: a slow endpoint is asked seldom. */
  goAgeMs: number | null
}

/** What the numbers of one sample are on the command line. */
export function toProcessRecord(sample: ProcessSample, host: HostSample | null): ProcessRecord {
  const { rollup, endpoint } = sample
  // An endpoint that fails reports nothing: its last answer is not of now.
  const go = endpoint.phase === 'ok' || endpoint.phase === 'stopped' ? sample.go : null
  return {
    time: new Date(sample.atMs).toISOString(),
    pid: sample.key.pid,
    comm: sample.comm,
    startTimeTicks: sample.key.startTimeTicks,
    virtBytes: sample.virtBytes,
    rssBytes: sample.rssBytes,
    pssBytes: rollup?.pssBytes ?? null,
    ussBytes: rollup?.ussBytes ?? null,
    rssAnonBytes: sample.rssAnonBytes,
    rssFileBytes: sample.rssFileBytes,
    rssShmemBytes: sample.rssShmemBytes,
    lazyFreeBytes: rollup?.lazyFreeBytes ?? null,
    swapBytes: sample.swapBytes,
    anonHugePagesBytes: rollup?.anonHugePagesBytes ?? null,
    heapInuseBytes: go?.heapInuseBytes ?? null,
    heapIdleBytes: go?.heapIdleBytes ?? null,
    heapReleasedBytes: go?.heapReleasedBytes ?? null,
    goSysBytes: go?.sysBytes ?? null,
    memAvailableBytes: host?.memAvailableBytes ?? null,
    memTotalBytes: host?.memTotalBytes ?? null,
    psiSomeAvg10: host?.psiSomeAvg10 ?? null,
    rollupRssBytes: rollup?.rssBytes ?? null,
    rollupAgeMs: rollup === null ? null : Math.max(0, Math.round(sample.atMs - rollup.atMs)),
    goAgeMs: go === null ? null : Math.max(0, Math.round(sample.atMs - go.atMs)),
  }
}
