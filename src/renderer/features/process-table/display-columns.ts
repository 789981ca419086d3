import {
  tableColumns,
  type DisplayColumnId,
  type TableColumn,
  type TableSource,
} from '#core/metrics/process-table'

/** How a column is shown. Titles and help are in the catalogues under `column.<id>`. */
export interface DisplayColumn {
  id: DisplayColumnId
  widthPx: number
  /** Takes what room is left over. */
  isFlexible: boolean
  isNumber: boolean
  unit: TableColumn['unit'] | null
  source: TableSource | null
  /** What top calls it. */
  top: string | null
}

const widthByUnit: Record<TableColumn['unit'], number> = {
  bytes: 76,
  percent: 56,
  'per-second': 80,
  count: 72,
}
/** A number that may be old shows its age beside it. */
const agedWidthPx = 112

const labels: readonly DisplayColumn[] = [
  { id: 'pid', widthPx: 58, isFlexible: false, isNumber: true, unit: null, source: null, top: 'PID' },
  {
    id: 'command',
    widthPx: 120,
    isFlexible: true,
    isNumber: false,
    unit: null,
    source: null,
    top: 'COMMAND',
  },
  { id: 'user', widthPx: 68, isFlexible: false, isNumber: false, unit: null, source: null, top: 'USER' },
  { id: 'state', widthPx: 60, isFlexible: false, isNumber: false, unit: null, source: null, top: 'S' },
  { id: 'goVersion', widthPx: 84, isFlexible: false, isNumber: false, unit: null, source: null, top: null },
]

const numbers: readonly DisplayColumn[] = tableColumns.map((column: TableColumn) => ({
  id: column.id as DisplayColumnId,
  widthPx: column.source === 'smaps_rollup' ? agedWidthPx : widthByUnit[column.unit],
  isFlexible: false,
  isNumber: true,
  unit: column.unit,
  source: column.source,
  top: column.top ?? null,
}))

/** Every column there is, in the order of the chooser. */
export const displayColumns: readonly DisplayColumn[] = [...labels, ...numbers]

const byId = new Map(displayColumns.map((column) => [column.id, column]))

/** The chosen columns in their order; ids of another version are left out. */
export function toDisplayColumns(ids: readonly DisplayColumnId[]): DisplayColumn[] {
  return ids.flatMap((id) => byId.get(id) ?? [])
}
