import { AppError } from '#core/errors'
import { idleDemo, type BackendEvents, type BackendMethods, type DemoState } from '#core/ipc/contract'
import { createRpcServer, type Handlers, type MessageChannelEnd, type Methods } from '#core/ipc/rpc'
import type { ColumnId } from '#core/metrics/process-table'
import { createFakeAlerts } from './fake-alerts'
import { createFakeHistory } from './fake-history'
import { createFakeMap } from './fake-map'
import { createFakePlan, playBalloon } from './fake-balloon'
import type { FakeMachine } from './fake-machine'
import { createHostSample, createProcessFacts, createProcessSample } from './fake-samples'
import { createFakeTargets, fakeHost } from './fake-targets'
import { createFakeVerdict } from './fake-verdict'

/** Which part answers with an error, to see its face. */
export type FakeFailure = 'open' | 'table' | 'process' | 'silent' | null

/** What the harness plays. */
export interface FakeOptions {
  failure: FakeFailure
  /** Hosts that are open beside this machine. */
  targetCount: number
  /** The numbers of the process are another user's. */
  isDenied: boolean
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
  { failure, targetCount, isDenied }: FakeOptions,
): void {
  let columns: ColumnId[] | null = null
  let knowsMetas = false
  let tableTargetId = 'local'
  let watchedTargetId: string | null = null
  let balloonBytes = 0
  const judge = createFakeVerdict(fakeHost)
  let deflate: () => void = () => undefined
  let demo: DemoState = idleDemo

  function failWhen(part: FakeFailure): void {
    if (failure === part) throw new AppError('permission-denied', `${part} is made to fail`)
  }

  const server = createRpcServer<BackendMethods, BackendEvents>(
    channel,
    unchecked({
      ...createFakeHistory(),
      'targets.list': () => targets.list(),
      'targets.open': ({ spec }) => targets.open(spec),
      'targets.close': ({ targetId }) => {
        targets.close(targetId)
        return null
      },
      'targets.retry': ({ targetId }) => {
        targets.retry(targetId)
        return null
      },
      'targets.elevate': async ({ targetId }) => {
        await targets.elevate(targetId)
        return null
      },
      'prompt.answer': ({ promptId, answer }) => {
        targets.answer(promptId, answer)
        return null
      },
      'ssh.hosts': () => targets.hosts,
      'ssh.explain': ({ host }) => targets.explain(host),
      'table.subscribe': (params) => {
        failWhen('table')
        if (columns === null || tableTargetId !== params.targetId) knowsMetas = false
        tableTargetId = params.targetId
        columns = params.columns
        sendFrame()
        return null
      },
      'table.unsubscribe': ({ targetId }) => {
        if (targetId === tableTargetId) columns = null
        return null
      },
      'process.watch': ({ targetId }) => {
        failWhen('process')
        watchedTargetId = targetId
        return createProcessFacts(machine, isDenied)
      },
      'process.unwatch': ({ targetId }) => {
        if (targetId === watchedTargetId) watchedTargetId = null
        return null
      },
      'endpoint.set': () => null,
      'endpoint.askOnce': () => null,
      'rollup.allow': () => null,
      'memoryMap.read': () => createFakeMap(Date.now()),
      'balloon.plan': ({ targetId }) =>
        createFakePlan(machine, targetId === 'local' ? null : targetId.replace(/^\w+:/, '')),
      'balloon.start': ({ targetId }) => {
        deflate = playBalloon(machine, (state, bytes) => {
          balloonBytes = bytes
          server.emit('balloon', { targetId, state })
        })
        return null
      },
      'balloon.deflate': () => {
        deflate()
        return null
      },
      'profile.fetch': () => {
        throw new AppError('unsupported', 'no pprof', { hint: 'profileFetch.noEndpoint' })
      },
      'profile.every': () => null,
      'profile.list': () => [],
      'profile.bytes': () => {
        throw new AppError('gone', 'not kept', { hint: 'profileFetch.notKept' })
      },
      'profile.remove': () => null,
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
      ...createFakeAlerts((overview) => server.emit('alerts', overview)),
    }),
  )

  const targets = createFakeTargets(
    targetCount,
    (event, payload) => server.emit(event, payload),
    () => failWhen('open'),
  )
  for (const info of targets.list()) server.emit('target', info)

  function isConnected(targetId: string): boolean {
    return targets.list().some(({ id, state }) => id === targetId && state === 'connected')
  }

  function sendFrame(): void {
    if (columns === null || failure === 'silent' || !isConnected(tableTargetId)) return
    server.emit('table', { targetId: tableTargetId, frame: machine.frame(columns, !knowsMetas) })
    knowsMetas = true
  }

  const timer = setInterval(() => {
    sendFrame()
    for (const each of targets.samples(createHostSample(machine, balloonBytes))) server.emit('host', each)
    if (watchedTargetId !== null && isConnected(watchedTargetId)) {
      const sample = createProcessSample(machine, isDenied)
      server.emit('process', { targetId: watchedTargetId, sample })
      const facts = createProcessFacts(machine, isDenied)
      const verdict = judge(sample, facts, createHostSample(machine, balloonBytes))
      server.emit('verdict', { targetId: watchedTargetId, key: sample.key, verdict })
    }
  }, 1_000)
  server.onClose(() => clearInterval(timer))
}
