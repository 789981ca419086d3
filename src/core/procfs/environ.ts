import { refuseLarge } from './parse-failure'

const maxBytes = 16 * 1024 * 1024

/** A value longer than this is cut; the runtime's own settings are far shorter. */
const maxValueBytes = 4096

const keptNames = ['GODEBUG', 'GOGC', 'GOMEMLIMIT', 'GOMAXPROCS'] as const

/**
 * /proc/PID/environ, the *initial* environment, reduced to the four names that steer Go's memory: nothing else leaves
 * this function, since the rest holds secrets. The first of equal names counts, as it does for Go's runtime. Throws
 * AppError `too-large`, which names no content.
 */
export function parsePidEnviron(bytes: Uint8Array): Record<string, string> {
  refuseLarge('PID/environ', bytes.length, maxBytes)
  const kept: Record<string, string> = {}
  let start = 0
  while (start < bytes.length) {
    const end = bytes.indexOf(0, start)
    const stop = end < 0 ? bytes.length : end
    for (const name of keptNames) {
      if (!(name in kept) && hasName(bytes, start, stop, name)) {
        const from = start + name.length + 1
        kept[name] = new TextDecoder().decode(bytes.subarray(from, Math.min(stop, from + maxValueBytes)))
      }
    }
    start = stop + 1
  }
  return kept
}

/** Whether `NAME=` stands at start. */
function hasName(bytes: Uint8Array, start: number, stop: number, name: string): boolean {
  if (stop - start <= name.length || bytes[start + name.length] !== 0x3d) return false
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name.charCodeAt(i)) return false
  return true
}
