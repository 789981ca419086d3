import type { SmapsVma } from '../procfs/pid-smaps'
import {
  memoryGroupIds,
  toMemoryGroup,
  toMemoryGrouping,
  type GroupedMapping,
  type MemoryGroupId,
  type MemoryGrouping,
} from './memory-group'

/** Numbers of a mapping that are shown and added up, bytes. */
export const mapNumberIds = [
  'sizeBytes',
  'rssBytes',
  'pssBytes',
  'lazyFreeBytes',
  'privateDirtyBytes',
  'swapBytes',
] as const

export type MapNumberId = (typeof mapNumberIds)[number]

/** Columns of the mappings of one process, in the order of their addresses. NaN: this kernel does not report it. */
export interface MapColumns extends Record<MapNumberId, Float64Array> {
  startAddress: BigUint64Array
  endAddress: BigUint64Array
  /** Bits: 1 read, 2 write, 4 execute, 8 shared. */
  permissions: Uint8Array
  /** Index into memoryGroupIds. */
  group: Uint8Array
  /** Index into `names`. */
  name: Uint32Array
  isDeleted: Uint8Array
}

/** One reading of /proc/PID/smaps. */
export interface MemoryMap {
  /** When the read ended, ms since the epoch. */
  atMs: number
  /** How long the kernel took, ms: calls of the process that change its address space waited in it. */
  costMs: number
  count: number
  columns: MapColumns
  /** Each name once, as the kernel wrote it: of files, whose names anybody may choose. */
  names: string[]
}

/** Most mappings of one reading: Linux allows 65,530 to a process unless vm.max_map_count was raised. */
export const mostMappings = 100_000

/** Sums of some mappings; null where no mapping reports it. */
export interface MapTotals extends Record<MapNumberId, number | null> {
  count: number
}

/** Collects mappings, in the order of their addresses, into a MemoryMap. `isGo` null: not known. */
export interface MemoryMapBuilder {
  readonly count: number
  add(vmas: readonly SmapsVma[]): void
  build(reading: { atMs: number; costMs: number }): MemoryMap
}

export function createMemoryMapBuilder(isGo: boolean | null): MemoryMapBuilder {
  const rows: Row[] = []
  const nameIndexes = new Map<string, number>()
  return {
    get count() {
      return rows.length
    },
    add(vmas) {
      for (const vma of vmas) rows.push(toRow(vma, nameIndexes))
    },
    build(reading) {
      const columns = toColumns(rows, toMemoryGrouping(rows, isGo))
      return { ...reading, count: rows.length, columns, names: [...nameIndexes.keys()] }
    },
  }
}

/** What is kept of a mapping while the others are still being parsed. */
interface Row extends GroupedMapping {
  name: number
  isDeleted: boolean
  numbers: (number | null)[]
}

function toRow(vma: SmapsVma, nameIndexes: Map<string, number>): Row {
  let name = nameIndexes.get(vma.path)
  if (name === undefined) nameIndexes.set(vma.path, (name = nameIndexes.size))
  return {
    start: BigInt(`0x${vma.startAddress}`),
    end: BigInt(`0x${vma.endAddress}`),
    permissions: toPermissionBits(vma.permissions),
    name,
    path: vma.path,
    isDeleted: vma.isDeleted,
    file: `${vma.device} ${vma.inode}`,
    isGrowingDown: vma.vmFlags?.includes('gd') === true,
    numbers: mapNumberIds.map((id) => vma[id]),
  }
}

function toColumns(rows: readonly Row[], grouping: MemoryGrouping): MapColumns {
  const count = rows.length
  const columns: MapColumns = {
    startAddress: new BigUint64Array(count),
    endAddress: new BigUint64Array(count),
    permissions: new Uint8Array(count),
    group: new Uint8Array(count),
    name: new Uint32Array(count),
    isDeleted: new Uint8Array(count),
    sizeBytes: new Float64Array(count),
    rssBytes: new Float64Array(count),
    pssBytes: new Float64Array(count),
    lazyFreeBytes: new Float64Array(count),
    privateDirtyBytes: new Float64Array(count),
    swapBytes: new Float64Array(count),
  }
  rows.forEach((row, index) => {
    const previous = rows[index - 1] ?? null
    columns.startAddress[index] = row.start
    columns.endAddress[index] = row.end
    columns.permissions[index] = row.permissions
    columns.group[index] = memoryGroupIds.indexOf(toMemoryGroup(row, previous, grouping))
    columns.name[index] = row.name
    columns.isDeleted[index] = row.isDeleted ? 1 : 0
    mapNumberIds.forEach((id, at) => (columns[id][index] = row.numbers[at] ?? NaN))
  })
  return columns
}

function toPermissionBits(text: string): number {
  return (
    (text[0] === 'r' ? 1 : 0) |
    (text[1] === 'w' ? 2 : 0) |
    (text[2] === 'x' ? 4 : 0) |
    (text[3] === 's' ? 8 : 0)
  )
}

/** `rw-p`, as /proc/PID/maps writes it. */
export function formatPermissions(bits: number): string {
  return `${bits & 1 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 4 ? 'x' : '-'}${bits & 8 ? 's' : 'p'}`
}

export function mapGroupOf(map: MemoryMap, index: number): MemoryGroupId {
  return memoryGroupIds[map.columns.group[index] as number] as MemoryGroupId
}

export function mapNameOf(map: MemoryMap, index: number): string {
  return map.names[map.columns.name[index] as number] ?? ''
}

/** Sums of all mappings, and of each group that has one. */
export function sumMemoryMap(map: MemoryMap): { total: MapTotals; groups: Map<MemoryGroupId, MapTotals> } {
  const total = emptyTotals()
  const groups = new Map<MemoryGroupId, MapTotals>()
  for (let index = 0; index < map.count; index++) {
    const id = mapGroupOf(map, index)
    let group = groups.get(id)
    if (group === undefined) groups.set(id, (group = emptyTotals()))
    for (const totals of [total, group]) {
      totals.count++
      for (const number of mapNumberIds) {
        const value = map.columns[number][index] as number
        if (!Number.isNaN(value)) totals[number] = (totals[number] ?? 0) + value
      }
    }
  }
  return { total, groups }
}

function emptyTotals(): MapTotals {
  return {
    count: 0,
    sizeBytes: null,
    rssBytes: null,
    pssBytes: null,
    lazyFreeBytes: null,
    privateDirtyBytes: null,
    swapBytes: null,
  }
}
