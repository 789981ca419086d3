import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Room that is given up when the disk is full and a person wants less to be kept: before SQLite deletes, it writes to its log.
 * As much as some steps of that take.
 */
const reserveBytes = 16 * 1024 * 1024
/** A recording that may be small has none. */
const leastMaxBytes = 256 * 1024 * 1024

export const reservePath = (file: string): string => `${file}-reserve`

/** How much of what the recording may take is reserved, bytes. */
export function reservedBytes(maxBytes: number): number {
  return maxBytes < leastMaxBytes ? 0 : reserveBytes
}

/** Makes it where there is room for it, or takes it away where there is to be none. */
export function keepReserve(file: string, maxBytes: number): void {
  const path = reservePath(file)
  const size = reservedBytes(maxBytes)
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === size) return
    rmSync(path, { force: true })
    if (size > 0 && hasRoom(path, size)) fill(path, size)
  } catch {
    // Without it there is a recording all the same.
  }
}

/** It must not be what fills the disk. */
function hasRoom(path: string, size: number): boolean {
  const { bavail, bsize } = statfsSync(dirname(path))
  return bavail * bsize > size * 2
}

function fill(path: string, size: number): void {
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    // Zeros that are written: a hole takes no room.
    const zeros = Buffer.alloc(1024 * 1024)
    for (let at = 0; at < size;) at += writeSync(descriptor, zeros, 0, Math.min(zeros.length, size - at))
    fsyncSync(descriptor)
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(descriptor)
  }
}

/** False: there was none. */
export function giveUpReserve(file: string): boolean {
  const path = reservePath(file)
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return false
  rmSync(path, { force: true })
  return true
}
