import type { BackendMethods } from '#core/ipc/contract'
import type { Handlers } from '#core/ipc/rpc'
import { isSameProcess, toKeyText, type ProcessKey } from '#core/process-key'
import type { RecordedProcess } from '#core/snapshot/history'
import { historySchemas as schemas } from './history-schemas'
import { trimIncident } from '#core/snapshot/trim-incident'
import { snapshotLimits } from '#core/snapshot/manifest'
import type { MomentKeeper } from '../incident/moment-keeper'
import type { Replays } from '../replay/replays'
import type { Recordings } from './recordings'
import { backendSchemas, validateWith } from './validation'

type HistoryMethods = Pick<
  BackendMethods,
  Extract<keyof BackendMethods, `history.${string}` | `marks.${string}`>
>

export function createHistoryHandlers(
  moments: MomentKeeper,
  recordings: Recordings,
  replays: Replays,
): Handlers<HistoryMethods> {
  const nothing = validateWith(backendSchemas.nothing)
  const range = validateWith(schemas.range)
  return {
    'history.targets': { validate: nothing, handle: async () => (await recordings.get()).listTargets() },
    'history.processes': {
      validate: range,
      handle: async ({ targetSpec, ...rest }) =>
        oneOfEach(await (await recordings.get()).listProcesses(targetSpec, rest)),
    },
    'history.series': {
      validate: validateWith(schemas.series),
      handle: async (query) => (await recordings.get()).history(query),
    },
    'history.events': {
      validate: range,
      handle: async ({ targetSpec, ...rest }) => (await recordings.get()).listEvents(targetSpec, rest),
    },
    'history.top': {
      validate: range,
      handle: async ({ targetSpec, ...rest }) => (await recordings.get()).readTop(targetSpec, rest),
    },
    'history.profiles': {
      validate: validateWith(schemas.ofProcesses),
      handle: async (query) => (await recordings.get()).listProfiles(query),
    },
    'history.open': {
      validate: validateWith(schemas.ofProcesses),
      async handle({ targetSpec, keys: wanted, ...rest }) {
        const recorder = await recordings.get()
        const found = oneOfEach(await recorder.listProcesses(targetSpec, rest)).map(({ key }) => key)
        const isWanted = (key: ProcessKey): boolean => wanted.some((each) => isSameProcess(each, key))
        const keys = [...found.filter(isWanted), ...found.filter((key) => !isWanted(key))].slice(
          0,
          snapshotLimits.processes,
        )
        const query = { targetSpec, keys, ...rest }
        const [incident, profiles] = await Promise.all([
          recorder.readIncident(query),
          recorder.readProfiles(query),
        ])
        return replays.open(
          { ...trimIncident(incident), profiles },
          { source: 'recording', name: targetSpec },
        )
      },
    },
    'history.stats': { validate: nothing, handle: async () => (await recordings.get()).stats() },
    'history.setRetention': {
      validate: validateWith(schemas.retention),
      async handle(retention) {
        const recorder = await recordings.get()
        await recorder.setRetention(retention)
        return recorder.stats()
      },
    },
    'marks.list': {
      validate: range,
      handle: async ({ targetSpec, ...rest }) => (await recordings.get()).listMarks(targetSpec, rest),
    },
    'marks.add': {
      validate: validateWith(schemas.addMark),
      async handle({ targetSpec, ...mark }) {
        moments.mark(targetSpec, mark.atMs)
        return (await recordings.get()).addMark(targetSpec, mark)
      },
    },
    'marks.remove': {
      validate: validateWith(schemas.mark),
      handle: async ({ id }) => (await recordings.get()).removeMark(id),
    },
  }
}

/**
 * After a reboot a process may have the pid and the start time of an earlier one, such as the first of all: what is read by that key is
 * of both, so it is listed once, by its newest name.
 */
function oneOfEach(newestFirst: readonly RecordedProcess[]): RecordedProcess[] {
  const found = new Map<string, RecordedProcess>()
  for (const each of newestFirst) {
    const id = toKeyText(each.key)
    const newer = found.get(id) ?? each
    found.set(id, {
      ...newer,
      fromMs: Math.min(newer.fromMs, each.fromMs),
      toMs: Math.max(newer.toMs, each.toMs),
    })
  }
  return [...found.values()]
}
