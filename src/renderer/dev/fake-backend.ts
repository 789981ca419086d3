import { AppError } from '#core/errors'
import type { BackendEvents, BackendMethods, DemoState, TargetInfo } from '#core/ipc/contract'
import { createRpcServer, type Handlers, type MessageChannelEnd, type Methods } from '#core/ipc/rpc'
import type { ColumnId } from '#core/metrics/process-table'
import { createFakePlan, playBalloon } from './fake-balloon'
import type { FakeMachine } from './fake-machine'
import { createHostSample, createProcessFacts, createProcessSample } from './fake-samples'

/** Which part answers with an error, to see its face. */
export type FakeFailure = 'open' | 'table' | 'process' | 'silent' | null

const info: TargetInfo = {
  id: 'local',
  spec: 'local',
  label: 'build-07',
  state: 'connected',
  capabilities: { live: true, smaps: true, pressure: true, cgroup: true, endpoint: true, balloon: true },
  host: {
    hostname: 'build-07',
    kernelRelease: '5.10.0-28-amd64',
    os: 'linux',
    arch: 'x64',
    bootId: null,
    pageSizeBytes: 4096,
    clockTicksPerSecond: 100,
    cpuCount: 8,
    thpEnabled: 'madvise',
    cgroupVersion: 2,
    uid: 0,
  },
  error: null,
}

type Free<M extends Methods> = {
  [K in keyof M]: (params: Parameters<M[K]>[0]) => ReturnType<M[K]> | Promise<ReturnType<M[K]>>
}

/** Every method without a check of its parameters: the window is typed, and this is no border. */
function unchecked(handlers: Free<BackendMethods>): Handlers<BackendMethods> {
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handle]) => [
      name,
      { validate: (raw: unknown) => raw as never, handle },
    ]),
  ) as unknown as Handlers<BackendMethods>
}

/** A backend that plays a machine over one channel, until the channel is closed. */
export function serveFakeBackend(
  channel: MessageChannelEnd,
  machine: FakeMachine,
  failure: FakeFailure,
): void {
  let columns: ColumnId[] | null = null
  let knowsMetas = false
  let isWatching = false
  let balloonBytes = 0
  let deflate: () => void = () => undefined
  let demo: DemoState = {
    phase: 'idle',
    kind: null,
    key: null,
    endpointUrl: null,
    cgroupLimitBytes: null,
    error: null,
  }

  function failWhen(part: FakeFailure): void {
    if (failure === part) throw new AppError('permission-denied', `${part} is made to fail`)
  }

  const server = createRpcServer<BackendMethods, BackendEvents>(
    channel,
    unchecked({
      'targets.list': () => [info],
      'targets.open': async () => {
        await new Promise((resolve) => setTimeout(resolve, 150))
        failWhen('open')
        return info
      },
      'table.subscribe': (params) => {
        failWhen('table')
        if (columns === null) knowsMetas = false
        columns = params.columns
        sendFrame()
        return null
      },
      'table.unsubscribe': () => {
        columns = null
        return null
      },
      'process.watch': () => {
        failWhen('process')
        isWatching = true
        return createProcessFacts(machine)
      },
      'process.unwatch': () => {
        isWatching = false
        return null
      },
      'endpoint.set': () => null,
      'endpoint.askOnce': () => null,
      'rollup.allow': () => null,
      'balloon.plan': () => createFakePlan(machine),
      'balloon.start': () => {
        deflate = playBalloon(machine, (state, bytes) => {
          balloonBytes = bytes
          server.emit('balloon', { targetId: info.id, state })
        })
        return null
      },
      'balloon.deflate': () => {
        deflate()
        return null
      },
      'demo.start': async () => {
        for (const phase of ['building', 'starting'] as const) {
          demo = { ...demo, phase }
          server.emit('demo', demo)
          await new Promise((resolve) => setTimeout(resolve, 700))
        }
        demo = {
          ...demo,
          phase: 'running',
          kind: 'go',
          key: machine.serviceKey,
          cgroupLimitBytes: 512 * 2 ** 20,
        }
        return demo
      },
      'demo.stop': () => null,
    }),
  )

  function sendFrame(): void {
    if (columns === null || failure === 'silent') return
    server.emit('table', { targetId: info.id, frame: machine.frame(columns, !knowsMetas) })
    knowsMetas = true
  }

  const timer = setInterval(() => {
    sendFrame()
    server.emit('host', { targetId: info.id, sample: createHostSample(machine, balloonBytes) })
    if (isWatching) server.emit('process', { targetId: info.id, sample: createProcessSample(machine) })
  }, 1_000)
  server.onClose(() => clearInterval(timer))
}
