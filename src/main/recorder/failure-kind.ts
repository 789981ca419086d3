import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import type { RecorderProblem } from '#core/snapshot/history'
import { codeOf, isUnreadable } from './open-database'

export function kindOf(error: unknown, file: string): RecorderProblem['kind'] {
  const code = codeOf(error)
  if (/^SQLITE_FULL|^ENOSPC|^EDQUOT/.test(code)) return 'full'
  if (/^SQLITE_READONLY|^EROFS|^EACCES|^EPERM/.test(code)) return 'read-only'
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'busy'
  return isUnreadable(error) || mayWrite(dirname(file)) ? 'failed' : 'read-only'
}

/** What does not go away by waiting. */
export function isFault(error: unknown): boolean {
  // What libsql says when it can't open a file has no code either: too many files may be open for a while.
  if (error instanceof TypeError || error instanceof RangeError) return true
  return /^SQLITE_(ERROR|CONSTRAINT|MISMATCH|TOOBIG|RANGE|MISUSE)/.test(codeOf(error))
}

function mayWrite(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK)
    return true
  } catch {
    return false
  }
}
