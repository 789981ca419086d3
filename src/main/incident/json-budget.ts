import { snapshotLimits } from '#core/snapshot/manifest'

const comma = 0x2c
const openBracket = 0x5b
const openBrace = 0x7b

/**
 * What the JSON of a file may hold, counted before it is parsed: an empty list of three bytes takes forty in memory, and a thread
 * that runs out of memory may take the whole program with it.
 */
export interface JsonBudget {
  /** False: it is too much, alone or with what was counted before. A series only counts alone. */
  take(bytes: Uint8Array, isSeries?: boolean): boolean
}

export function createJsonBudget(): JsonBudget {
  let allValues = 0
  let allBytes = 0
  return {
    take(bytes, isSeries = false) {
      const values = countValues(bytes)
      if (values > snapshotLimits.partValues) return false
      if (isSeries) return true
      allValues += values
      allBytes += bytes.length
      return allValues <= snapshotLimits.jsonValues && allBytes <= snapshotLimits.jsonBytes
    },
  }
}

/** At least as many as there are: those that stand in texts count, too. */
function countValues(bytes: Uint8Array): number {
  let count = 0
  for (const byte of bytes) if (byte === comma || byte === openBracket || byte === openBrace) count++
  return count
}
