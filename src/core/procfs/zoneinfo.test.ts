import { expect, it } from 'vitest'
import { parseZoneinfo } from './zoneinfo'

const zone = (name: string, rest: string): string =>
  `Node 0, zone ${name.padStart(8)}\n  per-node stats\n      nr_free_pages 1\n  pages free     100\n        min      10\n        low      12\n        high     14\n${rest}`

it('takes the watermarks of zones, not those of the per-CPU lists', () => {
  const text =
    zone(
      'DMA',
      '        managed  900\n        protection: (0, 50, 80)\n    cpu: 0\n              high:  378\n',
    ) + zone('Normal', '        managed  40\n        protection: (0, 0, 80)\n')
  expect(parseZoneinfo(text)).toMatchObject({
    lowWatermarkPages: 24,
    minWatermarkPages: 20,
    highWatermarkPages: 28,
    totalReservePages: 80 + 14 + 40,
    zones: [{ node: 0, name: 'DMA', managedPages: 900, protectionPages: [0, 50, 80] }, { managedPages: 40 }],
  })
})

it('refuses a zone without its watermarks instead of calling them 0', () => {
  const cut = zone('DMA', '').replace(/ {8}low.*\n/, '')
  expect(() => parseZoneinfo(cut)).toThrow(expect.objectContaining({ code: 'parse' }))
})
