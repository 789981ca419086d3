/**
 * Who a process is: its pid alone names another one after reuse, so its start time (clock ticks since boot, field 22
 * of /proc/PID/stat) belongs to it.
 */
export interface ProcessKey {
  pid: number
  startTimeTicks: number
}

export function isSameProcess(a: ProcessKey, b: ProcessKey): boolean {
  return a.pid === b.pid && a.startTimeTicks === b.startTimeTicks
}

/** A string form for maps: `pid:startTimeTicks`. */
export function toKeyText(key: ProcessKey): string {
  return `${key.pid}:${key.startTimeTicks}`
}
