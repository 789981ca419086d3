import { toCount } from './checked-numbers'
import { forEachLine } from './field-lines'
import { formatIpv6 } from './ipv6-text'
import { parseFailure, type LinePlace } from './parse-failure'

const maxLength = 64 * 1024 * 1024

/** TCP_LISTEN of include/net/tcp_states.h. */
const listenState = '0A'

export interface TcpSocket {
  /** Of the socket; a family 6 socket may well hold an IPv4 address. */
  family: 4 | 6
  /** `127.0.0.1`, `::1`; a v4-mapped address is written as IPv4. */
  localAddress: string
  localPort: number
  isListening: boolean
  uid: number
  /** 0 for sockets that no process holds any more. */
  inode: number
}

const socketPattern =
  /^ {0,20}[0-9]{1,10}: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]{8,32}:[0-9A-F]{4} ([0-9A-F]{2}) [0-9A-F]{1,16}:[0-9A-F]{1,16} [0-9A-F]{1,4}:[0-9A-F]{1,16} [0-9A-F]{1,16} {1,10}([0-9]{1,10}) {1,10}-?[0-9]{1,10} ([0-9]{1,20})(?: |$)/

/**
 * /proc/PID/net/tcp and tcp6 (Documentation/networking/proc_net_tcp.rst): the sockets of the process's network
 * namespace. Addresses are printed as 32-bit words in the byte order of the host: say so for a big-endian one. Throws
 * AppError `parse` or `too-large`.
 */
export function parseNetTcp(text: string, options: { isBigEndian?: boolean } = {}): TcpSocket[] {
  const sockets: TcpSocket[] = []
  forEachLine('net/tcp', text, maxLength, (line, place) => {
    if (place.line === 1 && line.trimStart().startsWith('sl ')) return
    sockets.push(parseSocket(line, place, options.isBigEndian ?? false))
  })
  return sockets
}

function parseSocket(line: string, place: LinePlace, isBigEndian: boolean): TcpSocket {
  const match = socketPattern.exec(line)
  if (!match) throw parseFailure(place, 'expected a socket')
  const [, address, port, state, uid, inode] = match
  return {
    family: address!.length === 8 ? 4 : 6,
    localAddress: toAddressText(address!, isBigEndian),
    localPort: parseInt(port!, 16),
    isListening: state === listenState,
    uid: toCount(uid!, place),
    inode: toCount(inode!, place),
  }
}

function toAddressText(hex: string, isBigEndian: boolean): string {
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    const at = isBigEndian ? i : i - (i % 4) + 3 - (i % 4)
    bytes[at] = parseInt(hex.slice(i * 2, i * 2 + 2), 16)
  }
  return bytes.length === 4 ? bytes.join('.') : formatIpv6(bytes)
}
