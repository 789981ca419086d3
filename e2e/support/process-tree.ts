import { readdirSync, readFileSync } from 'node:fs'

/** A row of the process table, read straight from /proc so that the app is not asked about itself. */
export interface ProcessRow {
  pid: number
  parentPid: number
  sessionId: number
  state: string
  rssBytes: number
}

const pageSizeBytes = 4096

/** Null when it ended. */
export function readProcess(pid: number): ProcessRow | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      pid,
      state: fields[0]!,
      parentPid: Number(fields[1]),
      sessionId: Number(fields[3]),
      rssBytes: Number(fields[21]) * pageSizeBytes,
    }
  } catch {
    return null
  }
}

/** Every process that runs. A zombie holds nothing any more, so it does not count. */
export function readProcesses(): ProcessRow[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((row) => row !== null && row.state !== 'Z' && row.state !== 'X') as ProcessRow[]
}

/** Command line with spaces between its words; empty when the process ended. */
export function readCommandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

/** The process itself and all below it, but nothing of other sessions: what an app started for good is a session of its own. */
export function readTree(rootPid: number, options: { withSessions: boolean }): number[] {
  const rows = readProcesses()
  const session = rows.find(({ pid }) => pid === rootPid)?.sessionId
  const found = [rootPid]
  for (const parent of found) {
    for (const row of rows) {
      if (
        row.parentPid === parent &&
        (options.withSessions || row.sessionId === session || isElectron(row.pid))
      )
        found.push(row.pid)
    }
  }
  return found
}

/** Chromium's zygotes and utility processes are sometimes sessions of their own. */
function isElectron(pid: number): boolean {
  return / --type=\w/.test(readCommandLine(pid))
}

/** Waits until all have ended; throws with those that have not. */
export async function untilEnded(pids: readonly number[], deadlineMs: number): Promise<void> {
  const endMs = Date.now() + deadlineMs
  for (;;) {
    const left = pids.map(readProcess).filter((row) => row !== null && row.state !== 'Z')
    if (left.length === 0) return
    if (Date.now() > endMs) {
      throw new Error(
        `still there: ${left.map((row) => `${row!.pid} ${readCommandLine(row!.pid).slice(0, 80)}`).join('; ')}`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** SIGKILL to what is left of a test's own processes. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
}
