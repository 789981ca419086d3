import { AppError } from '#core/errors'
import type { ProcessKey } from '#core/process-key'
import type { Target } from '../targets/target'
import type { GoFacts, ReadGoFacts } from './go-source'
import { parseAnswer } from './read-text'

const maxKnown = 2000

/** What is known of executables. One file is read once, however many processes run it. */
export interface Executables {
  /** AppError as a value: `permission-denied`, `gone`, `unsupported` where nothing can read it. */
  readGoFacts(key: ProcessKey): Promise<GoFacts | AppError>
}

export function createExecutables(target: Target, readGoFacts: ReadGoFacts | undefined): Executables {
  const known = new Map<string, Promise<GoFacts | AppError>>()

  return {
    async readGoFacts(key) {
      if (readGoFacts === undefined) return new AppError('unsupported', 'executables are not read')
      // The path of an executable names other files in other containers; device, inode and mtime do not.
      const [answer] = await target.read([{ kind: 'identity', path: `/proc/${key.pid}/exe` }])
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
  }
}
