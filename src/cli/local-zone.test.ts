import { afterAll, expect, it } from 'vitest'
import { openGoPprof } from '../../test/support/go-pprof'
import { encodeProfile } from '../../test/support/profile-encoder'
import { formatLocalTime } from './local-zone'

const tool = openGoPprof()
const zoneBefore = process.env['TZ']
afterAll(() => {
  tool.dispose()
  if (zoneBefore === undefined) delete process.env['TZ']
  else process.env['TZ'] = zoneBefore
})

const moments = [
  '2026-01-15T12:34:56Z',
  '2026-07-15T00:00:00Z',
  '1999-12-31T23:59:59Z',
  '2026-03-08T07:00:00Z',
  '2009-11-10T23:00:00.001Z',
]

it.each(['UTC', 'Asia/Shanghai', 'America/New_York', 'Asia/Kolkata', 'Europe/London', 'America/Sao_Paulo'])(
  'prints a time in %s as go tool pprof does',
  (zone) => {
    process.env['TZ'] = zone
    for (const moment of moments) {
      const atMs = Date.parse(moment)
      const bytes = encodeProfile({ sampleTypes: [['one', 'count']], timeNanos: BigInt(atMs) * 1_000_000n })
      expect(tool.top(bytes, {}, zone)).toContain(`Time: ${formatLocalTime(atMs)}\n`)
    }
  },
)
