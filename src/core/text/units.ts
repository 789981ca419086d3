const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** `2.02 GiB`: binary units, three significant digits, a no-break space. Negative values keep their sign. */
export function formatBytes(bytes: number): string {
  const sign = bytes < 0 ? '\u2212' : ''
  let value = Math.abs(bytes)
  let unit = 0
  // 1023.7 MiB would be written as 1024 MiB.
  while (unit < units.length - 1 && value >= 1023.5) {
    value /= 1024
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${sign}${value.toFixed(digits)}\u00a0${units[unit]}`
}

/** `0.8 s`, `42 s`, `3 min 20 s`, `950 ms`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}\u00a0ms`
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}\u00a0s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds}\u00a0s`
  const minutes = Math.floor(seconds / 60)
  const rest = seconds % 60
  if (minutes < 60) return rest === 0 ? `${minutes}\u00a0min` : `${minutes}\u00a0min ${rest}\u00a0s`
  return `${Math.floor(minutes / 60)}\u00a0h ${minutes % 60}\u00a0min`
}

export function formatPercent(percent: number): string {
  const digits = percent >= 99.95 ? 0 : 1
  return `${percent.toFixed(digits).replace('-', '\u2212')}\u00a0%`
}
