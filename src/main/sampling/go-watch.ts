import type { EndpointState, GoSample, ProcessFacts } from '#core/metrics/samples'
import type { ProcessKey } from '#core/process-key'
import type { Target } from '../targets/target'
import { AppError } from '#core/errors'
import type { CreateEndpointPoller, EndpointPoller, FetchedProfile } from './go-source'
import type { EmitEvent } from './session-events'

/** A busy service collects garbage several times a second: the chart and the Events tab get one mark in this time. */
const minGcMarkMs = 5000

/** The Go side of one watched process: its endpoint's poller, and what of it is worth an event. */
export interface GoWatch {
  readonly state: EndpointState
  readonly sample: GoSample | null
  /** Starts to look for an endpoint once it is known whether the process is Go. */
  start(facts: Pick<ProcessFacts, 'isGo' | 'goVersion'>): void
  setUrl(url: string | null): void
  askOnce(): void
  /** As EndpointPoller.fetchProfile; `unsupported` where no endpoint is asked. */
  fetchProfile(): Promise<FetchedProfile>
  close(): void
}

export function createGoWatch(
  target: Target,
  key: ProcessKey,
  createEndpointPoller: CreateEndpointPoller | undefined,
  emit: EmitEvent,
): GoWatch {
  let poller: EndpointPoller | null = null
  let isClosed = false
  let earlyUrl: string | null = null
  let told: string | null = null
  let lastMark: { atMs: number; numGc: number | null; lastGcAtMs: number } | null = null

  function tellPhase({ phase, url, costMs, error }: EndpointState): void {
    const id = `${phase} ${url} ${error?.code}`
    if (id === told) return
    told = id
    const params = { pid: key.pid, url: url ?? '', costMs: Math.round(costMs ?? 0), error: error?.code ?? '' }
    if (phase === 'ok' || phase === 'none' || phase === 'stopped' || phase === 'error') {
      emit({ atMs: Date.now(), key, kind: 'endpoint', text: `event.endpoint.${phase}`, params })
    }
  }

  function markGc({ lastGcAtMs, numGc }: GoSample): void {
    if (lastGcAtMs === null || lastGcAtMs <= (lastMark?.lastGcAtMs ?? -1)) return
    const isFirst = lastMark === null
    if (lastMark !== null && Date.now() - lastMark.atMs < minGcMarkMs) return
    const count = numGc === null || lastMark?.numGc == null ? 1 : Math.max(1, numGc - lastMark.numGc)
    lastMark = { atMs: isFirst ? 0 : Date.now(), numGc, lastGcAtMs }
    // The first answer tells of a GC that was before the watch.
    if (!isFirst)
      emit({ atMs: lastGcAtMs, key, kind: 'gc', text: 'event.gc', params: { pid: key.pid, count } })
  }

  function onChange(): void {
    if (poller === null || isClosed) return
    tellPhase(poller.state)
    if (poller.sample !== null) markGc(poller.sample)
  }

  return {
    get state() {
      return (
        poller?.state ?? toIdleState(createEndpointPoller === undefined ? 'not-go' : 'searching', earlyUrl)
      )
    },
    get sample() {
      return poller?.sample ?? null
    },
    start(facts) {
      if (isClosed || poller !== null || createEndpointPoller === undefined) return
      poller = createEndpointPoller(target, key, facts, onChange)
      if (earlyUrl !== null) poller.setUrl(earlyUrl)
      onChange()
    },
    setUrl(url) {
      if (poller === null) earlyUrl = url
      else poller.setUrl(url)
    },
    askOnce: () => poller?.askOnce(),
    async fetchProfile() {
      if (poller === null)
        throw new AppError('unsupported', 'no endpoint', { hint: 'profileFetch.noEndpoint' })
      return poller.fetchProfile()
    },
    close() {
      isClosed = true
      poller?.close()
    },
  }
}

function toIdleState(phase: EndpointState['phase'], url: string | null): EndpointState {
  return {
    phase,
    url,
    isManual: url !== null,
    source: null,
    costMs: null,
    bytes: null,
    intervalMs: null,
    error: null,
  }
}
