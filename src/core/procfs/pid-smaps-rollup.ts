import { acceptColonLine, createFieldReader, forEachLine } from './field-lines'
import { parseFailure } from './parse-failure'
import { rollupFieldTable, toUssBytes, type SmapsTotals } from './smaps-fields'

export type { SmapsTotals } from './smaps-fields'

const file = 'PID/smaps_rollup'
const maxLength = 64 * 1024

const reader = createFieldReader(rollupFieldTable)

/**
 * /proc/PID/smaps_rollup, since 4.14 (Documentation/ABI/testing/procfs-smaps_rollup; some vendors have it in older
 * kernels). All null for an empty text, which kernel threads give on some kernels. Throws AppError `parse` or
 * `too-large`.
 */
export function parsePidSmapsRollup(text: string): SmapsTotals {
  const totals: SmapsTotals = { ...reader.empty(), ussBytes: null }
  forEachLine(file, text, maxLength, (line, place) => {
    if (place.line > 1) acceptColonLine(reader, totals, line, place)
    else if (!/^[0-9a-f]{1,16}-[0-9a-f]{1,16} .{0,200}\[rollup\]$/.test(line)) {
      throw parseFailure(place, 'expected the [rollup] header')
    }
  })
  totals.ussBytes = toUssBytes(totals)
  return totals
}
