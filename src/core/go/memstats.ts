import { AppError } from '../errors'
import type { GoSample } from '../metrics/samples'

/** What an endpoint's answer says; when and at what cost it was asked is added by who asked. */
export type GoNumbers = Omit<GoSample, 'atMs' | 'source' | 'costMs'>

const noNumbers: GoNumbers = {
  heapAllocBytes: null,
  heapInuseBytes: null,
  heapIdleBytes: null,
  heapReleasedBytes: null,
  heapSysBytes: null,
  stackInuseBytes: null,
  sysBytes: null,
  nextGcBytes: null,
  numGc: null,
  lastGcAtMs: null,
  goroutines: null,
}

/** The names of runtime.MemStats, as `/debug/vars` and the trailer of `heap?debug=1` spell them. */
const memStatsFields = {
  HeapAlloc: 'heapAllocBytes',
  HeapInuse: 'heapInuseBytes',
  HeapIdle: 'heapIdleBytes',
  HeapReleased: 'heapReleasedBytes',
  HeapSys: 'heapSysBytes',
  StackInuse: 'stackInuseBytes',
  Sys: 'sysBytes',
  NextGC: 'nextGcBytes',
  NumGC: 'numGc',
} as const satisfies Record<string, keyof GoNumbers>

/** The answer is well formed, but no Go service's memory numbers. */
export function notGoNumbers(message: string): AppError {
  return new AppError('parse', message, { hint: 'go.endpoint.notGo' })
}

/** null for what is no count of bytes. */
function toCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
}

/** Go counts nanoseconds since the epoch; 0 is no GC yet. */
function toGcTimeMs(nanoseconds: number | null): number | null {
  return nanoseconds === null || nanoseconds === 0 ? null : Math.floor(nanoseconds / 1e6)
}

function hasHeapNumbers(numbers: GoNumbers): boolean {
  return numbers.heapInuseBytes !== null || numbers.heapAllocBytes !== null || numbers.sysBytes !== null
}

/** The JSON of `/debug/vars` (package expvar): its `memstats`. AppError `parse` for HTML and for another service's JSON. */
export function parseExpvar(text: string): GoNumbers {
  let root: unknown
  try {
    root = JSON.parse(text)
  } catch {
    throw notGoNumbers('/debug/vars: not JSON')
  }
  const memStats = ownField(root, 'memstats')
  const numbers = { ...noNumbers }
  for (const [name, field] of Object.entries(memStatsFields))
    numbers[field] = toCount(ownField(memStats, name))
  numbers.lastGcAtMs = toGcTimeMs(toCount(ownField(memStats, 'LastGC')))
  if (!hasHeapNumbers(numbers)) throw notGoNumbers('/debug/vars: JSON without memstats')
  return numbers
}

function ownField(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}

/** Both generations of the Prometheus client's Go collector; the second spells runtime/metrics' names. */
const prometheusNames = new Set([
  'go_goroutines',
  'go_memstats_heap_alloc_bytes',
  'go_memstats_heap_inuse_bytes',
  'go_memstats_heap_idle_bytes',
  'go_memstats_heap_released_bytes',
  'go_memstats_heap_sys_bytes',
  'go_memstats_stack_inuse_bytes',
  'go_memstats_sys_bytes',
  'go_memstats_next_gc_bytes',
  'go_memstats_last_gc_time_seconds',
  'go_gc_duration_seconds_count',
  'go_sched_goroutines_goroutines',
  'go_memory_classes_heap_objects_bytes',
  'go_memory_classes_heap_unused_bytes',
  'go_memory_classes_heap_free_bytes',
  'go_memory_classes_heap_released_bytes',
  'go_memory_classes_heap_stacks_bytes',
  'go_memory_classes_total_bytes',
  'go_gc_heap_goal_bytes',
  'go_gc_cycles_total_gc_cycles_total',
])

/**
 * Prometheus' text format (also OpenMetrics, whose lines are the same here): the go_* gauges of one process. A name
 * that stands there twice is a page about several processes, which says nothing of this one: AppError `parse`.
 */
