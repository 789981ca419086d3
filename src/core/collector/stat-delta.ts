import { AppError } from '../errors'

/** Every stat text of one moment: pids ascending, text i is bytes[offsets[i], offsets[i] + lengths[i]). */
export interface StatDeltaFrame {
  count: number
  bytes: Uint8Array
  pids: Int32Array
  offsets: Int32Array
  lengths: Int32Array
}

/** No stat line is longer; a name of 64 bytes and 52 numbers stay below. */
const maxStatBytes = 4096
/** More than any kernel's pid_max. */
const maxProcesses = 4_194_304
/** 300,000 processes. */
const maxTotalBytes = 64 * 1024 * 1024
/** Where a new text is and how long, as one number: `offset * placeUnit + length`. */
const placeUnit = 2 * maxStatBytes

/** The stat texts as they are after all changes so far. A poll that changes nothing moves nothing. */
export interface StatDelta {
  /** Throws AppError `too-large`, and `parse` for a process that changed since the last frame already. */
  set(pid: number, text: Uint8Array): void
  /** Throws AppError `parse` for a process that is unknown, or changed since the last frame. */
  remove(pid: number): void
  /** Valid until the next change. Throws AppError `parse` when the host counts other processes. */
  frame(expectedCount: number): StatDeltaFrame
  clear(): void
}

export function createStatDelta(): StatDelta {
  let count = 0
  let pids = new Int32Array(256)
  let offsets = new Int32Array(256)
  let lengths = new Int32Array(256)
  /** Room of each row's place in `bytes`: a text that grew a little stays where it is. */
  let rooms = new Int32Array(256)
  /** 1: the row changed since the last frame. A host that names a process twice would be listened to for ever. */
  let touched = new Uint8Array(256)
  let bytes = new Uint8Array(64 * 1024)
  let used = 0
  let wasted = 0
  /** New processes and the places of their texts, and rows that ended (-1 in lengths), until the next frame. */
  const added = new Map<number, number>()
  let removed = 0

  /** The row of a pid or -1. Changes come in the order of the listing, near the last one. */
  function rowOf(pid: number): number {
    let low = 0
    let high = count - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const at = pids[middle] as number
      if (at === pid) return middle
      if (at < pid) low = middle + 1
      else high = middle - 1
    }
    return -1
  }

  function reserve(length: number): number {
    if (used + length > bytes.length) {
      if (used + length > maxTotalBytes) throw new AppError('too-large', 'over 64 MiB of stat texts')
      const size = Math.min(maxTotalBytes, Math.max(bytes.length * 2, used + length))
      const larger = new Uint8Array(size)
      larger.set(bytes.subarray(0, used))
      bytes = larger
    }
    const offset = used
    used += length
    return offset
  }

  function write(row: number, text: Uint8Array): void {
    if (text.length > (rooms[row] as number)) {
      wasted += rooms[row] as number
      rooms[row] = text.length + 16
      offsets[row] = reserve(text.length + 16)
    }
    bytes.set(text, offsets[row])
    lengths[row] = text.length
  }

  function touch(row: number, pid: number): void {
    if (touched[row] === 1) throw new AppError('parse', `process ${pid} twice`)
    touched[row] = 1
  }

  /** Drops ended rows and merges new ones in, ascending; only when there are any. */
  function merge(): void {
    const news = Int32Array.from(added.keys()).sort()
    const total = count - removed + news.length
    if (total > maxProcesses) throw new AppError('too-large', `${total} processes`)
    const size = total > pids.length ? Math.ceil(total * 1.5) : pids.length
    const old = { pids, offsets, lengths, rooms, count }
    pids = new Int32Array(size)
    offsets = new Int32Array(size)
    lengths = new Int32Array(size)
    rooms = new Int32Array(size)
    touched = new Uint8Array(size)
    count = 0
    let next = 0
    const takeNewBelow = (limit: number): void => {
      while (next < news.length && (news[next] as number) < limit) {
        const pid = news[next++] as number
        const place = added.get(pid) as number
        pids[count] = pid
        offsets[count] = Math.floor(place / placeUnit)
        lengths[count] = place % placeUnit
        rooms[count++] = (place % placeUnit) + 16
      }
    }
    for (let row = 0; row < old.count; row++) {
      if ((old.lengths[row] as number) < 0) {
        wasted += old.rooms[row] as number
        continue
      }
      takeNewBelow(old.pids[row] as number)
      pids[count] = old.pids[row] as number
      offsets[count] = old.offsets[row] as number
      lengths[count] = old.lengths[row] as number
      rooms[count++] = old.rooms[row] as number
    }
    takeNewBelow(Infinity)
    added.clear()
    removed = 0
  }

  /** Texts that moved leave holes: once they are the half, all texts are written anew. */
  function compact(): void {
    if (wasted < 64 * 1024 || wasted < used / 2) return
    const from = bytes
    bytes = new Uint8Array(Math.max(64 * 1024, used - wasted + 16 * count))
    used = 0
    wasted = 0
    for (let row = 0; row < count; row++) {
      const offset = offsets[row] as number
      const length = lengths[row] as number
      rooms[row] = length + 16
      offsets[row] = reserve(length + 16)
      bytes.set(from.subarray(offset, offset + length), offsets[row])
    }
  }

  return {
    set(pid, text) {
      if (text.length > maxStatBytes) throw new AppError('too-large', `a stat of ${text.length} bytes`)
      const row = rowOf(pid)
      if (row < 0) {
        if (added.has(pid)) throw new AppError('parse', `process ${pid} twice`)
        if (count + added.size >= maxProcesses) throw new AppError('too-large', 'too many processes')
        const offset = reserve(text.length + 16)
        bytes.set(text, offset)
        added.set(pid, offset * placeUnit + text.length)
        return
      }
      touch(row, pid)
      write(row, text)
    },
    remove(pid) {
      const row = rowOf(pid)
      if (row < 0) throw new AppError('parse', `an end of process ${pid}, which is unknown`)
      touch(row, pid)
      lengths[row] = -1
      removed++
    },
    frame(expectedCount) {
      if (added.size > 0 || removed > 0) merge()
      else touched.fill(0, 0, count)
      compact()
      if (count !== expectedCount) {
        throw new AppError('parse', `${count} processes here, ${expectedCount} on the host`)
      }
      return { count, bytes: bytes.subarray(0, used), pids, offsets, lengths }
    },
    clear() {
      count = used = wasted = removed = 0
      touched.fill(0)
      added.clear()
    },
  }
}
