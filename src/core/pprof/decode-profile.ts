import { AppError } from '../errors'
import { inflateProfile, isGzip } from './inflate-profile'
import type { Profile } from './profile'
import { brokenProfile, oversizedProfile } from './profile-errors'
import { ProfileFields } from './profile-fields'
import { readProfileTables } from './profile-tables'
import { readSampleColumns } from './sample-columns'

/** Longest profile that is read, inflated. */
export const maxProfileBytes = 2 ** 30

/** How the text forms begin (`heap?debug=1`, `goroutine?debug=1` or `2`, an error page): no profile, but often met. */
const textStart = /^(?:heap profile: |goroutine |[a-z]+ profile: |--- |<!|<html|\s*\{)/i

/**
 * A pprof profile (google/pprof profile.proto) from its bytes, gzip or raw. Ids and values are exact 64-bit numbers,
 * inlined lines are kept. It is as stored: `prepareProfile` makes of it what `go tool pprof` shows. Rejects with
 * AppError only: `parse` for what is broken or refers to what is not there, `too-large` past the limits.
 */
export async function decodeProfile(
  bytes: Uint8Array,
  { maxBytes = maxProfileBytes }: { maxBytes?: number } = {},
): Promise<Profile> {
  const raw = isGzip(bytes) ? await inflateProfile(bytes, maxBytes) : bytes
  if (raw.length > maxBytes) throw oversizedProfile(`over ${maxBytes} bytes`)
  if (raw.length === 0) throw brokenProfile('it is empty')
  try {
    return readProfile(raw)
  } catch (error) {
    if (!(error instanceof AppError)) throw brokenProfile('it can not be read', error)
    if (error.code === 'parse' && textStart.test(new TextDecoder().decode(raw.subarray(0, 64)))) {
      throw new AppError('parse', 'this is text, no profile', { hint: 'profile.isText', cause: error })
    }
    throw error
  }
}

function readProfile(raw: Uint8Array): Profile {
  const fields = new ProfileFields(raw)
  const { locationIds, ...tables } = readProfileTables(fields)
  const { sampleTypes } = tables
  const columns = readSampleColumns(fields, sampleTypes.length, locationIds)
  const defaultSampleTypeName = fields.text(fields.defaultSampleType)
  return {
    ...tables,
    ...columns,
    sampleCount: fields.samples.count,
    defaultSampleType: chooseSampleType(sampleTypes, defaultSampleTypeName),
    defaultSampleTypeName,
    atMs: fields.timeNanos === 0n ? null : Number(fields.timeNanos / 1_000_000n),
    durationNanos: fields.durationNanos,
    period: fields.period,
    comments: fields.comments.map((index) => fields.text(index)),
    dropFrames: fields.text(fields.dropFrames),
    keepFrames: fields.text(fields.keepFrames),
  }
}

/** The sample type that is shown when nobody chose: the first of that name, else the last; -1: there are none. */
export function chooseSampleType(sampleTypes: readonly { type: string }[], name: string): number {
  const named = name === '' ? -1 : sampleTypes.findIndex(({ type }) => type === name)
  return named === -1 ? sampleTypes.length - 1 : named
}
