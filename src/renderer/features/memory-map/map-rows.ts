import type { MemoryGroupId } from '#core/metrics/memory-group'
import {
  mapGroupOf,
  mapNameOf,
  mapNumberIds,
  sumMemoryMap,
  type MapNumberId,
  type MapTotals,
  type MemoryMap,
} from '#core/metrics/memory-map'
import { diffMemoryMaps, hasMapChanged, mapDelta, type MapChange } from '#core/metrics/memory-map-diff'

/** One reading, and with `base` what changed since that one. */
export interface MapPair {
  map: MemoryMap
  base: MemoryMap | null
}

export type MapSortId = MapNumberId | 'address' | 'name' | 'permissions' | 'group'

export interface MapView {
  group: MemoryGroupId | null
  search: string
  sortId: MapSortId
  isDescending: boolean
}

/** All rows: each mapping, or with a base each that differs. */
export function toMapRows({ map, base }: MapPair): MapChange[] {
  if (base === null) return Array.from({ length: map.count }, (_, after) => ({ before: -1, after }))
  return diffMemoryMaps(base, map).filter((change) => hasMapChanged(base, map, change))
}

/** The reading that a row is described by, and its place there: one that is gone is only in the base. */
export function toPlace({ map, base }: MapPair, { before, after }: MapChange): [MemoryMap, number] {
  return after >= 0 || base === null ? [map, after] : [base, before]
}

/** The number of a row: as it is, or with a base how much more it is. NaN: not reported. */
export function toRowNumber({ map, base }: MapPair, row: MapChange, id: MapNumberId): number {
  return base === null ? (map.columns[id][row.after] as number) : mapDelta(base, map, row, id)
}

/** The rows of a kind whose name or address holds the searched text, sorted. With a base, by how much they changed. */
export function selectMapRows(pair: MapPair, rows: readonly MapChange[], view: MapView): MapChange[] {
  const searched = view.search.trim().toLowerCase()
  const isNameFound = new Map<MemoryMap, Uint8Array>()
  for (const map of [pair.map, pair.base]) {
    if (map !== null)
      isNameFound.set(
        map,
        Uint8Array.from(map.names, (name) => +name.toLowerCase().includes(searched)),
      )
  }
  const found = rows.filter((row) => {
    const [map, at] = toPlace(pair, row)
    if (view.group !== null && mapGroupOf(map, at) !== view.group) return false
    if (isNameFound.get(map)?.[map.columns.name[at] as number] === 1) return true
    return formatAddress(map.columns.startAddress[at] as bigint).includes(searched)
  })
  return sortRows(pair, found, view)
}

function sortRows(pair: MapPair, rows: MapChange[], { sortId, isDescending }: MapView): MapChange[] {
  const sign = isDescending ? -1 : 1
  const place = (row: MapChange) => toPlace(pair, row)
  const toText = (row: MapChange): string => {
    const [map, at] = place(row)
    return sortId === 'group' ? String(map.columns.group[at]) : mapNameOf(map, at)
  }
  const toNumber = (row: MapChange): number => {
    const [map, at] = place(row)
    if (sortId === 'permissions') return map.columns.permissions[at] as number
    const value = toRowNumber(pair, row, sortId as MapNumberId)
    // What is not reported is less than all; what shrank much counts as much as what grew much.
    return Number.isNaN(value) ? -1 : pair.base === null ? value : Math.abs(value)
  }
  const addressOf = (row: MapChange): bigint => {
    const [map, at] = place(row)
    return map.columns.startAddress[at] as bigint
  }
  const byAddress = (a: MapChange, b: MapChange): number => {
    const [left, right] = [addressOf(a), addressOf(b)]
    return left < right ? -1 : left > right ? 1 : 0
  }
  if (sortId === 'address') return rows.sort((a, b) => sign * byAddress(a, b))
  if (sortId === 'name' || sortId === 'group') {
    return rows
      .map((row) => ({ row, text: toText(row) }))
      .sort((a, b) => sign * compare(a.text, b.text) || byAddress(a.row, b.row))
      .map(({ row }) => row)
  }
  return rows
    .map((row) => ({ row, number: toNumber(row) }))
    .sort((a, b) => sign * (a.number - b.number) || byAddress(a.row, b.row))
    .map(({ row }) => row)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** `7f3a00000000`, as /proc/PID/maps writes it. */
export function formatAddress(address: bigint): string {
  return address.toString(16).padStart(8, '0')
}

/** Sums of a kind; with a base, how much more they are. */
export interface SummaryRow {
  id: MemoryGroupId | 'total'
  totals: MapTotals
}

/** The kinds that there are (or were), the largest RSS first (with a base, as it is now), and the total last. */
export function toSummary({ map, base }: MapPair): SummaryRow[] {
  const now = sumMemoryMap(map)
  const was = base === null ? null : sumMemoryMap(base)
  const ids = [...new Set([...now.groups.keys(), ...(was?.groups.keys() ?? [])])]
  const rssOf = (id: MemoryGroupId): number => now.groups.get(id)?.rssBytes ?? 0
  ids.sort((a, b) => rssOf(b) - rssOf(a))
  const rows = ids.map((id) => ({
    id,
    totals: was === null ? now.groups.get(id)! : toDelta(now.groups.get(id), was.groups.get(id)),
  }))
  return [...rows, { id: 'total', totals: was === null ? now.total : toDelta(now.total, was.total) }]
}

function toDelta(now: MapTotals | undefined, was: MapTotals | undefined): MapTotals {
  const delta = { count: (now?.count ?? 0) - (was?.count ?? 0) } as MapTotals
  for (const id of mapNumberIds) {
    const [is, before] = [now?.[id] ?? null, was?.[id] ?? null]
    delta[id] = is === null && before === null ? null : (is ?? 0) - (before ?? 0)
  }
  return delta
}
