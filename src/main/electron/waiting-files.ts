import { isAbsolute, resolve } from 'node:path'

const mostWaiting = 8

/** Paths of snapshots that were named from outside (a double click, a command line) until a window takes them. */
export interface WaitingFiles {
  add(path: string): void
  /** null: none is left. */
  take(): string | null
}

export function createWaitingFiles(onAdd: () => void): WaitingFiles {
  const paths: string[] = []
  return {
    add(path) {
      if (paths.length >= mostWaiting) return
      paths.push(path)
      onAdd()
    },
    take: () => paths.shift() ?? null,
  }
}

/** The snapshots that a command line names: what ends in `.ballonet` and is no option, seen from its folder. */
export function findSnapshotPaths(args: readonly string[], workingDir: string): string[] {
  return args
    .slice(1)
    .filter((arg) => arg.toLowerCase().endsWith('.ballonet') && !arg.startsWith('-') && !arg.includes('\0'))
    .map((arg) => (isAbsolute(arg) ? arg : resolve(workingDir, arg)))
    .slice(0, mostWaiting)
}
