import { expect, it } from 'vitest'
import { parsePidEnviron } from './environ'

const bytes = (...entries: string[]): Uint8Array =>
  new TextEncoder().encode(entries.map((entry) => `${entry}\0`).join(''))

it('lets only the four names out', () => {
  const environ = bytes(
    'GODEBUG=madvdontneed=0,gctrace=1',
    'DB_PASSWORD=x',
    'GOGC=off',
    'GOMEMLIMIT=1GiB',
    'GOMAXPROCS=2',
  )
  expect(parsePidEnviron(environ)).toEqual({
    GODEBUG: 'madvdontneed=0,gctrace=1',
    GOGC: 'off',
    GOMEMLIMIT: '1GiB',
    GOMAXPROCS: '2',
  })
  expect(
    parsePidEnviron(bytes('GOGC_TOKEN=x', 'XGOGC=x', 'GOGC', 'gogc=x', 'A=GOGC=x', '__proto__=x', 'GOGCX')),
  ).toEqual({})
})

it('takes the first of equal names, and an empty value as one', () => {
  expect(parsePidEnviron(bytes('GOGC=', 'GOGC=50'))).toEqual({ GOGC: '' })
})

it('cuts a value that is no setting', () => {
  expect(parsePidEnviron(bytes(`GODEBUG=${'x'.repeat(10_000)}`))['GODEBUG']).toHaveLength(4096)
})
