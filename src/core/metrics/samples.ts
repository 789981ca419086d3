import type { ErrorValue } from '../errors'
import type { ProcessKey } from '../process-key'

/** Why a number is not there. `null` beside one of these is never 0. */
export type AbsenceReason =
  | 'not-read' // not yet, or not asked for
  | 'permission-denied' // another user's process
  | 'not-reported' // this kernel does not have it
  | 'no-memory' // a kernel thread or a zombie has no address space
  | 'too-expensive' // the read would cost or stall more than the budget allows
  | 'timeout' // the kernel did not answer in time (mmap lock held)
  | 'gone' // ended while being read
  | 'failed'

/** What a number is read from; each may be absent for its own reason. */
export type SourceId = 'stat' | 'status' | 'smaps_rollup' | 'oom_score' | 'cgroup' | 'exe' | 'environ'

/** One reading of /proc/PID/smaps_rollup (or of smaps, summed, on kernels before 4.14). All from the same walk. */
export interface RollupSample {
  /** Wall clock at which the walk ended, ms since the epoch: the age of these numbers. */
  atMs: number
  /** How long the walk took, ms; the process's mmap lock was held for about as long. */
  costMs: number
  rssBytes: number | null
  pssBytes: number | null
  /** Private_Clean + Private_Dirty (+ Private_Hugetlb). */
  ussBytes: number | null
  anonymousBytes: number | null
  lazyFreeBytes: number | null
  anonHugePagesBytes: number | null
  swapBytes: number | null
  swapPssBytes: number | null
}

/** Memory of the cgroup that a process is in. v1 and v2 spelled alike; null where there is no such file or no limit. */
export interface CgroupSample {
  version: 1 | 2
  /** Path inside the memory hierarchy, as /proc/PID/cgroup gives it. */
  path: string
  currentBytes: number | null
  /** The lowest limit on the way to the root; null: none. */
  limitBytes: number | null
  inactiveFileBytes: number | null
  activeFileBytes: number | null
  anonBytes: number | null
}

/** Go's own numbers, from whichever endpoint answered. */
export interface GoSample {
  atMs: number
  source: 'expvar' | 'prometheus' | 'pprof-heap-debug1'
  /** Wall time of the request, ms. */
  costMs: number
  heapAllocBytes: number | null
  heapInuseBytes: number | null
  heapIdleBytes: number | null
  heapReleasedBytes: number | null
  heapSysBytes: number | null
  stackInuseBytes: number | null
  sysBytes: number | null
  nextGcBytes: number | null
  numGc: number | null
  /** Wall clock of the last GC's end, ms since the epoch. */
  lastGcAtMs: number | null
  goroutines: number | null
}

export type EndpointPhase =
  | 'not-go' // nothing to ask
  | 'searching' // looking through the process's listening sockets
  | 'none' // a Go process, but nothing answered: type one in
  | 'ok'
  | 'stopped' // too dear to poll by itself: a button asks once more
  | 'error' // answered wrongly; the poll goes on with back-off

export interface EndpointState {
  phase: EndpointPhase
  url: string | null
  /** Typed in by the person rather than found. */
  isManual: boolean
  source: GoSample['source'] | null
  /** What the last answer cost, ms of wall time, and its size on the wire. */
  costMs: number | null
  bytes: number | null
  /** The present interval of the poll, ms; null when it does not poll. */
  intervalMs: number | null
  error: ErrorValue | null
}

/** Everything known of one watched process at one poll. */
export interface ProcessSample {
  atMs: number
  key: ProcessKey
  comm: string
  /** One letter, as ps: R S D Z T t X I. */
  state: string
  virtBytes: number | null
  /** VmRSS: the RES of top. */
  rssBytes: number | null
  rssAnonBytes: number | null
  rssFileBytes: number | null
  rssShmemBytes: number | null
  swapBytes: number | null
  vmHwmBytes: number | null
  threads: number | null
  minorFaultsPerSecond: number | null
  majorFaultsPerSecond: number | null
  /** Of one core; 200 is two cores. null until two polls. */
  cpuPercent: number | null
  memPercent: number | null
  oomScore: number | null
  oomScoreAdj: number | null
  /** The last walk, which may be older than this poll: look at its atMs. */
  rollup: RollupSample | null
  /** When the next walk is due by the budget, ms since the epoch; null when none is planned. */
  rollupDueAtMs: number | null
  cgroup: CgroupSample | null
  go: GoSample | null
  endpoint: EndpointState
  /** Why a source's numbers are null; a source that answered is not in here. */
  absent: Partial<Record<SourceId, AbsenceReason>>
}

