import type { ErrorValue } from '../errors'
import type { ProcessKey } from '../process-key'

/** Where the pressure is put: the whole host, or the memory cgroup that the process lives in. */
export type PressureDomain =
  { kind: 'host' } | { kind: 'cgroup'; version: 1 | 2; path: string; limitBytes: number }

/** What the person may change in *Adjust…*; all else follows. */
export interface BalloonSettings {
  domain: 'host' | 'cgroup'
  /** Upper bound of the balloon. */
  maxBytes: number
  /** Never less than this may stay available in the domain. */
  floorBytes: number
  /** Largest single step. */
  stepBytes: number
  /** How long to stay blown up after the end was reached, ms. */
  holdMs: number
  /** Whole run at most, ms. */
  timeLimitMs: number
  /** PSI some, % of the last second (from its total), that stops the run. */
  psiLimitPercent: number
}

export type PlanRisk =
  | 'remote-host' // not the machine of the person who looks: named and confirmed once more
  | 'floor-near' // little room between what must be taken and the floor
  | 'psi-already-up'
  | 'swap-in-use' // swap exists: pressure would swap live memory out
  | 'no-limit-in-cgroup'
  | 'lazyfree-unknown' // not measurable on this kernel or not permitted: only RSS can tell
  | 'dirty-cache-eviction' // a lot of page cache would go first
  | 'group-oom' // memory.oom.group is set: an OOM kill in this cgroup would take the process too

/** Why no balloon can be blown at all. */
export type PlanRefusal =
  | 'not-linux'
  | 'no-shell'
  | 'small-shell' // its sh counts with 32 bits
  | 'one-session' // the host gives one session only, and that one reads
  | 'no-dd'
  | 'no-memavailable'
  | 'no-room'
  | 'target-gone'
  | 'no-memory' // a kernel thread: nothing of it could be taken
  | 'already-running'

/** A balloon as it would run, in numbers; the sentences are made from these in the user interface. */
export interface BalloonPlan {
  target: ProcessKey
  /** The host's name, where it is not the machine of the person who looks; null: it is. */
  remoteHost: string | null
  settings: BalloonSettings
  domain: PressureDomain
  /** Domains that may be chosen, best first. */
  domainChoices: PressureDomain[]
  /** Available in the domain now (host: MemAvailable; cgroup: limit - current + file cache, bounded by the host's). */
  availableBytes: number
  /** What must be taken before the kernel looks at LazyFree (host: MemFree above the watermarks; cgroup: limit - current). */
  freeFirstBytes: number
  /** LazyFree of the target now; null: unknown. */
  lazyFreeBytes: number | null
  /** Size at which the target's LazyFree is expected to be gone. */
  expectedBytes: number
  /** The most it may grow to: min(maxBytes, availableBytes - floorBytes). */
  limitBytes: number
  /** Page cache that may be evicted on the way (inactive file less LazyFree). */
  evictedCacheBytes: number | null
  steps: number
  /** Filling speed measured on this host, and the time that the run is expected to take. */
  bytesPerSecond: number
  expectedMs: number
  risks: PlanRisk[]
  refusal: PlanRefusal | null
}

export type BalloonPhase = 'idle' | 'ramp' | 'hold' | 'deflating' | 'done'

export type StopReason =
  | 'reclaimed' // the target's LazyFree is gone
  | 'size' // as big as it may be
  | 'floor'
  | 'psi'
  | 'swap-out'
  | 'time'
  | 'person' // Esc, the button, Ctrl-C
  | 'watchdog' // no heartbeat
  | 'owner-gone' // the window or its connection ended
  | 'target-gone'
  | 'link-lost' // the host gives the memory back by itself, some seconds after the last heartbeat
  | 'script-ended' // the shell on the target ended or was killed
  | 'out-of-memory' // a part of the balloon was killed by the kernel
  | 'error'

/** One line of the run, at each step and at least once a second. */
export interface BalloonStep {
  atMs: number
  phase: BalloonPhase
  balloonBytes: number
  /** Available in the domain (see BalloonPlan.availableBytes). */
  availableBytes: number | null
  memAvailableBytes: number | null
  psiSomePercent: number | null
  rssBytes: number | null
  lazyFreeBytes: number | null
  heapInuseBytes: number | null
  stopReason: StopReason | null
}

/** One side of the proof. */
export interface ProofReading {
  atMs: number
  virtBytes: number | null
  rssBytes: number | null
  lazyFreeBytes: number | null
  heapInuseBytes: number | null
  memAvailableBytes: number | null
  /** Host-wide counter, pages since boot. */
  pglazyfreed: number | null
  pgsteal: number | null
  workingsetRefaultFile: number | null
  psiSomeTotalUs: number | null
}

export type ProofVerdict = 'confirmed' | 'refuted' | 'inconclusive'

/** Why the verdict is what it is; sentences under `proof.reason.*` in the catalogues. */
export type ProofReason =
  | 'lazyfree-taken' // confirmed: RSS fell by about LazyFree, heap in use stayed
  | 'nothing-to-take' // refuted: pressure was there, LazyFree was about 0 and RSS stayed
  | 'rss-stayed' // refuted: pressure reached LazyFree's age and RSS stayed
  | 'no-pressure' // inconclusive: stopped before the kernel had to look for memory
  | 'partly' // inconclusive: some was taken
  | 'heap-changed' // inconclusive: the process itself grew or shrank meanwhile
  | 'lazyfree-unknown'
  | 'target-gone'
  | 'link-lost'
  | 'no-process' // pressure on the host for its own sake: nothing to prove
  | 'missing-numbers'

export interface BalloonProof {
  target: ProcessKey
  comm: string
  startedAtMs: number
  elapsedMs: number
  domain: PressureDomain
  peakBytes: number
  stopReason: StopReason
  before: ProofReading
  after: ProofReading
  pageSizeBytes: number
  /** pglazyfreed after - before, in bytes; null where the kernel does not count it. */
  lazyFreedBytes: number | null
  /** Stall time that PSI some counted during the run, ms. */
  psiSomeMs: number | null
  verdict: ProofVerdict
  reason: ProofReason
}

export interface BalloonState {
  phase: BalloonPhase
  plan: BalloonPlan | null
  startedAtMs: number | null
  step: BalloonStep | null
  proof: BalloonProof | null
  error: ErrorValue | null
}
