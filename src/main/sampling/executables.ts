import { AppError } from '#core/errors'
import type { ProcessKey } from '#core/process-key'
import type { ReadRequest, ReadResult, Target } from '../targets/target'
import type { GoFacts, ReadGoFacts } from './go-source'
import { parseAnswer } from './read-text'

const maxKnown = 2000

/** What is known of executables. One file is read once, however many processes run it. */
export interface Executables {
  /**
   * AppError as a value: `permission-denied`, `gone`, `unsupported` where nothing can read it. `identity`: the answer to
   * `toIdentityRead`, where it was read already.
   */
  readGoFacts(key: ProcessKey, identity?: ReadResult): Promise<GoFacts | AppError>
  /** The files may be others now. */
  forget(): void
}

/** Which file a process runs. Its path names other files in other containers; device, inode and mtime do not. */
export function toIdentityRead(pid: number): ReadRequest {
  return { kind: 'identity', path: `/proc/${pid}/exe` }
}

export function createExecutables(target: Target, readGoFacts: ReadGoFacts | undefined): Executables {
  const known = new Map<string, Promise<GoFacts | AppError>>()

  return {
    async readGoFacts(key, readBefore) {
      if (readGoFacts === undefined) return new AppError('unsupported', 'executables are not read')
      const answer = readBefore ?? (await target.read([toIdentityRead(key.pid)]))[0]
      const identity = parseAnswer(answer, (text) => text)
      if (identity === null) {
        const error = answer !== undefined && !answer.ok ? answer.error : null
        return new AppError(error?.code ?? 'failed', error?.message ?? 'no answer')
      }
      const earlier = known.get(identity)
      if (earlier !== undefined) return earlier
      const reading = readGoFacts(target, key)
      if (known.size >= maxKnown) known.delete(known.keys().next().value as string)
      known.set(identity, reading)
      const facts = await reading
      if (facts instanceof AppError) known.delete(identity)
      return facts
    },
    forget: () => known.clear(),
  }
}
