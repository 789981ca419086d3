import { toRoundedCount } from './checked-numbers'
import { refuseLarge, type LinePlace } from './parse-failure'

/** From here on a v1 limit is the kernel's way to say none: LLONG_MAX rounded down to pages, or ULLONG_MAX (3.18). */
const unlimitedFromBytes = 2 ** 62

/** PAGE_COUNTER_MAX of 32-bit kernels (2^31 - 1 pages of 4 KiB). */
const unlimited32Bytes = (2 ** 31 - 1) * 4096

/**
 * memory.max, memory.high (v2), memory.limit_in_bytes (v1): bytes, null for none, which v2 writes as `max` and v1 as a
 * huge number. Throws AppError `parse` or `too-large`.
 */
export function parseCgroupLimit(text: string, file = 'memory limit'): number | null {
  refuseLarge(file, text.length, 4096)
  const value = text.endsWith('\n') ? text.slice(0, -1) : text
  return value === 'max' ? null : toLimitBytes(value, { file, line: 1, text })
}

/** A limit in digits; null where it means none. */
export function toLimitBytes(value: string, place: LinePlace): number | null {
  const bytes = toRoundedCount(value, place)
  return bytes >= unlimitedFromBytes || bytes === unlimited32Bytes ? null : bytes
}