/** Which madvise a Go runtime returns memory with, and why (facts: Go 1.12-1.15 default to MADV_FREE). */
export type GoMadvise = 'free' | 'dontneed' | 'unknown'

/** What the build information of a Go executable says beside its version and module, as `go version -m` prints it. */
export interface GoBuild {
  /** Import path of the main package; null: not recorded. */
  mainPackage: string | null
  /** `v1.2.3`, a pseudo-version or `(devel)`. */
  moduleVersion: string | null
  /** The `build` lines, since Go 1.18: GOARCH, CGO_ENABLED, -ldflags, vcs.revision … At most 100 of 4,096 characters. */
  settings: Record<string, string>
  vcsRevision: string | null
  /** RFC 3339, as it stands there. */
  vcsTime: string | null
  /** Built from a changed working copy; null: not recorded. */
  vcsModified: boolean | null
  isCgo: boolean | null
  /** No symbol table: by `strip` or -ldflags=-s. null: the table of sections can't be read. */
  isStripped: boolean | null
  /** GOARCH: as recorded, else as the ELF header says. */
  arch: string | null
  /** -buildmode: exe, pie, c-shared …; null: not recorded. */
  buildMode: string | null
}

/** A sentence of the catalogues in core/text. */
export interface TextLine {
  /** Dotted key. */
  text: string
  params: Record<string, string | number>
}

/** What does not change while a process lives; read once. */
export interface ProcessFacts {
  key: ProcessKey
  comm: string
  cmdline: string[] | null
  uid: number | null
  user: string | null
  exePath: string | null
  cgroupPath: string | null
  isGo: boolean | null
  goVersion: string | null
  goModule: string | null
  isRaceBuild: boolean | null
  /** GODEBUG, GOGC, GOMEMLIMIT, GOMAXPROCS as they were at the start; null: not readable. */
  goEnvironment: Record<string, string> | null
  madvise: GoMadvise
  /** Why it is that madvise; null: no Go process, or not known to be one. */
  madviseWhy: TextLine | null
  /** null: no Go process, or its executable is not readable. */
  build: GoBuild | null
  absent: Partial<Record<SourceId, AbsenceReason>>
}

/** What a kernel can do and tell, by looking rather than by its release: vendors backport. null: no probe could tell. */
export interface KernelMemory {
  /** /proc/vmstat counts pglazyfreed (Linux 4.5, with MADV_FREE itself). */
  madvFreeCounted: boolean | null
  /** smaps has LazyFree (Linux 4.12). */
  lazyFreeReported: boolean | null
  /** There is smaps_rollup (Linux 4.14). */
  smapsRollup: boolean | null
  /** /proc/pressure/memory answers (Linux 4.20, unless switched off). */
  pressure: boolean | null
  /** When the target was opened. 0: no swap. */
  swapTotalBytes: number | null
}

export interface HostFacts {
  hostname: string | null
  /** `uname -r`. */
  kernelRelease: string | null
  os: 'linux' | 'darwin' | 'win32' | 'other'
  arch: string | null
  bootId: string | null
  pageSizeBytes: number
  clockTicksPerSecond: number
  cpuCount: number | null
  /** always, madvise or never; null: no THP. */
  thpEnabled: string | null
  /** always, defer, defer+madvise, madvise or never; null: no THP. */
  thpDefrag: string | null
  kernelMemory: KernelMemory
  cgroupVersion: 1 | 2 | null
  /** The user that reads: 0 reads everything. */
  uid: number | null
}

export interface HostSample {
  atMs: number
  uptimeSeconds: number | null
  memTotalBytes: number | null
  memFreeBytes: number | null
  memAvailableBytes: number | null
  buffersBytes: number | null
  cachedBytes: number | null
  sReclaimableBytes: number | null
  activeFileBytes: number | null
  inactiveFileBytes: number | null
  swapTotalBytes: number | null
  swapFreeBytes: number | null
  psiSomeAvg10: number | null
  psiFullAvg10: number | null
  psiSomeTotalUs: number | null
  psiFullTotalUs: number | null
  /** Pages since boot. */
  pglazyfree: number | null
  pglazyfreed: number | null
  pgsteal: number | null
  pswpout: number | null
  workingsetRefaultFile: number | null
  loadAvg1: number | null
}
