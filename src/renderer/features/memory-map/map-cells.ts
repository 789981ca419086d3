import { formatPermissions, mapGroupOf, mapNameOf } from '#core/metrics/memory-map'
import type { MapChange } from '#core/metrics/memory-map-diff'
import { toVisibleText } from '../../ui/visible-text'
import { formatAddress, toPlace, toRowNumber, type MapPair } from './map-rows'
import { formatMapNumber, groupTokens, numberColumns } from './map-text'

/** One mapping as it is shown; with a base, by how much it changed. */
export function toMapCells(pair: MapPair, row: MapChange) {
  const [map, at] = toPlace(pair, row)
  const { columns: values } = map
  const isChange = pair.base !== null
  const state = !isChange ? null : row.before < 0 ? 'new' : row.after < 0 ? 'gone' : null
  const name = mapNameOf(map, at)
  const group = mapGroupOf(map, at)
  return {
    address: formatAddress(values.startAddress[at] as bigint),
    range: `${formatAddress(values.startAddress[at] as bigint)}-${formatAddress(values.endAddress[at] as bigint)}`,
    permissions: formatPermissions(values.permissions[at] as number),
    numbers: numberColumns.map((id) => ({
      id,
      text: formatMapNumber(toRowNumber(pair, row, id), isChange),
    })),
    token: groupTokens[group],
    group,
    state,
    name: toVisibleText(name),
    isDeleted: values.isDeleted[at] === 1,
  }
}

export type MapCells = ReturnType<typeof toMapCells>
