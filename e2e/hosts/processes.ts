import { readFileSync } from 'node:fs'

/** A field of /proc/PID/status in bytes; null when the process is gone. */
export function readStatusBytes(pid: number, field: string): number | null {
  try {
    const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(
      readFileSync(`/proc/${pid}/status`, 'utf8'),
    )
    return match === null ? null : Number(match[1]) * 1024
  } catch {
    return null
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Waits until it holds; fails with the last value after the deadline. For conditions of the machine, not of time. */
export async function until<T>(
  what: string,
  read: () => T | Promise<T>,
  holds: (value: T) => boolean,
  deadlineMs: number,
): Promise<T> {
  const endMs = Date.now() + deadlineMs
  for (;;) {
    const value = await read()
    if (holds(value)) return value
    if (Date.now() > endMs) throw new Error(`${what}: still ${JSON.stringify(value)} after ${deadlineMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
