import { useIntervalFn } from '@vueuse/core'
import { computed, ref, shallowRef, watch } from 'vue'
import { toErrorValue, type ErrorValue } from '#core/errors'
import type { SessionEvent } from '#core/ipc/contract'
import { isSameProcess, type ProcessKey } from '#core/process-key'
import type { History, RecordedProcess, TimeRange, TopReading } from '#core/snapshot/history'
import type { HandMark } from '#core/snapshot/incident'
import type { StreamId } from '#core/snapshot/sample-parts'
import { useBackend } from '../../connection/use-connection'
import { useHistoryStore } from '../../stores/history'

export const spans = {
  '15m': 900_000,
  '1h': 3_600_000,
  '6h': 21_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
} as const
export type SpanId = keyof typeof spans

/** As many have room below each other. */
export const mostProcesses = 4
const followMs = 5_000
/** The top of the table comes once a minute. */
const topWithinMs = 90_000

export interface ProcessLane extends RecordedProcess {
  process: History
  go: History
  rollup: History
}

export interface Lanes {
  range: TimeRange
  host: History
  processes: readonly ProcessLane[]
}

/** What a stretch of one recorded target looked like. `buckets`: as many as a lane has room for. */
export function useHistory(buckets: () => number) {
  const backend = useBackend()
  const store = useHistoryStore()
  const targetSpec = ref<string | null>(null)
  const range = shallowRef<TimeRange>({ fromMs: Date.now() - spans['1h'], toMs: Date.now() })
  /** The range ends now, and goes on. */
  const isFollowing = ref(true)
  const processes = shallowRef<readonly RecordedProcess[]>([])
  /** Empty: the one that was watched last. */
  const chosen = shallowRef<readonly ProcessKey[]>([])
  const lanes = shallowRef<Lanes | null>(null)
  const marks = shallowRef<readonly HandMark[]>([])
  const events = shallowRef<readonly SessionEvent[]>([])
  const cursorMs = ref<number | null>(null)
  const top = shallowRef<TopReading | null>(null)
  const error = shallowRef<ErrorValue | null>(null)
  let turn = 0
  let topTurn = 0

  const keys = computed(() => lanes.value?.processes.map(({ key }) => key) ?? [])

  async function load(): Promise<void> {
    const spec = targetSpec.value
    if (spec === null) return
    const own = ++turn
    const stretch = range.value
    const where = { targetSpec: spec, ...stretch }
    const ask = (stream: StreamId, columns: string[], key: ProcessKey | null): Promise<History> =>
      backend.call('history.series', { ...where, key, stream, columns, buckets: buckets() })
    try {
      const found = await backend.call('history.processes', where)
      const wanted = chosen.value.flatMap((key) => found.filter((each) => isSameProcess(each.key, key)))
      const shown = (wanted.length > 0 ? wanted : found.slice(0, 1)).slice(0, mostProcesses)
      const [host, known, happened, ...lines] = await Promise.all([
        ask('host', ['memTotalBytes', 'memAvailableBytes', 'psiSomeAvg10'], null),
        backend.call('marks.list', where),
        backend.call('history.events', where),
        ...shown.map(async (each) => ({
          ...each,
          process: await ask('process', ['rssBytes'], each.key),
          go: await ask('go', ['heapInuseBytes'], each.key),
          rollup: await ask('rollup', ['lazyFreeBytes'], each.key),
        })),
      ])
      // Another stretch was asked for meanwhile.
      if (own !== turn) return
      processes.value = found
      lanes.value = { range: stretch, host, processes: lines }
      marks.value = known
      events.value = happened.filter(({ kind }) => kind !== 'gc')
      error.value = null
    } catch (failure) {
      if (own === turn) error.value = toErrorValue(failure)
    }
  }

  async function loadTop(): Promise<void> {
    const own = ++topTurn
    const [spec, atMs] = [targetSpec.value, cursorMs.value]
    const found =
      spec === null || atMs === null
        ? []
        : await backend
            .call('history.top', {
              targetSpec: spec,
              fromMs: Math.max(0, atMs - topWithinMs),
              toMs: atMs + topWithinMs,
            })
            .catch(() => [])
    if (own !== topTurn || atMs === null) return void (own === topTurn && (top.value = null))
    top.value = found.toSorted((a, b) => Math.abs(a.atMs - atMs) - Math.abs(b.atMs - atMs))[0] ?? null
  }

  function show(next: TimeRange): void {
    // There is nothing after now yet: what reaches beyond it goes on with it.
    if (next.toMs > Date.now()) return follow(next.toMs - next.fromMs)
    isFollowing.value = false
    range.value = next
  }

  /** Of that length, up to now. */
  function follow(lengthMs = range.value.toMs - range.value.fromMs): void {
    isFollowing.value = true
    range.value = { fromMs: Date.now() - lengthMs, toMs: Date.now() }
  }

  /** Of that length, with the same end. */
  function setLength(lengthMs: number): void {
    if (isFollowing.value) follow(lengthMs)
    else show({ fromMs: Math.max(0, range.value.toMs - lengthMs), toMs: range.value.toMs })
  }

  /** By its own length. Neither before what is kept nor after now. */
  function move(direction: -1 | 1): void {
    const { fromMs, toMs } = range.value
    const lengthMs = toMs - fromMs
    const earliestMs = store.targets?.find((each) => each.targetSpec === targetSpec.value)?.fromMs ?? 0
    const endMs = Math.max(earliestMs + Math.min(lengthMs, 60_000), toMs + direction * lengthMs)
    if (endMs >= Date.now()) follow()
    else show({ fromMs: Math.max(0, endMs - lengthMs), toMs: endMs })
  }

  function toggle(key: ProcessKey): void {
    const others = keys.value.filter((each) => !isSameProcess(each, key))
    const isShown = others.length < keys.value.length
    if (isShown && others.length === 0) return
    chosen.value = isShown ? others : [...others, key].slice(-mostProcesses)
  }

  async function start(preferred: string | null): Promise<void> {
    await store.load()
    const isRecorded = store.targets?.some((each) => each.targetSpec === preferred) === true
    targetSpec.value ??= isRecorded ? preferred : (store.targets?.[0]?.targetSpec ?? null)
    const recorded = store.targets?.find((each) => each.targetSpec === targetSpec.value)
    // A recording that has just begun would be the last pixel of an hour.
    if (recorded !== undefined && Date.now() - recorded.fromMs < spans['15m']) follow(spans['15m'])
  }

  watch([targetSpec, range, chosen], () => void load())
  watch([targetSpec, cursorMs], () => void loadTop())
  watch(targetSpec, () => (chosen.value = []))
  useIntervalFn(() => {
    // The first numbers of the first target may come while this is open.
    if (store.targets?.length === 0) void start(null)
    else if (isFollowing.value) follow()
  }, followMs)
  return {
    ...{
      targetSpec,
      range,
      isFollowing,
      processes,
      keys,
      chosen,
      lanes,
      marks,
      events,
      cursorMs,
      top,
      error,
    },
    ...{ start, load, show, follow, setLength, move, toggle },
  }
}

export type HistoryState = ReturnType<typeof useHistory>