export function parsePrometheus(text: string): GoNumbers {
  const values = readPrometheusValues(text)
  const get = (name: string): number | null => values.get(name) ?? null
  const sum = (...names: string[]): number | null => {
    let total = 0
    for (const name of names) {
      const value = get(name)
      if (value === null) return null
      total += value
    }
    return total
  }
  // runtime/metrics: HeapInuse = objects + unused, HeapIdle = free + released.
  const heap = 'go_memory_classes_heap_'
  const inuse = sum(`${heap}objects_bytes`, `${heap}unused_bytes`)
  const idle = sum(`${heap}free_bytes`, `${heap}released_bytes`)
  const lastGcSeconds = get('go_memstats_last_gc_time_seconds')
  const numbers: GoNumbers = {
    heapAllocBytes: get('go_memstats_heap_alloc_bytes') ?? get(`${heap}objects_bytes`),
    heapInuseBytes: get('go_memstats_heap_inuse_bytes') ?? inuse,
    heapIdleBytes: get('go_memstats_heap_idle_bytes') ?? idle,
    heapReleasedBytes: get('go_memstats_heap_released_bytes') ?? get(`${heap}released_bytes`),
    heapSysBytes:
      get('go_memstats_heap_sys_bytes') ?? (inuse === null || idle === null ? null : inuse + idle),
    stackInuseBytes: get('go_memstats_stack_inuse_bytes') ?? get(`${heap}stacks_bytes`),
    sysBytes: get('go_memstats_sys_bytes') ?? get('go_memory_classes_total_bytes'),
    nextGcBytes: get('go_memstats_next_gc_bytes') ?? get('go_gc_heap_goal_bytes'),
    numGc: get('go_gc_cycles_total_gc_cycles_total') ?? get('go_gc_duration_seconds_count'),
    lastGcAtMs: lastGcSeconds === null || lastGcSeconds === 0 ? null : Math.floor(lastGcSeconds * 1000),
    goroutines: get('go_goroutines') ?? get('go_sched_goroutines_goroutines'),
  }
  if (!hasHeapNumbers(numbers)) throw notGoNumbers('/metrics: no go_* memory metrics')
  return numbers
}

function readPrometheusValues(text: string): Map<string, number | null> {
  const values = new Map<string, number | null>()
  let start = 0
  while (start < text.length) {
    let end = text.indexOf('\n', start)
    if (end < 0) end = text.length
    // Most lines are the service's own metrics: they are passed over without being cut out.
    if (text.startsWith('go_', start) && end - start < 4096) {
      const match = /^(\w+)(?:\{[^]*\})?[ \t]+([^ \t]+)/.exec(text.slice(start, end))
      const name = match?.[1]
      if (name !== undefined && prometheusNames.has(name)) {
        if (values.has(name)) {
          throw new AppError('parse', '/metrics: several processes', { hint: 'go.endpoint.manyProcesses' })
        }
        values.set(name, toCount(toNumber(match?.[2] ?? '')))
      }
    }
    start = end + 1
  }
  return values
}

/** Go's own float syntax as far as Prometheus writes it; NaN for everything else, also for hexadecimal. */
function toNumber(text: string): number {
  return /^[+-]?\d*\.?\d+(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN
}

const trailerMark = '# runtime.MemStats'

/**
 * The trailer of `/debug/pprof/heap?debug=1` from the last bytes of the answer. Only this trailer is read: the header's
 * numbers are unscaled samples of the profile, which are no heap size. AppError `parse` when the answer was cut.
 */
export function parseHeapDebug1Trailer(tail: string): GoNumbers {
  const start = tail.lastIndexOf(trailerMark)
  if (start < 0) throw notGoNumbers('heap?debug=1: no runtime.MemStats at its end')
  const numbers = { ...noNumbers }
  for (const line of tail.slice(start).split('\n')) {
    const match = /^# (\w+) = (\d+)(?: \/ \d+)?$/.exec(line.trimEnd())
    const name = match?.[1]
    if (name === undefined) continue
    const value = toCount(Number(match?.[2]))
    if (name === 'Stack') numbers.stackInuseBytes = value
    else if (name === 'LastGC') numbers.lastGcAtMs = toGcTimeMs(value)
    else if (name !== 'StackInuse' && Object.hasOwn(memStatsFields, name)) {
      numbers[memStatsFields[name as keyof typeof memStatsFields]] = value
    }
  }
  if (!hasHeapNumbers(numbers)) throw notGoNumbers('heap?debug=1: its trailer has no heap numbers')
  return numbers
}
