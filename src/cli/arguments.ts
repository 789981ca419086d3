import { AppError } from '#core/errors'

const byteUnits: Record<string, number> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  kib: 2 ** 10,
  kb: 1e3,
  m: 2 ** 20,
  mib: 2 ** 20,
  mb: 1e6,
  g: 2 ** 30,
  gib: 2 ** 30,
  gb: 1e9,
  t: 2 ** 40,
  tib: 2 ** 40,
  tb: 1e12,
}

const msUnits: Record<string, number> = { '': 1000, ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 }

/** Wrong usage of the command line: exit status 2. */
export function usageError(message: string): AppError {
  return new AppError('invalid', message)
}

function parseWithUnit(text: string, units: Record<string, number>, what: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim())
  const unit = match === null ? undefined : units[match[2]!.toLowerCase()]
  if (match === null || unit === undefined)
    throw usageError(`${what}: "${text.slice(0, 40)}" is not understood`)
  return Math.round(Number(match[1]) * unit)
}

/** `2GiB`, `100MiB`, `1.5g`, `4096` to bytes. */
export function parseBytes(text: string, option: string): number {
  const bytes = parseWithUnit(text, byteUnits, option)
  if (!Number.isSafeInteger(bytes) || bytes <= 0) throw usageError(`${option}: a size above 0`)
  return bytes
}

/** Longer ones than a day are no timer's business: Node takes what is over 24.8 days for 1 ms. */
const maxDurationMs = 24 * 3_600_000

/** `1s`, `500ms`, `2m`; a bare number is seconds. To ms. */
export function parseDuration(text: string, option: string, minMs: number): number {
  const ms = parseWithUnit(text, msUnits, option)
  if (ms < minMs) throw usageError(`${option}: at least ${minMs} ms`)
  if (ms > maxDurationMs) throw usageError(`${option}: at most 24h`)
  return ms
}

/** `10%` of the whole, or bytes. */
export function parseShareOrBytes(text: string, option: string, wholeBytes: number): number {
  const match = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim())
  if (match === null) return parseBytes(text, option)
  const percent = Number(match[1])
  if (percent > 100) throw usageError(`${option}: at most 100%`)
  return Math.round((wholeBytes * percent) / 100)
}

/** A positive whole number. */
export function parseCount(text: string, option: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < 1) {
    throw usageError(`${option}: "${text.slice(0, 40)}" is not a whole number above 0`)
  }
  return count
}

export function parsePid(text: string, option: string): number {
  const pid = parseCount(text, option)
  if (pid > 0x7fffffff) throw usageError(`${option}: no pid is that large`)
  return pid
}
