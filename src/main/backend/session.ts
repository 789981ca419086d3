import type { BackendEvents, BackendMethods } from '#core/ipc/contract'
import { createRpcServer, type Handlers, type MessageChannelEnd } from '#core/ipc/rpc'
import { AppError } from '#core/errors'
import type { MemoryMap } from '#core/metrics/memory-map'
import { toKeyText, type ProcessKey } from '#core/process-key'
import { readMemoryMap } from '../sampling/memory-map-reader'
import type { TableSubscription, Watch } from '../sampling/sampler'
import { createAlertHandlers } from './alert-handlers'
import type { BackendCore } from './backend'
import type { OpenTarget } from './target-entry'
import { createHistoryHandlers } from './history-handlers'
import { createProfileHandlers } from './profile-handlers'
import { createReplayHandlers } from './replay-handlers'
import { createSnapshotHandlers } from './snapshot-handlers'
import { backendSchemas as schemas, validateWith } from './validation'

const maxWatches = 32

/** One connected window: what it looks at, and the balloon that it owns. */
export interface Session {
  emit<K extends keyof BackendEvents>(event: K, payload: BackendEvents[K]): void
  onClose(listener: () => void): void
  /** This target was closed: whatever was looked at there is let go. */
  dropTarget(targetId: string): void
}

interface WatchEntry {
  started: Promise<Watch>
  /** null while it is being started. */
  watch: Watch | null
}

