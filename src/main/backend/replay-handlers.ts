import { AppError } from '#core/errors'
import type { BackendEvents, BackendMethods } from '#core/ipc/contract'
import type { Handlers } from '#core/ipc/rpc'
import { toKeyText } from '#core/process-key'
import type { Replay } from '../replay/replay'
import type { Replays } from '../replay/replays'
import { snapshotSchemas as schemas } from './snapshot-schemas'
import { validateWith } from './validation'

type ReplayMethods = Pick<BackendMethods, Extract<keyof BackendMethods, `replay.${string}`>>

/** `emit` tells this window what a moment looked like, as a live target tells what is now. */
export function createReplayHandlers(
  replays: Replays,
  emit: <K extends 'host' | 'process' | 'verdict'>(event: K, payload: BackendEvents[K]) => void,
): Handlers<ReplayMethods> {
  function replayOf(targetId: string): Replay {
    const replay = replays.find(targetId)
    if (replay === null) throw new AppError('invalid', 'this is no recorded stretch of time')
    return replay
  }

  /** Of each process the moment that was asked for last. */
  const askedMs = new Map<string, number>()

  return {
    'replay.overview': {
      validate: validateWith(schemas.target),
      handle: ({ targetId }) => replayOf(targetId).overview(),
    },
    'replay.process': {
      validate: validateWith(schemas.process),
      handle: ({ targetId, key }) => replayOf(targetId).process(key),
    },
    'replay.verdict': {
      validate: validateWith(schemas.verdict),
      async handle({ targetId, key, atMs }) {
        const id = `${targetId}\n${toKeyText(key)}`
        askedMs.set(id, atMs)
        const shown = await replayOf(targetId).verdict(key, atMs)
        // One for which profiles are compared first may come after that of a later moment.
        if (shown.verdict !== null && askedMs.get(id) === atMs)
          emit('verdict', { targetId, key, verdict: shown.verdict })
        return shown
      },
    },
    'replay.reading': {
      validate: validateWith(schemas.reading),
      handle: ({ targetId, atMs, path }) => replayOf(targetId).reading(atMs, path),
    },
    'replay.seek': {
      validate: validateWith(schemas.seek),
      handle({ targetId, atMs }) {
        const { host, samples } = replayOf(targetId).seek(atMs)
        if (host !== null) emit('host', { targetId, sample: host })
        for (const sample of samples) emit('process', { targetId, sample })
        return null
      },
    },
  }
}
