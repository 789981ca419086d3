import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseScriptLine } from './script-line'

describe('parseScriptLine', () => {
  it('reads an answer', () => {
    expect(parseScriptLine('shrunk reason=floor balloon=4096 pending=0 available=7 memavailable=8')).toEqual({
      kind: 'shrunk',
      reason: 'floor',
      balloonBytes: 4096,
      pendingBytes: 0,
      availableBytes: 7,
      memAvailableBytes: 8,
    })
  })

  it('takes what could not be read as not known', () => {
    expect(
      parseScriptLine('end reason=no-memavailable balloon=0 pending=0 available=-1 memavailable=-1'),
    ).toMatchObject({
      availableBytes: null,
      memAvailableBytes: null,
    })
    expect(
      parseScriptLine('state balloon=99999999999999999999 pending=x available=1e3 memavailable='),
    ).toMatchObject({
      balloonBytes: 0,
      pendingBytes: 0,
      availableBytes: null,
      memAvailableBytes: null,
    })
  })

  it.each([
    '',
    'Welcome to host',
    'grown',
    'grown balloon',
    ' grown balloon=1',
    'exploded balloon=1',
    'grown BALLOON=1',
  ])('is null for %j', (line) => {
    expect(parseScriptLine(line)).toBeNull()
  })

  it('never throws and never gives a negative or unsafe size', () => {
    const value = fc.oneof(fc.string(), fc.bigInt().map(String))
    const line = fc.oneof(
      fc.string(),
      fc.tuple(value, value).map(([a, b]) => `grown balloon=${a} pending=0 available=${b} memavailable=1`),
    )
    fc.assert(
      fc.property(line, (text) => {
        const message = parseScriptLine(text)
        if (message === null) return
        for (const bytes of [message.balloonBytes, message.pendingBytes, message.availableBytes ?? 0]) {
          expect(Number.isSafeInteger(bytes) && bytes >= 0).toBe(true)
        }
      }),
    )
  })
})
