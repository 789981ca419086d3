import type { MetricSource } from './catalogue'
import { toReading, type ReadingReason } from './reading'
import type { GoSample, ProcessFacts, ProcessSample } from './samples'

/** The bands in the order that they are stacked in, from the bottom up. */
export const rssBandIds = [
  'file',
  'shmem',
  'heapInuse',
  'stacks',
  'runtime',
  'heapIdle',
  'lazyFree',
  'other',
] as const

export type RssBandId = (typeof rssBandIds)[number]

/** A key of the texts of bands (src/core/text/rss-band.ts). */
export type RssBandName = RssBandId | 'otherAnonymous' | 'notTold'

/** `too-old`: Go's numbers are of too long before or after the walk to be set against it. */
export type RssBandReason = ReadingReason | 'too-old'

/** One share of RSS. `bytes` is null when it can't be known: its pages are then within `other`. */
export interface RssBand {
  id: RssBandId
  /** May be negative where two readings contradict each other; that is kept, so that the sum is RSS. */
  bytes: number | null
  /** When it was read, ms since the epoch; of a difference, the older of its readings. null without a value. */
  atMs: number | null
  source: MetricSource
  /** null exactly when there is a value. */
  reason: RssBandReason | null
}

/** RSS split into bands. Where rssBytes is not null, the bands that have a value add up to it exactly. */
export interface RssAccounting {
  /** Rss of the walk, or VmRSS when there was none. */
  rssBytes: number | null
  /** When that was read, ms since the epoch. */
  atMs: number | null
  /** Which file RSS and its parts come from; null: there is no RSS. */
  basis: 'smaps_rollup' | 'status' | null
  bands: readonly RssBand[]
  /** When Go's numbers were read that are used; null: none are. */
  goAtMs: number | null
  /** Of the same walk. Swapped pages are in no band, though Go still counts them: a reason for a negative rest. */
  swapBytes: number | null
  /** Of the same walk: huge pages may keep in memory what Go gave back, which is then in `other`. */
  anonHugePagesBytes: number | null
}

/** Go's numbers further than this from the walk are not set against it, unless its walks are planned further apart. */
export const mostGoSkewMs = 60_000
/** Not even then. */
const utmostGoSkewMs = 600_000

/** A petabyte: no sum of these is near 2^53, so that each is exact. */
const mostBytes = 2 ** 50

/**
 * Where RSS goes (bytes). The arithmetic, all of it on one reading of smaps_rollup:
 *
 * - `Rss = Anonymous + (file + shmem)`: smaps counts a page as one or the other. RssShmem of status, which is another
 *   instant, only draws the line between shmem and file (`file = Rss − Anonymous − shmem`).
 * - `lazyFree` is LazyFree of the same walk, a subset of Anonymous (fs/proc/task_mmu.c, smaps_account).
 * - `heapInuse` is HeapInuse, `stacks` StackInuse, `runtime` `Sys − HeapSys − StackInuse` (spans, caches, GC and profile
 *   tables, stacks of threads), `heapIdle` `HeapIdle − HeapReleased`: free spans that the runtime has not given back.
 *   HeapReleased itself is no band: what of it the kernel has not taken yet is LazyFree.
 * - `other = Anonymous − all of those`: cgo, mmap, .data and .bss, and pages that a huge page keeps.
 *
 * Go counts address space that is in use, the kernel counts pages in memory: what Go has not touched yet or what was
 * swapped out is in HeapInuse and not in Anonymous, and two instants differ. Then `other` is negative. It is not set to 0.
 *
 * Without a walk the same is done with VmRSS, RssAnon and RssShmem of one status, and LazyFree is not known. What is not
 * known is null, says why, and its pages are within `other`; `file` without RssShmem holds both.
 */
export function toRssAccounting(sample: ProcessSample, facts: ProcessFacts | null): RssAccounting {
  const total = toTotal(sample)
  const { rssBytes, atMs } = total
  const whenGone = { swapBytes: total.swapBytes, anonHugePagesBytes: total.anonHugePagesBytes }
  if (rssBytes === null || atMs === null) {
    const reason = toReading(sample, 'rssBytes').reason ?? 'not-read'
    const bands = rssBandIds.map((id) => absent(id, 'status', reason))
    return { rssBytes: null, atMs: null, basis: null, bands, goAtMs: null, ...whenGone }
  }
  const parts = [...toPages(sample, total), ...toGoBands(sample, facts, atMs), toLazyFree(sample, total)]
  const known = parts.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
  const other = present('other', rssBytes - known, oldest(parts) ?? atMs, total.source)
  const goAtMs = parts.find(({ source, bytes }) => source === 'endpoint' && bytes !== null)?.atMs ?? null
  return { rssBytes, atMs, basis: total.source, bands: [...parts, other], goAtMs, ...whenGone }
}

/** The band of one id. */
export function rssBand(accounting: RssAccounting, id: RssBandId): RssBand {
  const band = accounting.bands.find((candidate) => candidate.id === id)
  if (band === undefined) throw new RangeError(`no such band: ${id}`)
  return band
}

/** What a band is called: what the rest is depends on what is known of the others. */
export function toBandName(accounting: RssAccounting, id: RssBandId): RssBandName {
  if (id !== 'other') return id
  if (rssBand(accounting, 'file').bytes === null) return 'notTold'
  return accounting.goAtMs === null ? 'otherAnonymous' : 'other'
}

