import { execFileSync } from 'node:child_process'

/** A line of /proc/PID/smaps_rollup by awk, as a person at a shell would read it. Bytes. */
export function awkRollupBytes(pid: number, field: string): number {
  const text = execFileSync('awk', [`/^${field}:/ { print $2 * 1024 }`, `/proc/${pid}/smaps_rollup`], {
    encoding: 'utf8',
  })
  return Number(text)
}
