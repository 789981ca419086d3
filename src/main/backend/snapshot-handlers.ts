import { AppError } from '#core/errors'
import type { BackendEvents, BackendMethods } from '#core/ipc/contract'
import type { Handlers } from '#core/ipc/rpc'
import type { SnapshotSelection } from '#core/ipc/snapshot-contract'
import { isSameProcess } from '#core/process-key'
import { buffersOf } from '#core/snapshot/buffers-of'
import { cutIncident } from '#core/snapshot/cut-incident'
import type { Incident, IncidentProfile } from '#core/snapshot/incident'
import { withoutNumbers } from '#core/snapshot/preview-leaving'
import { trimIncident } from '#core/snapshot/trim-incident'
import { runIncidentJob } from '../incident/incident-thread'
import type { Recorder } from '../recorder/recorder'
import type { IncidentQuery } from '../recorder/recorder-types'
import type { BackendCore } from './backend'
import { snapshotSchemas as schemas } from './snapshot-schemas'
import { validateWith } from './validation'

type SnapshotHandlers = Handlers<Pick<BackendMethods, Extract<keyof BackendMethods, `snapshot.${string}`>>>

/** Of one window: its exports end with it. */
export function createSnapshotHandlers(
  core: BackendCore,
  onProgress: (progress: BackendEvents['snapshotProgress']) => void,
): { handlers: SnapshotHandlers; dispose: () => void } {
  let running: { exportId: string; abort: AbortController } | null = null

  const handlers: SnapshotHandlers = {
    'snapshot.open': {
      validate: validateWith(schemas.open),
      async handle({ name, bytes }) {
        const incident = await runIncidentJob('read', { bytes })
        return core.replays.open(incident, { source: 'file', name })
      },
    },
    'snapshot.preview': {
      validate: validateWith(schemas.selection),
      handle: async (selection) =>
        runIncidentJob('preview', {
          incident: withoutNumbers(await collectIncident(core, selection)),
          redaction: selection.redaction,
        }),
    },
    'snapshot.export': {
      validate: validateWith(schemas.export),
      async handle({ exportId, locale, ...selection }) {
        if (running !== null) throw new AppError('busy', 'another export is running')
        const own = { exportId, abort: new AbortController() }
        running = own
        try {
          const incident = await collectIncident(core, selection)
          const { bytes, program } = await runIncidentJob(
            'write',
            { incident, redaction: selection.redaction, locale, appVersion: __APP_VERSION__ },
            {
              signal: own.abort.signal,
              moved: buffersOf(incident),
              onProgress: (share) => onProgress({ exportId, share }),
            },
          )
          return { suggestedName: toSuggestedName(program, incident.toMs), bytes }
        } finally {
          running = null
        }
      },
    },
    'snapshot.cancelExport': {
      validate: validateWith(schemas.exportId),
      handle({ exportId }) {
        if (running?.exportId === exportId) running.abort.abort()
        return null
      },
    },
  }
  return { handlers, dispose: () => running?.abort.abort() }
}

/** Of an open incident a copy of a part of it; of any other target what was recorded of it. */
async function collectIncident(core: BackendCore, selection: SnapshotSelection): Promise<Incident> {
  const { targetId, keys, fromMs, toMs } = selection
  if (!(toMs > fromMs)) throw new AppError('invalid', 'the range ends before it begins')
  const replay = core.replays.find(targetId)
  if (replay !== null) return underItsName(cutIncident(replay.incident, selection))
  const recorder = await core.recordings.get()
  const query = { targetSpec: targetId, keys, fromMs, toMs }
  const incident = await recorder.readIncident(query)
  return { ...trimIncident(incident), profiles: await collectProfiles(core, recorder, query, selection) }
}

/** Those that are kept, and the others as they were recorded, which may have been by an earlier run of the app. */
async function collectProfiles(
  core: BackendCore,
  recorder: Recorder,
  query: IncidentQuery,
  { targetId, profileIds }: SnapshotSelection,
): Promise<IncidentProfile[]> {
  const kept = core.profiles
    .list()
    .filter(
      (info) =>
        info.targetId === targetId &&
        profileIds.includes(info.id) &&
        query.keys.some((key) => isSameProcess(key, info.key)),
    )
    .map(({ id }) => core.profiles.get(id))
  const others = new Set(profileIds.filter((id) => kept.every(({ info }) => info.id !== id)))
  if (others.size === 0) return kept
  const recorded = await recorder.readProfiles(query)
  return [...kept, ...recorded.filter(({ info }) => others.has(info.id))].sort(
    (a, b) => a.info.atMs - b.info.atMs,
  )
}

/** What a recorded stretch is called while it is open means nothing elsewhere. */
function underItsName(incident: Incident): Incident {
  const targetId = incident.label
  return {
    ...incident,
    events: incident.events.map((event) => ({ ...event, targetId })),
    profiles: incident.profiles.map(({ info, bytes }) => ({ info: { ...info, targetId }, bytes })),
  }
}

/** Without the host's name, which may be what is to stay here. `program` is redacted. */
function toSuggestedName(program: string | null, toMs: number): string {
  const comm = (program ?? 'host').replaceAll(/[^\w.-]+/g, '_').slice(0, 60)
  const stamp = new Date(toMs).toISOString().slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-')
  return `${comm}-${stamp}.ballonet`
}
