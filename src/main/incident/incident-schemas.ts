import { z } from 'zod'
import type { BalloonProof, ProofReading } from '#core/balloon/types'
import { errorCodes, type ErrorValue } from '#core/errors'
import type { ProfileInfo, SessionEvent } from '#core/ipc/contract'
import type { EndpointState, GoBuild, HostFacts, ProcessFacts } from '#core/metrics/samples'
import type { TopReading } from '#core/snapshot/history'
import type { HandMark } from '#core/snapshot/incident'
import { snapshotFormat, snapshotLimits, type Manifest } from '#core/snapshot/manifest'
import type { ProcessState } from '#core/snapshot/sample-parts'
import { findingIds, type Verdict } from '#core/verdict/verdict'

/** Everything of a file is foreign: bounded, and of the types that the rest of the program counts on. */
const atMs = z.number().min(0).max(4_102_444_800_000)
const amount = z.number().min(0)
const amountOrNull = amount.nullable()
const number = z.number()
const short = z.string().max(300)
const shortOrNull = short.nullable()
const long = z.string().max(4096)
const flag = z.boolean().nullable()
const keySchema = z.object({
  pid: z.int().min(1).max(0x7fffffff),
  startTimeTicks: z.int().min(0),
})
/** Counted before they are looked at: every name of its own takes a hundred times its bytes. */
const names = (most: number) =>
  z
    .unknown()
    .refine(
      (raw) => typeof raw !== 'object' || raw === null || Object.keys(raw).length <= most,
      'too many names',
    )
const params = names(32).pipe(z.record(z.string().max(60), z.union([z.string().max(1000), number])))
const line = z.object({ text: z.string().max(120), params })
const absence = z.enum([
  'not-read',
  'permission-denied',
  'not-reported',
  'no-memory',
  'too-expensive',
  'timeout',
  'gone',
  'failed',
])
const source = z.enum(['stat', 'status', 'smaps_rollup', 'oom_score', 'cgroup', 'exe', 'environ'])
const absent = z.partialRecord(source, absence)
const texts = (most: number) => names(most).pipe(z.record(short, long))

const error: z.ZodType<ErrorValue> = z
  .object({
    code: z.enum(errorCodes),
    message: z.string().max(500),
    hint: z.string().max(120).optional(),
    params: params.optional(),
  })
  .transform(({ code, message, hint, params: given }) => ({
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(given === undefined ? {} : { params: given }),
  }))

const hostFacts: z.ZodType<HostFacts> = z.object({
  hostname: shortOrNull,
  kernelRelease: shortOrNull,
  os: z.enum(['linux', 'darwin', 'win32', 'other']),
  arch: shortOrNull,
  bootId: shortOrNull,
  pageSizeBytes: z
    .int()
    .min(512)
    .max(2 ** 30),
  clockTicksPerSecond: z.number().min(1).max(1e9),
  cpuCount: amountOrNull,
  thpEnabled: shortOrNull,
  thpDefrag: shortOrNull,
  kernelMemory: z.object({
    madvFreeCounted: flag,
    lazyFreeReported: flag,
    smapsRollup: flag,
    pressure: flag,
    swapTotalBytes: amountOrNull,
  }),
  cgroupVersion: z.union([z.literal(1), z.literal(2)]).nullable(),
  uid: amountOrNull,
})

const build: z.ZodType<GoBuild> = z.object({
  mainPackage: long.nullable(),
  moduleVersion: shortOrNull,
  settings: texts(100),
  vcsRevision: long.nullable(),
  vcsTime: shortOrNull,
  vcsModified: flag,
  isCgo: flag,
  isStripped: flag,
  arch: shortOrNull,
  buildMode: shortOrNull,
})

const processFacts: z.ZodType<ProcessFacts> = z.object({
  key: keySchema,
  comm: short,
  cmdline: z.array(long).max(5000).nullable(),
  uid: amountOrNull,
  user: shortOrNull,
  exePath: long.nullable(),
  cgroupPath: long.nullable(),
  isGo: flag,
  goVersion: shortOrNull,
  goModule: long.nullable(),
  isRaceBuild: flag,
  goEnvironment: z.partialRecord(z.enum(['GODEBUG', 'GOGC', 'GOMEMLIMIT', 'GOMAXPROCS']), long).nullable(),
  madvise: z.enum(['free', 'dontneed', 'unknown']),
  madviseWhy: line.nullable(),
  build: build.nullable(),
  absent,
})

const goSource = z.enum(['expvar', 'prometheus', 'pprof-heap-debug1'])
const endpoint: z.ZodType<Omit<EndpointState, 'costMs' | 'bytes'>> = z.object({
  phase: z.enum(['not-go', 'searching', 'none', 'ok', 'stopped', 'error']),
  url: long.nullable(),
  isManual: z.boolean(),
  source: goSource.nullable(),
  intervalMs: amountOrNull,
  error: error.nullable(),
})
const state = z.object({
  comm: short,
  state: z.string().max(8),
  cgroup: z.object({ version: z.union([z.literal(1), z.literal(2)]), path: long }).nullable(),
  hasRollup: z.boolean(),
  goSource: goSource.nullable(),
  endpoint,
  absent,
}) as z.ZodType<ProcessState>
const states = z.array(z.object({ atMs, state })).max(snapshotLimits.rows)
/** Their times only: of what is there thousands of times the same. */
const rawStates = z.array(z.object({ atMs, state: z.unknown() })).max(snapshotLimits.rows)

