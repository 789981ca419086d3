import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseGogc, parseGoMaxProcs, parseGoMemLimit, toGoRuntimeSettings } from './runtime-settings'

describe('GOMEMLIMIT', () => {
  it.each([
    ['', 'off'],
    ['off', 'off'],
    ['0', 0],
    ['512MiB', 512 * 2 ** 20],
    ['1GiB', 2 ** 30],
    ['2TiB', 2 ** 41],
    ['7B', 7],
    ['4096KiB', 2 ** 22],
    ['9223372036854775807', 'off'],
    ['9223372036854775808', null],
    ['9000000TiB', null],
    ['1.5GiB', null],
    ['512MB', null],
    ['512M', null],
    ['-1', null],
    [' 1', null],
    ['B', null],
  ])('%s: %s', (text, expected) => expect(parseGoMemLimit(text)).toBe(expected))
})

describe('GOGC and GOMAXPROCS', () => {
  it.each([
    ['', 100],
    ['50', 50],
    ['0', 0],
    ['off', 'off'],
    ['-1', 'off'],
    ['x', 100],
    ['99999999999', 100],
  ])('GOGC=%s: %s', (text, expected) => expect(parseGogc(text)).toBe(expected))
  it.each([
    ['', 'auto'],
    ['4', 4],
    ['0', 'auto'],
    ['-2', 'auto'],
    ['two', 'auto'],
  ])('GOMAXPROCS=%s: %s', (text, expected) => expect(parseGoMaxProcs(text)).toBe(expected))
  it('never throw', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseGogc(text)
        parseGoMemLimit(text)
        parseGoMaxProcs(text)
      }),
    )
  })
})

describe('toGoRuntimeSettings', () => {
  it('knows defaults from what could not be read, and what came later', () => {
    const unknown = { gogcPercent: null, memLimitBytes: null, maxProcs: null }
    expect(toGoRuntimeSettings({ goEnvironment: null, goVersion: 'go1.20' })).toEqual(unknown)
    const goEnvironment = { GOMEMLIMIT: '1GiB' }
    const of = (goVersion: string | null) => toGoRuntimeSettings({ goEnvironment, goVersion }).memLimitBytes
    expect(of('go1.18.10')).toBe('off')
    expect(of('go1.19')).toBe(2 ** 30)
    expect(of(null)).toBe(2 ** 30)
    expect(toGoRuntimeSettings({ goEnvironment: {}, goVersion: 'go1.20' })).toEqual({
      gogcPercent: 100,
      memLimitBytes: 'off',
      maxProcs: 'auto',
    })
  })
})
