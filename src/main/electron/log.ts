import { appendFile, mkdir, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

const maxBytes = 1024 * 1024

/**
 * A log file of at most 2 MiB over two generations. Lines are written one after another, off the event loop. Nothing
 * that a person typed and no number of a target goes in: only what the app itself did.
 */
export function createLog(path: string): (line: string) => void {
  let writing: Promise<unknown> = mkdir(dirname(path), { recursive: true })

  async function append(line: string): Promise<void> {
    await appendFile(path, line, { mode: 0o600 })
    if ((await stat(path)).size > maxBytes) await rename(path, `${path}.old`)
  }

  return (line) => {
    const text = `${new Date().toISOString()} ${line.slice(0, 2000)}\n`
    // A full disk must not stop the app: the line is lost, the app goes on.
    writing = writing.then(() => append(text)).catch(() => undefined)
  }
}