const evidence = line.extend({
  value: number.nullable(),
  unit: z.enum(['bytes', 'bytes-per-minute', 'percent', 'count', 'per-second', 'ms', 'text']),
  atMs: atMs.nullable(),
  ageMs: number.nullable(),
  source: z.enum([...source.options, 'endpoint', 'meminfo', 'pressure', 'balloon', 'kernel', 'profile']),
})
const finding = line.extend({
  id: z.enum(findingIds),
  level: z.enum(['certain', 'likely', 'possible', 'ruled-out', 'not-measurable']),
  severity: z.enum(['act', 'watch', 'calm']),
  bytes: number.nullable(),
  evidence: z.array(evidence).max(60),
  next: z.array(line.extend({ action: z.enum(['balloon', 'profile', 'memory-map']).nullable() })).max(20),
})
const verdict: z.ZodType<Verdict> = z.object({
  atMs,
  main: z.enum(findingIds),
  findings: z.array(finding).max(findingIds.length * 2),
  readings: z
    .array(
      z.object({
        id: z.enum([
          'hostUsed',
          'hostUnavailable',
          'hostLessLazyFree',
          'containerUsage',
          'containerRss',
          'workingSet',
        ]),
        usedBytes: number,
        totalBytes: number.nullable(),
        percent: number.nullable(),
        atMs,
        ageMs: number,
        actors: z.array(z.enum(['kubelet', 'oom-killer'])).max(2),
      }),
    )
    .max(12),
  limits: z.array(line).max(40),
  spanMs: amount,
})

const proofReading: z.ZodType<ProofReading> = z.object({
  atMs,
  virtBytes: amountOrNull,
  rssBytes: amountOrNull,
  lazyFreeBytes: amountOrNull,
  heapInuseBytes: amountOrNull,
  memAvailableBytes: amountOrNull,
  pglazyfreed: amountOrNull,
  pgsteal: amountOrNull,
  workingsetRefaultFile: amountOrNull,
  psiSomeTotalUs: amountOrNull,
})
const proof: z.ZodType<BalloonProof> = z.object({
  target: keySchema,
  comm: short,
  startedAtMs: atMs,
  elapsedMs: amount,
  domain: z.union([
    z.object({ kind: z.literal('host') }),
    z.object({
      kind: z.literal('cgroup'),
      version: z.union([z.literal(1), z.literal(2)]),
      path: long,
      limitBytes: amount,
    }),
  ]),
  peakBytes: amount,
  stopReason: z.enum([
    'reclaimed',
    'size',
    'floor',
    'psi',
    'swap-out',
    'time',
    'person',
    'watchdog',
    'owner-gone',
    'target-gone',
    'link-lost',
    'script-ended',
    'out-of-memory',
    'error',
  ]),
  before: proofReading,
  after: proofReading,
  pageSizeBytes: amount,
  lazyFreedBytes: number.nullable(),
  psiSomeMs: number.nullable(),
  verdict: z.enum(['confirmed', 'refuted', 'inconclusive']),
  reason: z.enum([
    'lazyfree-taken',
    'nothing-to-take',
    'rss-stayed',
    'no-pressure',
    'partly',
    'heap-changed',
    'lazyfree-unknown',
    'target-gone',
    'link-lost',
    'no-process',
    'missing-numbers',
  ]),
})

const event: z.ZodType<SessionEvent> = line.extend({
  id: z.int().min(0),
  atMs,
  targetId: long,
  key: keySchema.nullable(),
  kind: z.enum([
    'process-gone',
    'gc',
    'balloon-started',
    'balloon-ended',
    'endpoint',
    'target',
    'long-read',
    'profile',
    'verdict-changed',
    'alert',
  ]),
})
const mark: z.ZodType<HandMark> = z.object({
  id: z.string().max(64),
  atMs,
  text: z.string().min(1).max(200),
})
const top: z.ZodType<TopReading> = z.object({
  atMs,
  rows: z
    .array(z.object({ key: keySchema, comm: short, rssBytes: amountOrNull, cpuPercent: amountOrNull }))
    .max(200),
})
const profile: z.ZodType<ProfileInfo> = z.object({
  id: z.string().max(64),
  targetId: long,
  key: keySchema,
  comm: short,
  atMs,
  sizeBytes: amount,
  costMs: amount,
  url: long,
})

/** Names of parts have no upper case, no `..`, no leading slash: nothing that any system takes for another place. */
export const partNamePattern =
  /^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9]+)*(?:\/[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9]+)*){0,3}$/

const manifest: z.ZodType<Manifest> = z.object({
  format: z.literal(snapshotFormat),
  version: z.int().min(1),
  appVersion: z.string().max(60),
  label: long,
  fromMs: atMs,
  toMs: atMs,
  processes: z.array(z.object({ key: keySchema, comm: short })).max(snapshotLimits.processes),
  parts: z
    .array(
      z.object({
        name: z.string().max(120).regex(partNamePattern),
        bytes: z.int().min(0).max(snapshotLimits.partBytes),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(snapshotLimits.entries),
})

/** Enough of any manifest, of a later version as well, to say what it is. */
const manifestHead = z.object({ format: z.literal(snapshotFormat), version: z.int().min(1) })

export const incidentSchemas = {
  manifest,
  manifestHead,
  hostFacts,
  processFacts,
  states,
  rawStates,
  state,
  verdict,
  proof,
  events: z.array(event).max(snapshotLimits.events),
  marks: z.array(mark).max(snapshotLimits.marks),
  top: z.array(top).max(snapshotLimits.tops),
  profile,
  profiles: z.array(z.object({ info: profile, part: z.string().max(120) })).max(snapshotLimits.profiles),
  readings: z.array(z.object({ atMs, path: long, part: z.string().max(120) })).max(snapshotLimits.readings),
}
