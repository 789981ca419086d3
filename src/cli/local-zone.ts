import { execFileSync } from 'node:child_process'
import { formatReportTime } from '#core/pprof/top-report'

/** What the zone of this machine is called at a moment. Only the system's zone files know; `date` reads them. */
function zoneName(atMs: number): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  if (timeZone === 'UTC') return 'UTC'
  try {
    const name = execFileSync('date', ['-d', `@${Math.floor(atMs / 1000)}`, '+%Z'], {
      encoding: 'utf8',
      timeout: 2000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
    if (/^[\w+-]{1,10}$/.test(name)) return name
  } catch {
    // No such `date` here: the runtime's own name will do.
  }
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(atMs)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone
}

/** A moment on the clock of this machine, as `go tool pprof` prints it. */
export function formatLocalTime(atMs: number): string {
  return formatReportTime(atMs, -new Date(atMs).getTimezoneOffset(), zoneName(atMs))
}
