import { expect, it } from 'vitest'
import { toJsonLine } from './output'

it('a line of JSON says the same and holds nothing that a terminal obeys', () => {
  const value = {
    '\u202ekey': '\u001b[31m \u009b31m \u007f \u2028 \u2066 \ufeff \u{e0041} \r\n',
    plain: ['进程 – "quoted" \\', 1.5, null],
  }
  const line = toJsonLine(value)
  expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  expect(line).toContain('进程 –')
  expect(JSON.parse(line)).toEqual(value)
})
