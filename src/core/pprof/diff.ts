import { toInt64 } from './int64'
import { incompatible, mergeProfiles } from './merge-profiles'
import { scaleValue, sameUnitKind } from './measurement'
import { finishProfile, mergeOne } from './prepare-profile'
import type { Profile, SampleLabels, ValueType } from './profile'
import { withStacks } from './build-profile'

/** `base`: percentages of the difference. `diff_base`: percentages of the base. As the options of `go tool pprof`. */
export type DiffMode = 'base' | 'diff_base'

/** The label that marks samples of a base, by which the total is told. */
export const baseLabel = 'pprof::base'

/**
 * A profile less another one, ready to be shown. Both are scaled to the finer unit first. Throws AppError `unsupported`
 * for profiles of different things.
 */
export function mergeBase(profile: Profile, base: Profile, mode: DiffMode): Profile {
  const ours = mergeOne(profile)
  const theirs = mergeOne(base)
  const marked = mode === 'diff_base' ? { ...theirs, labels: markAll(theirs) } : theirs
  const negated = scaleValues(
    marked,
    marked.sampleTypes.map(() => -1),
  )
  return finishProfile(mergeProfiles(toCommonUnits([ours, negated])))
}

function markAll(profile: Profile): (SampleLabels | null)[] {
  return Array.from({ length: profile.sampleCount }, (_, sample) => {
    const labels = profile.labels[sample]
    const text = Object.assign(Object.create(null) as Record<string, readonly string[]>, labels?.text)
    text[baseLabel] = ['true']
    return { text, numbers: labels?.numbers ?? {} }
  })
}

/**
 * All values times a factor, by sample type, in floating point as in the tool. Samples stay that have a value other than
 * 0 among those that were scaled.
 */
function scaleValues(profile: Profile, ratios: readonly number[]): Profile {
  if (ratios.every((ratio) => ratio === 1)) return profile
  const values = profile.values.map((value, index) => {
    const ratio = ratios[index % ratios.length]!
    return ratio === 1 ? value : toInt64(roundHalfAway(Number(value) * ratio))
  })
  const isKept = (sample: number): boolean =>
    ratios.some((ratio, type) => ratio !== 1 && values[sample * ratios.length + type] !== 0n)
  return withStacks({ ...profile, values }, (stack, sample) => (isKept(sample) ? stack : null))
}

function roundHalfAway(value: number): number {
  const whole = Math.trunc(value)
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole
}

/** The finest of several units of the same thing. */
function findCommonType(types: readonly ValueType[]): ValueType {
  return types.reduce((finest, other) => {
    const bare = ({ type }: ValueType): string => type.replace(/s$/, '')
    const isSame =
      bare(finest) === bare(other) && (finest.unit === other.unit || sameUnitKind(finest.unit, other.unit))
    if (!isSame) throw incompatible(`${finest.type}/${finest.unit}`, `${other.type}/${other.unit}`)
    return scaleValue(1n, other.unit, finest.unit).value < 1 ? other : finest
  })
}

function toCommonUnits(profiles: readonly [Profile, Profile]): Profile[] {
  const [one, other] = profiles
  if (one.sampleTypes.length !== other.sampleTypes.length) {
    throw incompatible(
      one.sampleTypes.map(({ type }) => type).join(),
      other.sampleTypes.map(({ type }) => type).join(),
    )
  }
  const none = { type: '', unit: '' }
  const period = findCommonType(profiles.map(({ periodType }) => periodType ?? none))
  const units = one.sampleTypes.map((type, index) => findCommonType([type, other.sampleTypes[index]!]).unit)
  return profiles.map((profile) => {
    const periodType = profile.periodType ?? none
    const ratios = profile.sampleTypes.map(({ unit }, index) => scaleValue(1n, unit, units[index]!).value)
    return {
      ...scaleValues(profile, ratios),
      sampleTypes: profile.sampleTypes.map(({ type }, index) => ({ type, unit: units[index]! })),
      periodType: { type: periodType.type, unit: period.unit },
      period: toInt64(scaleValue(profile.period, periodType.unit, period.unit).value),
    }
  })
}
