import { withStacks } from './build-profile'
import { compileGoPattern, type GoPattern } from './go-pattern'
import type { Profile } from './profile'

/** Up to its arguments: what stands before the first bracket, but for names that have one in them. */
function toBareName(name: string): string {
  const text = name.startsWith('.') ? name.slice(1) : name
  for (const match of text.matchAll(/\(anonymous namespace\)|operator\(\)|\(/g)) {
    if (match[0] === '(') return text.slice(0, match.index)
  }
  return text
}

function compileWhole(pattern: string): GoPattern | null {
  try {
    return compileGoPattern(`^(${pattern})$`)
  } catch {
    // The tool takes a profile with a pattern that is none, and prunes nothing.
    return null
  }
}

/**
 * Leaves out the frames that the profile itself names as uninteresting (`drop_frames`, less `keep_frames`), with all
 * below them, as the tool does when it reads. A sample that has only such frames keeps them.
 */
export function pruneFrames(profile: Profile): Profile {
  if (profile.dropFrames === '') return profile
  const drop = compileWhole(profile.dropFrames)
  const keep = profile.keepFrames === '' ? null : compileWhole(profile.keepFrames)
  if (drop === null || (profile.keepFrames !== '' && keep === null)) return profile
  const isDropped = profile.functions.map(({ name }) => {
    const bare = toBareName(name)
    return name !== '' && drop.test(bare) && !(keep?.test(bare) ?? false)
  })
  /** By location: 0 stays, 1 goes in part, 2 goes. */
  const fate = new Uint8Array(profile.locations.length)
  const locations = profile.locations.map((location, index) => {
    const last = location.lines.findLastIndex(({ functionIndex }) => isDropped[functionIndex] === true)
    if (last === -1) return location
    fate[index] = last === location.lines.length - 1 ? 2 : 1
    return fate[index] === 2 ? location : { ...location, lines: location.lines.slice(last + 1) }
  })
  return withStacks({ ...profile, locations }, (stack) => {
    let hasKept = false
    for (let at = stack.length - 1; at >= 0; at--) {
      const what = fate[stack[at]!]
      if (what === 0) hasKept = true
      else if (hasKept) return stack.subarray(what === 2 ? at + 1 : at)
    }
    return stack
  })
}
