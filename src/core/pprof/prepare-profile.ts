import { toShownName } from './demangle'
import { mergeProfiles } from './merge-profiles'
import type { Profile, ProfileMapping } from './profile'
import { pruneFrames } from './prune-frames'

/**
 * What `go tool pprof` makes of a profile when it reads it: equal stacks merged where that matters, names shortened,
 * uninteresting frames dropped. Everything that is shown starts here; `mergeBase` does the same for two.
 */
export function prepareProfile(profile: Profile): Profile {
  return finishProfile(mergeOne(profile))
}

/** A profile by itself as the tool reads it, before it is compared. */
export function mergeOne(profile: Profile): Profile {
  const whole = withMapping(profile)
  return needsMerge(whole) ? mergeProfiles([whole]) : withDistinctComments(whole)
}

/** The last steps of reading. */
export function finishProfile(merged: Profile): Profile {
  const functions = merged.functions.map((each) => ({
    ...each,
    name: toShownName(each.name, each.systemName),
  }))
  return pruneFrames({ ...merged, functions, mappings: merged.mappings.map(withoutUrl) })
}

function withDistinctComments(profile: Profile): Profile {
  return { ...profile, comments: [...new Set(profile.comments)] }
}

/** A profile that names no program gets one without a name, so that its locations are in the same one. */
function withMapping(profile: Profile): Profile {
  if (profile.mappings.length > 0) return profile
  const mapping = { startAddress: 0n, limitAddress: 0n, fileOffset: 0n, filename: '', buildId: '' }
  const locations = profile.locations.map((location) => ({ ...location, mappingIndex: 0 }))
  return { ...profile, mappings: [mapping], locations }
}

/** A file name that is a URL tells where a profile came from, not what ran. */
function withoutUrl(mapping: ProfileMapping): ProfileMapping {
  const isUrl = mapping.buildId === '' && /^[a-z][a-z\d+.-]*:/i.test(mapping.filename)
  return isUrl ? { ...mapping, filename: '' } : mapping
}

/** Only where values cancel each other out or pass 64 bits does merging change what is shown. */
function needsMerge({ values, sampleTypes }: Profile): boolean {
  const halves = new Int32Array(values.buffer, values.byteOffset, 2 * values.length)
  const isLittle = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1
  let sum = 0
  for (let at = isLittle ? 1 : 0; at < halves.length; at += 2) {
    if (halves[at]! < 0) return true
    sum += halves[at]! + 1
  }
  return sampleTypes.length > 0 && sum >= 2 ** 31
}
