import { withStacks } from './build-profile'
import { compileGoPattern, type GoPattern } from './go-pattern'
import type { Profile, ProfileLine, ProfileLocation } from './profile'

/** Regular expressions of Go (RE2) over function names, file names and binaries; each as the tool's option. */
export interface ProfileFilters {
  /** Only samples that have such a frame. */
  focus?: string
  /** No samples that have such a frame. */
  ignore?: string
  /** Such frames are left out. */
  hide?: string
  /** All other frames are left out. */
  show?: string
}

export const filterNames = ['focus', 'ignore', 'hide', 'show'] as const

export interface FilteredProfile {
  profile: Profile
  /** Filters that no frame matched. */
  unmatched: (keyof ProfileFilters)[]
}

/** Keeps the samples and frames that the filters ask for. Throws AppError `invalid` for what is no pattern of Go. */
export function filterProfile(profile: Profile, filters: ProfileFilters): FilteredProfile {
  const names = filterNames.filter((name) => (filters[name] ?? '') !== '')
  if (names.length === 0) return { profile, unmatched: [] }
  const matchers = Object.fromEntries(
    names.map((name) => [name, new FrameMatcher(profile, compileGoPattern(filters[name]!))]),
  ) as Partial<Record<keyof ProfileFilters, FrameMatcher>>
  const matched = new Set<keyof ProfileFilters>()
  /** By location: 1 is asked for, 2 is ignored. */
  const fate = new Uint8Array(profile.locations.length)
  const isHidden = new Uint8Array(profile.locations.length)
  const isUsed = findUsed(profile)
  const { focus, ignore } = matchers
  const locations = profile.locations.map((location, index) => {
    // The tool has forgotten a location that no sample has.
    if (isUsed[index] === 0) return location
    if (ignore?.matches(location) === true) {
      matched.add('ignore')
      fate[index] = 2
    } else if (focus === undefined || focus.matches(location)) {
      matched.add('focus')
      fate[index] = 1
    }
    const lines = chooseLines(location, matchers, matched)
    if (lines === null) isHidden[index] = 1
    return lines === null || lines === location.lines ? location : { ...location, lines }
  })
  const filtered = withStacks({ ...profile, locations }, (stack) => {
    if (!stack.some((at) => fate[at] === 1) || stack.some((at) => fate[at] === 2)) return null
    if (!stack.some((at) => isHidden[at] === 1)) return stack
    const rest = stack.filter((at) => isHidden[at] === 0)
    return rest.length === 0 ? null : rest
  })
  return { profile: filtered, unmatched: names.filter((name) => !matched.has(name)) }
}

function findUsed(profile: Profile): Uint8Array {
  const isUsed = new Uint8Array(profile.locations.length)
  for (const location of profile.stacks) isUsed[location] = 1
  return isUsed
}

/** The lines that `hide` and `show` leave; null: the whole location goes. */
function chooseLines(
  location: ProfileLocation,
  { hide, show }: Partial<Record<keyof ProfileFilters, FrameMatcher>>,
  matched: Set<keyof ProfileFilters>,
): readonly ProfileLine[] | null {
  let { lines } = location
  let isGone = false
  if (hide?.matches(location) === true) {
    matched.add('hide')
    lines = hide.matchesMapping(location) ? [] : lines.filter((line) => !hide.matchesLine(line))
    isGone = lines.length === 0
  }
  if (show !== undefined) {
    if (!show.matchesMapping(location)) lines = lines.filter((line) => show.matchesLine(line))
    if (lines.length === 0) isGone = true
    else matched.add('show')
  }
  return isGone ? null : lines
}

/** A pattern over the frames of a profile; each name is looked at once. */
class FrameMatcher {
  readonly #profile: Profile
  readonly #pattern: GoPattern
  readonly #functions = new Map<number, boolean>()
  readonly #mappings = new Map<number, boolean>()

  constructor(profile: Profile, pattern: GoPattern) {
    this.#profile = profile
    this.#pattern = pattern
  }

  matches(location: ProfileLocation): boolean {
    return location.lines.some((line) => this.matchesLine(line)) || this.matchesMapping(location)
  }

  matchesLine({ functionIndex }: ProfileLine): boolean {
    return this.#once(this.#functions, functionIndex, () => {
      const { name, filename } = this.#profile.functions[functionIndex]!
      return this.#pattern.test(name) || this.#pattern.test(filename)
    })
  }

  matchesMapping({ mappingIndex }: ProfileLocation): boolean {
    if (mappingIndex === -1) return false
    return this.#once(this.#mappings, mappingIndex, () =>
      this.#pattern.test(this.#profile.mappings[mappingIndex]!.filename),
    )
  }

  #once(known: Map<number, boolean>, index: number, look: () => boolean): boolean {
    const before = known.get(index)
    if (before !== undefined) return before
    const now = look()
    known.set(index, now)
    return now
  }
}
