import { mapNameOf, mapNumberIds, type MapNumberId, type MemoryMap } from './memory-map'

/** One mapping in two readings: its place in each, -1 where it is not. */
export interface MapChange {
  before: number
  after: number
}

/**
 * Which mapping of one reading is which of a later one: by its start, else (a stack that grew down) by its end, with the
 * same name. Each mapping of either reading is in exactly one change, so that the differences add up to that of the totals.
 * Later mappings come first in their order, those that are gone after them.
 */
export function diffMemoryMaps(before: MemoryMap, after: MemoryMap): MapChange[] {
  const byStart = new Map<string, number>()
  const byEnd = new Map<string, number>()
  for (let index = 0; index < before.count; index++) {
    byStart.set(keyOf(before, index, before.columns.startAddress), index)
    byEnd.set(keyOf(before, index, before.columns.endAddress), index)
  }
  const isUsed = new Uint8Array(before.count)
  const changes: MapChange[] = []
  const take = (index: number | undefined): number => {
    if (index === undefined || isUsed[index] === 1) return -1
    isUsed[index] = 1
    return index
  }
  for (let index = 0; index < after.count; index++) {
    changes.push({ before: take(byStart.get(keyOf(after, index, after.columns.startAddress))), after: index })
  }
  for (const change of changes) {
    if (change.before < 0) {
      change.before = take(byEnd.get(keyOf(after, change.after, after.columns.endAddress)))
    }
  }
  for (let index = 0; index < before.count; index++) {
    if (isUsed[index] === 0) changes.push({ before: index, after: -1 })
  }
  return changes
}

/** How much more a mapping has than before; NaN: it is not reported. A mapping that is not there has 0. */
export function mapDelta(before: MemoryMap, after: MemoryMap, change: MapChange, id: MapNumberId): number {
  const was = change.before < 0 ? 0 : (before.columns[id][change.before] as number)
  const is = change.after < 0 ? 0 : (after.columns[id][change.after] as number)
  return is - was
}

/** Is there anything in the two readings that differs for this mapping? */
export function hasMapChanged(before: MemoryMap, after: MemoryMap, change: MapChange): boolean {
  if (change.before < 0 || change.after < 0) return true
  return mapNumberIds.some((id) => {
    const delta = mapDelta(before, after, change, id)
    return delta !== 0 && !Number.isNaN(delta)
  })
}

function keyOf(map: MemoryMap, index: number, addresses: BigUint64Array): string {
  return `${(addresses[index] as bigint).toString(16)} ${mapNameOf(map, index)}`
}
