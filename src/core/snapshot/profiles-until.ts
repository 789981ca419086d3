import { isSameProcess, type ProcessKey } from '../process-key'
import type { Incident, IncidentProfile } from './incident'

/** The first and the newest heap profile of a process that had been fetched by a moment; null: none had. */
export function profilesUntil(
  { profiles }: Pick<Incident, 'profiles'>,
  key: ProcessKey,
  momentMs: number,
): { first: IncidentProfile | null; newest: IncidentProfile | null } {
  const known = profiles
    .filter(({ info }) => info.atMs <= momentMs && isSameProcess(info.key, key))
    .toSorted((a, b) => a.info.atMs - b.info.atMs)
  return { first: known[0] ?? null, newest: known.at(-1) ?? null }
}