/** RSS and its anonymous part, from one file. */
interface Total {
  source: 'smaps_rollup' | 'status'
  atMs: number | null
  rssBytes: number | null
  anonBytes: number | null
  lazyFreeBytes: number | null
  swapBytes: number | null
  anonHugePagesBytes: number | null
}

function toTotal({ rollup, ...sample }: ProcessSample): Total {
  if (rollup !== null && checked(rollup.rssBytes) !== null) {
    return {
      source: 'smaps_rollup',
      atMs: rollup.atMs,
      rssBytes: checked(rollup.rssBytes),
      anonBytes: checked(rollup.anonymousBytes),
      lazyFreeBytes: checked(rollup.lazyFreeBytes),
      swapBytes: rollup.swapBytes,
      anonHugePagesBytes: rollup.anonHugePagesBytes,
    }
  }
  return {
    source: 'status',
    atMs: sample.atMs,
    rssBytes: checked(sample.rssBytes),
    anonBytes: checked(sample.rssAnonBytes),
    lazyFreeBytes: null,
    swapBytes: sample.swapBytes,
    anonHugePagesBytes: null,
  }
}

function toPages(sample: ProcessSample, { rssBytes, anonBytes, source, atMs }: Total): RssBand[] {
  const reason = sample.absent.status ?? 'not-reported'
  const shmemBytes = checked(sample.rssShmemBytes)
  const shmem =
    shmemBytes === null || anonBytes === null
      ? absent('shmem', 'status', reason)
      : present('shmem', shmemBytes, sample.atMs, 'status')
  if (rssBytes === null || anonBytes === null || atMs === null) {
    return [absent('file', source, 'not-reported'), shmem]
  }
  return [present('file', rssBytes - anonBytes - (shmem.bytes ?? 0), atMs, source), shmem]
}

function toLazyFree(sample: ProcessSample, { lazyFreeBytes, atMs, source }: Total): RssBand {
  if (lazyFreeBytes !== null && atMs !== null) return present('lazyFree', lazyFreeBytes, atMs, source)
  const reason = toReading(sample, 'lazyFreeBytes').reason
  return absent('lazyFree', 'smaps_rollup', reason ?? 'not-reported')
}

const goBandIds = ['heapInuse', 'stacks', 'runtime', 'heapIdle'] as const

function toGoBands(sample: ProcessSample, facts: ProcessFacts | null, atMs: number): RssBand[] {
  const { go } = sample
  const reason = toGoReason(sample, facts, atMs)
  if (go === null || reason !== null) {
    return goBandIds.map((id) => absent(id, 'endpoint', reason ?? 'not-read'))
  }
  const values = toGoValues(go)
  return goBandIds.map((id) => {
    const bytes = values[id]
    return bytes === null ? absent(id, 'endpoint', 'not-reported') : present(id, bytes, go.atMs, 'endpoint')
  })
}

/** Why Go's numbers can't be used; null: they can. */
function toGoReason(sample: ProcessSample, facts: ProcessFacts | null, atMs: number): RssBandReason | null {
  if (facts?.isGo === false && sample.go === null) return 'endpoint-not-go'
  if (sample.go === null) return toReading(sample, 'heapInuseBytes').reason
  return Math.abs(sample.go.atMs - atMs) > toGoSkewLimitMs(sample) ? 'too-old' : null
}

/** The walks of a huge process are minutes apart: until the next one, its Go numbers are set against the last. */
function toGoSkewLimitMs({ rollup, rollupDueAtMs }: ProcessSample): number {
  const intervalMs = rollup === null || rollupDueAtMs === null ? 0 : rollupDueAtMs - rollup.atMs
  return Math.min(utmostGoSkewMs, Math.max(mostGoSkewMs, intervalMs * 1.5))
}

function toGoValues(go: GoSample): Record<(typeof goBandIds)[number], number | null> {
  const inuse = checked(go.heapInuseBytes)
  const idle = checked(go.heapIdleBytes)
  const stacks = checked(go.stackInuseBytes)
  // HeapSys = HeapInuse + HeapIdle (runtime/mstats.go), for an endpoint that only has those two.
  const heapSys = checked(go.heapSysBytes) ?? minus(inuse, idle === null ? null : -idle)
  return {
    heapInuse: inuse,
    stacks,
    runtime: minus(minus(checked(go.sysBytes), heapSys), stacks),
    heapIdle: minus(idle, checked(go.heapReleasedBytes)),
  }
}

function minus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b
}

/** Whole bytes (−0 as 0), which can be added up exactly; null for what is none. A service's answer may hold anything. */
function checked(bytes: number | null): number | null {
  return bytes === null || !(bytes >= 0 && bytes <= mostBytes) ? null : Math.round(bytes) + 0
}

function present(id: RssBandId, bytes: number, atMs: number, source: MetricSource): RssBand {
  return { id, bytes, atMs, source, reason: null }
}

function absent(id: RssBandId, source: MetricSource, reason: RssBandReason): RssBand {
  return { id, bytes: null, atMs: null, source, reason }
}

function oldest(bands: readonly RssBand[]): number | null {
  const times = bands.flatMap(({ atMs }) => (atMs === null ? [] : [atMs]))
  return times.length === 0 ? null : Math.min(...times)
}
