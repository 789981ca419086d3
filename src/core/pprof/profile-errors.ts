import { AppError } from '../errors'

/** The bytes are no profile, or a broken one. The message says which part. */
export function brokenProfile(what: string, cause?: unknown): AppError {
  return new AppError('parse', `broken profile: ${what}`, { hint: 'profile.broken', cause })
}

/** Within the format, but more than is read. */
export function oversizedProfile(what: string): AppError {
  return new AppError('too-large', `profile is too large: ${what}`, { hint: 'profile.tooLarge' })
}
