import { computed, ref, shallowRef, watch } from 'vue'
import { toErrorValue, type ErrorValue } from '#core/errors'
import { isSameProcess, type ProcessKey } from '#core/process-key'
import type { History, RecordedProcess, TimeRange } from '#core/snapshot/history'
import type { HandMark } from '#core/snapshot/incident'
import type { StreamId } from '#core/snapshot/sample-parts'
import { useBackend } from '../../connection/use-connection'
import { useHistoryStore } from '../../stores/history'

export const spans = { '1h': 3_600_000, '6h': 21_600_000, '24h': 86_400_000, '7d': 604_800_000 } as const
export type SpanId = keyof typeof spans

/** As many as a chart has room for. */
const buckets = 480

export interface Lanes {
  host: History
  process: History | null
  go: History | null
  rollup: History | null
}

/** What a stretch of one recorded target looked like. */
export function useHistory() {
  const backend = useBackend()
  const store = useHistoryStore()
  const targetSpec = ref<string | null>(null)
  const spanId = ref<SpanId>('1h')
  const endMs = ref(Date.now())
  const processes = shallowRef<readonly RecordedProcess[]>([])
  const key = shallowRef<ProcessKey | null>(null)
  const lanes = shallowRef<Lanes | null>(null)
  const marks = shallowRef<readonly HandMark[]>([])
  const error = shallowRef<ErrorValue | null>(null)
  let turn = 0

  const span = computed<TimeRange>(() => ({ fromMs: endMs.value - spans[spanId.value], toMs: endMs.value }))

  function ask(stream: StreamId, columns: string[], of: ProcessKey | null): Promise<History> {
    const query = { targetSpec: targetSpec.value ?? '', key: of, stream, columns, ...span.value, buckets }
    return backend.call('history.series', query)
  }

  async function load(): Promise<void> {
    if (targetSpec.value === null) return
    const own = ++turn
    const where = { targetSpec: targetSpec.value, ...span.value }
    try {
      const found = await backend.call('history.processes', where)
      const isThere =
        key.value !== null && found.some((each) => isSameProcess(each.key, key.value as ProcessKey))
      const shown = isThere ? key.value : (found[0]?.key ?? null)
      const [host, process, go, rollup, known] = await Promise.all([
        ask('host', ['memTotalBytes', 'memAvailableBytes', 'psiSomeAvg10'], null),
        shown === null ? null : ask('process', ['rssBytes'], shown),
        shown === null ? null : ask('go', ['heapInuseBytes'], shown),
        shown === null ? null : ask('rollup', ['lazyFreeBytes'], shown),
        backend.call('marks.list', where),
      ])
      // Another stretch was asked for meanwhile.
      if (own !== turn) return
      processes.value = found
      key.value = shown
      lanes.value = { host, process, go, rollup }
      marks.value = known
      error.value = null
    } catch (failure) {
      if (own === turn) error.value = toErrorValue(failure)
    }
  }

  /** Neither before what is kept nor after now. */
  function move(byMs: number): void {
    const recorded = store.targets?.find((each) => each.targetSpec === targetSpec.value)
    const earliestMs = (recorded?.fromMs ?? 0) + Math.min(spans[spanId.value], 60_000)
    endMs.value = Math.min(Date.now(), Math.max(earliestMs, endMs.value + byMs))
  }

  async function start(): Promise<void> {
    await store.load()
    targetSpec.value ??= store.targets?.[0]?.targetSpec ?? null
    await load()
  }

  watch([targetSpec, spanId, endMs, key], () => void load())
  return { targetSpec, spanId, endMs, span, processes, key, lanes, marks, error, start, load, move }
}
