import { toGoRuntimeSettings } from '#core/go/runtime-settings'
import type { GoBuild, GoMadvise, HostSample, ProcessFacts, ProcessSample } from '#core/metrics/samples'
import { formatText } from '#core/text/catalogue'

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
  isGo: boolean | null
  goVersion: string | null
  /** The main module's path. */
  goModule: string | null
  isRaceBuild: boolean | null
  goMadvise: GoMadvise | null
  /** Why it is that madvise, a sentence. */
  goMadviseWhy: string | null
  /** GODEBUG, GOGC, GOMEMLIMIT and GOMAXPROCS as they were set at the start. */
  goEnvironment: Record<string, string> | null
  /** GOMEMLIMIT as the runtime takes it; null: none, or not known. */
  goMemLimitBytes: number | null
  goBuild: GoBuild | null
}

type FactFields = Pick<
  ProcessRecord,
  | 'isGo'
  | 'goVersion'
  | 'goModule'
  | 'isRaceBuild'
  | 'goMadvise'
  | 'goMadviseWhy'
  | 'goEnvironment'
  | 'goMemLimitBytes'
  | 'goBuild'
>

/** What is known of the executable alone, as `ps` reads it; the rest needs the environment of each process. */
export function toExecutableFields(
  meta: Pick<ProcessRecord, 'isGo' | 'goVersion' | 'goModule' | 'isRaceBuild'> | null,
): FactFields {
  return {
    isGo: meta?.isGo ?? null,
    goVersion: meta?.goVersion ?? null,
    goModule: meta?.goModule ?? null,
    isRaceBuild: meta?.isRaceBuild ?? null,
    goMadvise: null,
    goMadviseWhy: null,
    goEnvironment: null,
    goMemLimitBytes: null,
    goBuild: null,
  }
}

function toFactFields(facts: ProcessFacts | null): FactFields {
  const fields = toExecutableFields(facts)
  if (facts?.isGo !== true) return fields
  const { memLimitBytes } = toGoRuntimeSettings(facts)
  const why = facts.madviseWhy
  return {
    ...fields,
    goMadvise: facts.madvise,
    goMadviseWhy: why === null ? null : formatText('en', why.text, why.params),
    goEnvironment: facts.goEnvironment,
    goMemLimitBytes: memLimitBytes === 'off' ? null : memLimitBytes,
    goBuild: facts.build,
  }
}

/** What the numbers of one sample are on the command line, with the facts of its process. */
export function toProcessRecord(
  sample: ProcessSample,
  host: HostSample | null,
  facts: ProcessFacts | null,
): ProcessRecord {
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
    ...toFactFields(facts),
  }
}
