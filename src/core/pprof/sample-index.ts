import { AppError } from '../errors'
import type { Profile } from './profile'

/**
 * The index of the sample type that a person names: by its name (`inuse_` may stand before it) or its number; empty: the
 * profile's default. As the tool's `-sample_index`. Throws AppError `invalid`, or `unsupported` for a profile
 * without any.
 */
export function findSampleType(profile: Profile, wanted: string): number {
  const { sampleTypes, defaultSampleType } = profile
  if (sampleTypes.length === 0) {
    throw new AppError('unsupported', 'the profile counts nothing', { hint: 'profile.noSampleType' })
  }
  if (wanted === '') return defaultSampleType
  const bare = wanted.replace(/^inuse_/, '')
  const index = /^[+-]?\d+$/.test(wanted)
    ? Number(wanted)
    : sampleTypes.findIndex(({ type }) => type === wanted || type === bare)
  if (index >= 0 && index < sampleTypes.length) return index
  const types = sampleTypes
    .map(({ type }) => type)
    .join(', ')
    .slice(0, 300)
  throw new AppError('invalid', `the profile has no sample type "${wanted.slice(0, 40)}", only: ${types}`, {
    hint: 'profile.noSampleType',
  })
}
