import { toCount } from './checked-numbers'
import { refuseLarge } from './parse-failure'

/**
 * A cgroup file that is one number: memory.current, memory.peak (v2), memory.usage_in_bytes,
 * memory.max_usage_in_bytes, memory.failcnt (v1). Throws AppError `parse` or `too-large`.
 */
export function parseCgroupBytes(text: string, file = 'memory.current'): number {
  refuseLarge(file, text.length, 4096)
  return toCount(text.endsWith('\n') ? text.slice(0, -1) : text, { file, line: 1, text })
}
