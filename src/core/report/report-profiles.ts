import { aggregate } from '../pprof/aggregate'
import { decodeProfile } from '../pprof/decode-profile'
import { prepareProfile } from '../pprof/prepare-profile'
import type { Profile } from '../pprof/profile'
import { toProfileGrowth, type ProfileGrowth } from '../pprof/profile-growth'
import type { ProcessKey } from '../process-key'
import type { Incident, IncidentProfile } from '../snapshot/incident'
import { profilesUntil } from '../snapshot/profiles-until'

/** A row of `go tool pprof -top`: bytes in use that a function allocated itself, and with what it called. */
export interface HeapRow {
  name: string
  flatBytes: number
  cumBytes: number
}

/** The newest heap profile of a process. */
export interface HeapReport {
  atMs: number
  /** null: the profile can't be read, or counts no memory in use. */
  table: { totalBytes: number; rows: HeapRow[]; rowCount: number } | null
}

/** Reads the profiles of one process of an incident, each once. */
export interface ProfileReader {
  /** Between the first and the newest profile that had been fetched by then; null: fewer than two, or not comparable. */
  growthUntil(momentMs: number): Promise<ProfileGrowth | null>
  /** null: there is none. */
  readNewest(): Promise<HeapReport | null>
}

const sampleType = 'inuse_space'
const mostRows = 10
/** Inflated: twenty times that of 80,000 stacks. A file from elsewhere may hold more, which a report is not worth. */
const mostBytes = 128 * 1024 * 1024

export function createProfileReader(incident: Incident, key: ProcessKey): ProfileReader {
  const read = new Map<IncidentProfile, Promise<Profile | null>>()
  const open = (each: IncidentProfile): Promise<Profile | null> => {
    const known = read.get(each) ?? readProfile(each.bytes)
    read.set(each, known)
    return known
  }
  return {
    async growthUntil(momentMs) {
      const { first, newest } = profilesUntil(incident, key, momentMs)
      if (first === null || newest === null || first === newest) return null
      const [before, now] = [await open(first), await open(newest)]
      if (before === null || now === null) return null
      return toProfileGrowth(
        { profile: before, atMs: first.info.atMs },
        { profile: now, atMs: newest.info.atMs },
      )
    },
    async readNewest() {
      const { newest } = profilesUntil(incident, key, incident.toMs)
      if (newest === null) return null
      const profile = await open(newest)
      return { atMs: newest.info.atMs, table: profile === null ? null : toTable(profile) }
    },
  }
}

/** null: it is no whole profile, too large, or not one of memory in use. */
async function readProfile(bytes: Uint8Array): Promise<Profile | null> {
  try {
    const profile = prepareProfile(await decodeProfile(bytes, { maxBytes: mostBytes }))
    return profile.sampleTypes.some(({ type }) => type === sampleType) ? profile : null
  } catch {
    // It is in the file as it came; who opens it is told what is wrong with it.
    return null
  }
}

function toTable(profile: Profile): HeapReport['table'] {
  const index = profile.sampleTypes.findIndex(({ type }) => type === sampleType)
  const { rows, rowCount, total } = aggregate(profile, { sampleType: index, nodeCount: mostRows })
  return {
    totalBytes: Number(total),
    rows: rows.map(({ name, flat, cum }) => ({ name, flatBytes: Number(flat), cumBytes: Number(cum) })),
    rowCount,
  }
}
