import { AppError, type ErrorValue } from '#core/errors'
import { toGoBuild } from '#core/go/go-build'
import { readGoBuildInfo } from '#core/go/read-build-info'
import type { ProcessKey } from '#core/process-key'
import type { GoFacts } from '../sampling/go-source'
import type { Target } from '../targets/target'

const rangeTimeoutMs = 5000
/** Enough for every executable; a hostile one ends here. */
const maxReads = 96

/**
 * What the executable of a process says of its Go toolchain, by range reads of /proc/PID/exe, which also answers for
 * deleted executables and for those inside containers. Never throws: an AppError comes back as a value.
 */
export async function readGoFacts(target: Target, key: ProcessKey): Promise<GoFacts | AppError> {
  let reads = 0
  try {
    const info = await readGoBuildInfo(async (offsetBytes, lengthBytes) => {
      if (++reads > maxReads) throw new AppError('parse', 'ELF: too many tables')
      const [answer] = await target.read(
        [{ kind: 'file', path: `/proc/${key.pid}/exe`, offsetBytes, maxBytes: lengthBytes, mayCut: true }],
        { timeoutMs: rangeTimeoutMs },
      )
      if (answer === undefined) throw new AppError('failed', 'the target gave no answer')
      if (!answer.ok) throw toAppError(answer.error)
      return answer.value.bytes
    })
    return {
      isGo: info.isGo,
      goVersion: info.version,
      goModule: info.module,
      isRaceBuild: info.isRace,
      build: info.isGo ? toGoBuild(info) : null,
    }
  } catch (error) {
    return error instanceof AppError ? error : new AppError('failed', String(error), { cause: error })
  }
}

function toAppError(error: ErrorValue): AppError {
  return new AppError(error.code, error.message, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.params === undefined ? {} : { params: error.params }),
  })
}
