import type { AbsenceReason } from '#core/metrics/samples'
import type { ErrorValue } from '#core/errors'
import type { ReadRequest, ReadResult } from '../targets/target'

const decoder = new TextDecoder()

/** A whole small file of the target. */
export function toFileRead(path: string, maxBytes?: number): ReadRequest {
  return maxBytes === undefined ? { kind: 'file', path } : { kind: 'file', path, maxBytes, mayCut: true }
}

/** The answer parsed; null when the read failed or the text is not what the parser expects. */
export function parseAnswer<T>(result: ReadResult | undefined, parse: (text: string) => T): T | null {
  if (result === undefined || !result.ok) return null
  try {
    return parse(decoder.decode(result.value.bytes))
  } catch {
    return null
  }
}

/** Why an answer gave nothing, for a process that is still there: a missing file is one that this kernel does not have. */
export function toAbsence(error: ErrorValue): AbsenceReason {
  if (error.code === 'permission-denied' || error.code === 'timeout') return error.code
  if (error.code === 'gone' || error.code === 'unsupported') return 'not-reported'
  return 'failed'
}

/** Absence of one source by its answer and what was parsed of it; null: it answered. */
export function toAnswerAbsence(result: ReadResult | undefined, parsed: unknown): AbsenceReason | null {
  if (result === undefined) return 'not-read'
  if (!result.ok) return toAbsence(result.error)
  return parsed === null ? 'failed' : null
}
