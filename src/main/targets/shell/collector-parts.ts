const blockBytes = 16 * 1024

/** Bytes of one answer, as they come. Pieces of one byte take no more room than the same bytes at once. */
export interface Parts {
  /** Copies them. */
  add(bytes: Uint8Array): void
  /** All bytes since the last `take`. */
  take(): Uint8Array
  /** Of all `add` since the last `clear`, taken or not. */
  readonly totalBytes: number
  clear(): void
}

export function createParts(): Parts {
  let full: Uint8Array[] = []
  let block = new Uint8Array(0)
  let used = 0
  let totalBytes = 0

  function take(): Uint8Array {
    const rest = block.subarray(0, used)
    const bytes = full.length === 0 ? rest.slice() : Buffer.concat([...full, rest])
    full = []
    used = 0
    return bytes
  }

  return {
    get totalBytes() {
      return totalBytes
    },
    add(bytes) {
      totalBytes += bytes.length
      if (used + bytes.length > block.length) {
        if (used > 0) full.push(block.slice(0, used))
        used = 0
        if (bytes.length > blockBytes) {
          full.push(bytes.slice())
          return
        }
        if (block.length === 0) block = new Uint8Array(blockBytes)
      }
      block.set(bytes, used)
      used += bytes.length
    },
    take,
    clear() {
      full = []
      used = totalBytes = 0
    },
  }
}
