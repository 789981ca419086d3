import type { ProfileInfo } from '#core/ipc/contract'
import { snapshotLimits } from '#core/snapshot/manifest'
import type { IncidentProfile } from '#core/snapshot/incident'
import { incidentSchemas } from '../incident/incident-schemas'
import { unpackNote } from './note-text'
import type { Database } from './open-database'
import { readWhole } from './read-around'
import { noteColumns } from './read-incident'
import type { IncidentQuery } from './recorder-types'
import { asNumber } from './stored-value'

/** Of one answer: as many profiles as a file may hold, of which most are far smaller than the largest. */
const mostBytes = 128 * 1024 * 1024

/** The newest heap profiles of these processes in a stretch of time, in its order. In steps of a profile each. */
export function readProfiles(
  db: Database,
  target: number,
  query: IncidentQuery,
): Generator<void, IncidentProfile[]> {
  return takeProfiles(db, target, query, (profile) => profile)
}

/** Those that readProfiles gives, without their bytes. */
export function listProfiles(
  db: Database,
  target: number,
  query: IncidentQuery,
): Generator<void, ProfileInfo[]> {
  return takeProfiles(db, target, query, ({ info }) => info)
}

/** Without those that lie in a broken page. */
function* takeProfiles<T>(
  db: Database,
  target: number,
  query: IncidentQuery,
  take: (profile: IncidentProfile) => T,
): Generator<void, T[]> {
  const find = db.prepare(
    `SELECT ${asNumber('n.id', 'id')}, ${asNumber('n.at', 'atMs')} FROM note n JOIN process p ON p.id = n.process
     WHERE n.target = ? AND p.pid = ? AND p.start_ticks = ? AND n.kind = 'profile' AND n.at BETWEEN ? AND ?
     ORDER BY n.at DESC LIMIT ${snapshotLimits.profiles}`,
  )
  const read = db.prepare(`${noteColumns} WHERE id = ?`)
  const newest = query.keys
    .flatMap(({ pid, startTimeTicks }) =>
      readWhole(() => find.all(target, pid, startTimeTicks, query.fromMs, query.toMs)),
    )
    .map((row) => row as { id: number; atMs: number })
    .sort((a, b) => b.atMs - a.atMs)
    .slice(0, snapshotLimits.profiles)
  const taken: T[] = []
  let bytes = 0
  for (const { id } of newest) {
    yield
    const profile = toProfile(unpackNote(readWhole(() => read.all(id))[0]))
    if (profile === null) continue
    bytes += profile.bytes.length
    if (bytes > mostBytes) break
    taken.push(take(profile))
  }
  return taken.reverse()
}

/** As `recordProfile` wrote it; null: it is none, or broken. */
function toProfile(value: unknown): IncidentProfile | null {
  const { info, base64 } = (value ?? {}) as { info?: unknown; base64?: unknown }
  const known = incidentSchemas.profile.safeParse(info)
  return known.success && typeof base64 === 'string'
    ? { info: known.data, bytes: new Uint8Array(Buffer.from(base64, 'base64')) }
    : null
}