export function openSession(core: BackendCore, channel: MessageChannelEnd): Session {
  const tables = new Map<string, TableSubscription>()
  const watches = new Map<string, WatchEntry>()
  /** Memory maps that are being read. */
  const maps = new Map<string, Promise<MemoryMap>>()
  const ownBalloons = new Set<OpenTarget>()
  let isClosed = false

  const idOf = (targetId: string, key: ProcessKey): string => `${targetId}\n${toKeyText(key)}`

  function watchOf(targetId: string, key: ProcessKey): Watch {
    const watch = watches.get(idOf(targetId, key))?.watch
    if (watch == null) throw new AppError('invalid', 'this process is not watched')
    return watch
  }

  /** A window may ask for one process twice, or give it up, before the first answer is there. */
  function startWatch(targetId: string, key: ProcessKey): Promise<Watch> {
    const id = idOf(targetId, key)
    const known = watches.get(id)
    if (known !== undefined) return known.started
    if (watches.size >= maxWatches)
      throw new AppError('too-large', `at most ${maxWatches} processes are watched at once`)
    const started = core.get(targetId).sampler.watch(key, {
      sample: (sample) => server.emit('process', { targetId, sample }),
      facts: (facts) => server.emit('facts', { targetId, facts }),
      rollupAsk: (ask) => server.emit('rollupAsk', { targetId, key, ...ask }),
      gone(atMs) {
        watches.delete(id)
        server.emit('processGone', { targetId, key, atMs })
      },
    })
    const entry: WatchEntry = { started, watch: null }
    watches.set(id, entry)
    started.then(
      (watch) => {
        if (watches.get(id) === entry) entry.watch = watch
        else watch.close()
      },
      () => {
        if (watches.get(id) === entry) watches.delete(id)
      },
    )
    return started
  }

  /** Asked twice, it is read once. */
  function readMap(targetId: string, key: ProcessKey): Promise<MemoryMap> {
    const id = idOf(targetId, key)
    const known = maps.get(id)
    if (known !== undefined) return known
    const { isGo } = watchOf(targetId, key).facts
    const reading = readMemoryMap(core.get(targetId).target, key, isGo).finally(() => maps.delete(id))
    maps.set(id, reading)
    return reading
  }

  /** Heap in use for the balloon's proof: from the watch of this process, if this window watches it. */
  const readHeapInuse = (targetId: string, key: ProcessKey) => (): number | null =>
    watches.get(idOf(targetId, key))?.watch?.latest()?.go?.heapInuseBytes ?? null

  const snapshots = createSnapshotHandlers(core, (progress) => server.emit('snapshotProgress', progress))

  const handlers: Handlers<BackendMethods> = {
    'targets.list': { validate: validateWith(schemas.nothing), handle: () => core.targets() },
    'targets.open': { validate: validateWith(schemas.spec), handle: ({ spec }) => core.open(spec) },
    'targets.close': {
      validate: validateWith(schemas.target),
      async handle({ targetId }) {
        await core.close(targetId)
        return null
      },
    },
    'targets.retry': {
      validate: validateWith(schemas.target),
      handle({ targetId }) {
        core.retry(targetId)
        return null
      },
    },
    'targets.elevate': {
      validate: validateWith(schemas.target),
      async handle({ targetId }) {
        await core.elevate(targetId)
        return null
      },
    },
    'prompt.answer': {
      validate: validateWith(schemas.promptAnswer),
      handle({ promptId, answer }) {
        core.answerPrompt(promptId, answer)
        return null
      },
    },
    'ssh.hosts': { validate: validateWith(schemas.nothing), handle: () => core.listSshHosts() },
    'ssh.explain': {
      validate: validateWith(schemas.sshHost),
      handle: ({ host }) => core.explainSshHost(host),
    },
    'table.subscribe': {
      validate: validateWith(schemas.table),
      handle({ targetId, columns, visibleRowIds }) {
        const request = { columns, visibleRowIds }
        const known = tables.get(targetId)
        if (known !== undefined) known.update(request)
        else {
          const source = core.replays.find(targetId) ?? core.get(targetId).sampler
          tables.set(
            targetId,
            source.subscribeTable(request, (frame) => server.emit('table', { targetId, frame })),
          )
        }
        return null
      },
    },
    'table.unsubscribe': {
      validate: validateWith(schemas.target),
      handle({ targetId }) {
        tables.get(targetId)?.close()
        tables.delete(targetId)
        return null
      },
    },
    'process.watch': {
      validate: validateWith(schemas.process),
      handle: async ({ targetId, key }) =>
        core.replays.find(targetId)?.process(key).facts ?? (await startWatch(targetId, key)).facts,
    },
    'process.unwatch': {
      validate: validateWith(schemas.process),
      handle({ targetId, key }) {
        watches.get(idOf(targetId, key))?.watch?.close()
        watches.delete(idOf(targetId, key))
        return null
      },
    },
    'endpoint.set': {
      validate: validateWith(schemas.endpoint),
      handle({ targetId, key, url }) {
        watchOf(targetId, key).setEndpoint(url)
        return null
      },
    },
    'endpoint.askOnce': {
      validate: validateWith(schemas.process),
      handle({ targetId, key }) {
        watchOf(targetId, key).askEndpointOnce()
        return null
      },
    },
    'rollup.allow': {
      validate: validateWith(schemas.process),
      handle({ targetId, key }) {
        watchOf(targetId, key).allowRollup()
        return null
      },
    },
    'memoryMap.read': {
      validate: validateWith(schemas.process),
      handle: ({ targetId, key }) => readMap(targetId, key),
    },
    'balloon.plan': {
      validate: validateWith(schemas.plan),
      handle: ({ targetId, key, settings }) => core.get(targetId).runner.plan(key, settings),
    },
    'balloon.start': {
      validate: validateWith(schemas.start),
      async handle({ targetId, key, settings, acceptedRisks }) {
        const open = core.get(targetId)
        await open.runner.start(key, settings, acceptedRisks, readHeapInuse(targetId, key))
        if (isClosed) open.runner.deflate('owner-gone')
        else ownBalloons.add(open)
        return null
      },
    },
    'balloon.deflate': {
      validate: validateWith(schemas.target),
      handle({ targetId }) {
        core.get(targetId).runner.deflate('person')
        return null
      },
    },
    ...createProfileHandlers(core, watchOf),
    ...createAlertHandlers(core.alerts),
    ...createHistoryHandlers(core.moments, core.recordings, core.replays),
    ...createReplayHandlers(core.replays, (event, payload) => server.emit(event, payload)),
    ...snapshots.handlers,
    'demo.start': { validate: validateWith(schemas.nothing), handle: () => core.demo.start() },
    'demo.stop': {
      validate: validateWith(schemas.nothing),
      async handle() {
        await core.demo.stop()
        return null
      },
    },
  }

  const server = createRpcServer<BackendMethods, BackendEvents>(channel, handlers)
  server.onClose(() => {
    isClosed = true
    for (const table of tables.values()) table.close()
    for (const { watch } of watches.values()) watch?.close()
    watches.clear()
    for (const { runner } of ownBalloons) runner.deflate('owner-gone')
    snapshots.dispose()
  })
  return {
    emit: (event, payload) => server.emit(event, payload),
    onClose: (listener) => server.onClose(listener),
    dropTarget(targetId) {
      tables.get(targetId)?.close()
      tables.delete(targetId)
      for (const [id, { watch }] of watches) {
        if (!id.startsWith(`${targetId}\n`)) continue
        watch?.close()
        watches.delete(id)
      }
      for (const open of ownBalloons) if (open.target.id === targetId) ownBalloons.delete(open)
    },
  }
}
