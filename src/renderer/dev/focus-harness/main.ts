import { createPinia } from 'pinia'
import { createApp, h, ref } from 'vue'
import type { BackendEvents, BackendMethods, TargetInfo } from '#core/ipc/contract'
import type { ProcessFacts, ProcessSample } from '#core/metrics/samples'
import { appClientKey, type AppClient } from '../../connection/app-client'
import { backendConnectionKey, type BackendConnection } from '../../connection/backend-connection'
import FocusPane from '../../FocusPane.vue'
import { createAppI18n } from '../../i18n/i18n'
import { useTargetsStore } from '../../stores/targets'
import TipLayer from '../../ui/TipLayer.vue'
import '../../styles/tokens.css'
import '../../styles/base.css'
import { createFakeVerdict } from '../fake-verdict'
import { facts, host, hostSample, key, plan, processSample, stateOf, stepAt } from './incident'

/** ?state=idle|plan|risk|refused|run|proof|gone|denied|none|stopped|ask|loading &theme=dark &lang=zh-CN &seconds=420 */
const query = new URLSearchParams(location.search)
const state = query.get('state') ?? 'idle'
const seconds = Number(query.get('seconds') ?? 420)
const isBalloonSeen = state === 'run' || state === 'proof'
const runFrom = isBalloonSeen ? seconds - (state === 'run' ? 10 : 40) : 1e9
const judge = createFakeVerdict(host)
const startMs = Date.now() - seconds * 1000
document.documentElement.dataset['theme'] = query.get('theme') ?? 'light'

const listeners = new Map<string, Set<(payload: never) => void>>()
function emit<K extends keyof BackendEvents>(event: K, payload: BackendEvents[K]): void {
  for (const listener of listeners.get(event) ?? []) listener(payload as never)
}

const target: TargetInfo = {
  id: 'local',
  spec: 'local',
  label: 'pay-07',
  state: 'connected',
  step: null,
  retryAtMs: null,
  replay: null,
  capabilities: {
    live: true,
    seek: false,
    smaps: true,
    pressure: true,
    cgroup: true,
    endpoint: true,
    balloon: true,
    elevate: state === 'denied',
    remote: false,
  },
  host,
  error: null,
}

const shownFacts: ProcessFacts =
  state === 'denied'
    ? {
        ...facts,
        isGo: null,
        goVersion: null,
        goEnvironment: null,
        madvise: 'unknown',
        exePath: null,
        absent: { exe: 'permission-denied' },
      }
    : facts

const answers: Partial<Record<keyof BackendMethods, (params: never) => unknown>> = {
  'process.watch': () => shownFacts,
  'balloon.plan': () =>
    state === 'risk'
      ? plan(['floor-near', 'swap-in-use'])
      : state === 'refused'
        ? plan([], 'no-room')
        : plan(),
}
const backend: BackendConnection = {
  phase: ref('connected'),
  call: (method, params) => Promise.resolve((answers[method]?.(params as never) ?? null) as never),
  on(event, listener) {
    const set = listeners.get(event) ?? new Set()
    listeners.set(event, set)
    set.add(listener)
    return () => set.delete(listener)
  },
  onConnected(listener) {
    listener(false)
    return () => true
  },
  attach: () => undefined,
  reconnect: () => undefined,
}
const app: AppClient = {
  invoke(method, params) {
    if (method === 'image.save') {
      const image = document.createElement('img')
      image.id = 'saved'
      image.src = URL.createObjectURL(new Blob([(params as { pngBytes: Uint8Array<ArrayBuffer> }).pngBytes]))
      document.body.replaceChildren(image)
    }
    return Promise.resolve(null as never)
  },
  on: () => () => true,
}

function dress(sample: ProcessSample): ProcessSample {
  if (state === 'denied')
    return {
      ...sample,
      rollup: null,
      go: null,
      absent: { smaps_rollup: 'permission-denied' },
      endpoint: { ...sample.endpoint, phase: 'not-go', url: null },
    }
  if (state === 'none')
    return { ...sample, go: null, endpoint: { ...sample.endpoint, phase: 'none', url: null } }
  if (state === 'stopped')
    return {
      ...sample,
      go: null,
      endpoint: { ...sample.endpoint, phase: 'stopped', costMs: 4200, intervalMs: null },
    }
  if (state === 'ask') return { ...sample, rollup: null, absent: { smaps_rollup: 'too-expensive' } }
  return sample
}

function tell(second: number): void {
  const atMs = startMs + second * 1000
  const isHole = second > 268 && second < 278
  emit('host', { targetId: 'local', sample: hostSample(atMs, second, runFrom) })
  if (!isHole && state !== 'loading') {
    const sample = dress(processSample(atMs, second, runFrom, startMs))
    const verdict = judge(sample, shownFacts, hostSample(atMs, second, runFrom))
    emit('process', { targetId: 'local', sample })
    emit('verdict', { targetId: 'local', key, verdict })
  }
  const into = second - runFrom
  if (into >= 0 && into < 15) {
    for (const part of [0, 0.25, 0.5, 0.75]) {
      emit('balloon', {
        targetId: 'local',
        state: stateOf(stepAt(atMs + part * 1000, second + part, runFrom), startMs + runFrom * 1000, false),
      })
    }
  } else if (into === 15)
    emit('balloon', {
      targetId: 'local',
      state: stateOf(stepAt(atMs, second, runFrom), startMs + runFrom * 1000, true),
    })
}

const root = createApp({ render: () => [h(FocusPane, { targetId: 'local', processKey: key }), h(TipLayer)] })
root.provide(backendConnectionKey, backend)
root.provide(appClientKey, app)
root.use(createPinia())
root.use(createAppI18n(query.get('lang') === 'zh-CN' ? 'zh-CN' : 'en'))
root.runWithContext(() => useTargetsStore().targets.set('local', target))
root.mount('#app')

requestAnimationFrame(() => {
  const perfStart = performance.now()
  for (let second = 0; second <= seconds; second++) tell(second)
  document.documentElement.dataset['feedMs'] = String(performance.now() - perfStart)
  if (state === 'gone') emit('processGone', { targetId: 'local', key, atMs: Date.now() })
  if (state === 'ask')
    emit('rollupAsk', { targetId: 'local', key, rssBytes: 48 * 1024 ** 3, estimatedStallMs: 1300 })
  emit('event', {
    id: 1,
    atMs: startMs,
    targetId: 'local',
    key,
    kind: 'endpoint',
    text: 'event.endpoint.ok',
    params: { url: 'http://127.0.0.1:6060' },
  })
  if (query.has('live')) {
    let second = seconds
    setInterval(() => tell(++second), 1000)
  }
  setTimeout(() => (document.documentElement.dataset['ready'] = '1'), 600)
})
