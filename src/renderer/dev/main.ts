import { ok } from '#core/errors'
import type { AppInfo, Settings } from '#core/ipc/contract'
import type { Bridge } from '../connection/bridge'
import { createPortChannel } from '../connection/port-channel'
import { openWindow } from '../open-window'
import { serveFakeBackend, type FakeFailure, type FakeOptions } from './fake-backend'
import { createFakeMachine } from './fake-machine'

/** The window in a browser, on a generated machine. The query says what to play: see serve.mjs. */
const query = new URLSearchParams(window.location.search)
const machine = createFakeMachine(Number(query.get('processes') ?? 5_000))
const options: FakeOptions = {
  failure: query.get('fail') as FakeFailure,
  targetCount: Number(query.get('targets') ?? 0),
  isDenied: query.has('denied'),
}

let settings: Settings = {
  theme: (query.get('theme') ?? 'system') as Settings['theme'],
  locale: (query.get('locale') ?? 'en') as Settings['locale'],
  columns: ['pid', 'command', 'user', 'rssBytes', 'lazyFreeBytes', 'cpuPercent', 'goVersion'],
  panes: {},
}
const info: AppInfo = {
  version: '0',
  electronVersion: '0',
  platform: 'browser',
  systemLocale: navigator.language,
}

const bridge: Bridge = {
  invoke: (method, params) => {
    if (method === 'app.info') return Promise.resolve(ok(info))
    if (method === 'settings.set') settings = { ...settings, ...(params as Partial<Settings>) }
    return Promise.resolve(ok(method.startsWith('settings.') ? settings : true))
  },
  onEvent: () => undefined,
  connectBackend() {
    const { port1, port2 } = new MessageChannel()
    serveFakeBackend(createPortChannel(port1), machine, options)
    window.postMessage({ kind: 'ballonet-backend-port' }, window.location.origin, [port2])
  },
}

void openWindow(bridge)
