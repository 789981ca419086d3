import { describe, expect, it } from 'vitest'
import { formatIpv6 } from './ipv6-text'
import { parseNetTcp } from './net-tcp'

const line = (address: string, state = '0A'): string =>
  `  12: ${address}:1F90 ${'0'.repeat(address.length)}:0000 ${state} 00000000:00000000 00:00000000 00000000 65534        0 23001 1 0000000000000000 100 0 0 10 0\n`

it.each([
  ['0100007F', '127.0.0.1', 4],
  ['00000000', '0.0.0.0', 4],
  ['00000000000000000000000001000000', '::1', 6],
  ['00000000000000000000000000000000', '::', 6],
  ['0000000000000000FFFF00000100007F', '127.0.0.1', 6],
  ['B80D0120000000000000000001000000', '2001:db8::1', 6],
])('reads %s of a little-endian host as %s', (hex, localAddress, family) => {
  expect(parseNetTcp(line(hex))).toEqual([
    { family, localAddress, localPort: 8080, isListening: true, uid: 65534, inode: 23001 },
  ])
})

it.each([
  ['7F000001', '127.0.0.1'],
  ['20010DB8000000000000000000000001', '2001:db8::1'],
])('reads %s of a big-endian host as %s', (hex, localAddress) => {
  expect(parseNetTcp(line(hex), { isBigEndian: true })).toMatchObject([{ localAddress }])
})

it('tells listening sockets from others', () => {
  expect(parseNetTcp(line('0100007F', '01') + line('0100007F')).map((socket) => socket.isListening)).toEqual([
    false,
    true,
  ])
})

describe('formatIpv6 (RFC 5952)', () => {
  it.each([
    [[0x2001, 0xdb8, 0, 0, 1, 0, 0, 1], '2001:db8::1:0:0:1'],
    [[0x2001, 0xdb8, 0, 1, 1, 1, 1, 1], '2001:db8:0:1:1:1:1:1'],
    [[0x2001, 0, 0, 1, 0, 0, 0, 1], '2001:0:0:1::1'],
    [[0xfe80, 0, 0, 0, 0, 0, 0, 0], 'fe80::'],
    [[0, 0, 0, 0, 0, 0, 0, 0], '::'],
    [[0, 0, 0, 0, 0, 0xffff, 0xc000, 0x201], '192.0.2.1'],
  ])('%j', (groups, text) => {
    expect(formatIpv6(Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff])))).toBe(text)
  })
})
