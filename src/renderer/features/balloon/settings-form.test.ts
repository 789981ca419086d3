import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { formatSize, parseSize } from './parse-size'
import { parseSettings, toFields } from './settings-form'

const GiB = 1024 ** 3
const settings = {
  domain: 'host' as const,
  maxBytes: 2 * GiB,
  floorBytes: GiB / 2,
  stepBytes: 256 * 1024 * 1024,
  holdMs: 3000,
  timeLimitMs: 60_000,
  psiLimitPercent: 25,
}

describe('parseSize', () => {
  it.each([
    ['2 GiB', 2 * GiB],
    ['512M', 512 * 1024 ** 2],
    ['1.5g', 1.5 * GiB],
    ['0,5 GB', GiB / 2],
    ['2\u00a0GiB', 2 * GiB],
    ['4096', 4096],
  ])('%s', (text, bytes) => expect(parseSize(text)).toBe(bytes))
  it.each(['', 'much', '-1 GiB', '1e9', '2 GiB x', '99999999999 TiB'])('%s is none', (text) => {
    expect(parseSize(text)).toBeNull()
  })
  it('gives back what formatSize wrote, to the MiB', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4 * 1024 ** 2, max: 2 ** 45 }), (bytes) => {
        expect(Math.abs((parseSize(formatSize(bytes)) ?? 0) - bytes)).toBeLessThanOrEqual(512 * 1024)
      }),
    )
  })
})

describe('parseSettings', () => {
  it('gives back the settings that the fields were made from', () => {
    const { domain, psiLimitPercent, ...own } = settings
    expect(parseSettings(toFields(settings))).toEqual({ settings: own, problems: {} })
    expect([domain, psiLimitPercent]).toEqual(['host', 25])
  })
  it('names what is wrong with each field', () => {
    const fields = { maxBytes: 'x', floorBytes: '1 MiB', stepBytes: '1 KiB', holdMs: '', timeLimitMs: '0' }
    expect(parseSettings(fields)).toEqual({
      settings: null,
      problems: {
        maxBytes: 'size',
        floorBytes: 'floor',
        stepBytes: 'step',
        holdMs: 'seconds',
        timeLimitMs: 'time',
      },
    })
  })
})
