import type { Duplex } from 'node:stream'
import { AppError } from '#core/errors'
import { socketInodes } from '#core/procfs/fd-sockets'
import { parseNetTcp, type TcpSocket } from '#core/procfs/net-tcp'
import type { ProcessKey } from '#core/process-key'
import type { ReadResult, Target } from '../targets/target'

export interface ListeningAddress {
  address: string
  port: number
}

export const maxPorts = 16

/** Listening sockets come first in these files, before the established ones of a busy host. */
const maxNetBytes = 1024 * 1024
const readTimeoutMs = 5000

/**
 * The addresses at which a process of the target accepts TCP connections and can be reached from the target itself.
 * Empty: none. Rejects with AppError `permission-denied` (another user's process), `gone`, and `unsupported` for a
 * process in another network namespace: the host's port of the same number would be somebody else's.
 */
export async function readListeningAddresses(target: Target, key: ProcessKey): Promise<ListeningAddress[]> {
  const pid = key.pid
  const [links, netns, ownNetns] = await target.read(
    [
      { kind: 'links', path: `/proc/${pid}/fd` },
      { kind: 'link', path: `/proc/${pid}/ns/net` },
      { kind: 'link', path: '/proc/self/ns/net' },
    ],
    { timeoutMs: readTimeoutMs },
  )
  const inodes = socketInodes(valueOf(links).links)
  if (inodes.size === 0) return []
  if (textOf(netns) !== textOf(ownNetns)) {
    throw new AppError('unsupported', 'another network namespace', { hint: 'go.endpoint.otherNetns' })
  }
  const tables = await target.read(
    [
      { kind: 'file', path: `/proc/${pid}/net/tcp`, maxBytes: maxNetBytes, mayCut: true },
      { kind: 'file', path: `/proc/${pid}/net/tcp6`, maxBytes: maxNetBytes, mayCut: true },
    ],
    { timeoutMs: readTimeoutMs },
  )
  // A host without IPv6 has no tcp6; without tcp there is nothing to find at all.
  const isBigEndian = target.host.arch === 's390x'
  const sockets = tables.flatMap((table, i) =>
    i > 0 && table.ok === false ? [] : parseNetTcp(wholeLines(valueOf(table).bytes), { isBigEndian }),
  )
  return chooseListeningAddresses(sockets, inodes)
}

/**
 * A connection to a port that was found to be the process's own. It may have gone to another process since: the sockets
 * are read again once it is made, because what is connected then stays with whom it was made to. Rejects with AppError
 * `unreachable`, and as readListeningAddresses does.
 */
export async function connectToProcess(
  target: Target,
  key: ProcessKey,
  address: string,
  port: number,
  timeoutMs: number,
): Promise<Duplex> {
  const stream = await target.connect(address, port, timeoutMs)
  // Without it, an error while the sockets are read would end this process.
  stream.on('error', () => undefined)
  try {
    const own = await readListeningAddresses(target, key)
    if (own.some((other) => other.address === address && other.port === port)) return stream
    throw new AppError('unreachable', 'the process does not listen there any more', {
      hint: 'go.endpoint.unreachable',
    })
  } catch (error) {
    stream.destroy()
    throw error
  }
}

/**
 * Pure: which addresses lead to these sockets and to no other process. A wildcard socket is asked on loopback, unless
 * another socket of that port would answer there.
 */
export function chooseListeningAddresses(
  sockets: readonly TcpSocket[],
  inodes: ReadonlySet<number>,
): ListeningAddress[] {
  const listening = sockets.filter((socket) => socket.isListening && socket.localPort > 0)
  const own = listening.filter((socket) => inodes.has(socket.inode))
  const others = listening.filter((socket) => !inodes.has(socket.inode))
  const chosen = new Map<string, ListeningAddress>()
  for (const socket of own) {
    for (const address of reachableAddresses(socket)) {
      const isShared = others.some((other) => wouldTake(other, address, socket))
      if (!isShared) chosen.set(`${address} ${socket.localPort}`, { address, port: socket.localPort })
    }
  }
  return [...chosen.values()].sort(byLikelihood).slice(0, maxPorts)
}

/** `[::]` also takes IPv4 unless told otherwise, and IPv6 may be off on loopback: both are tried. */
function reachableAddresses(socket: TcpSocket): string[] {
  if (socket.localAddress === '0.0.0.0') return ['127.0.0.1']
  if (socket.localAddress === '::') return ['127.0.0.1', '::1']
  // Link-local addresses need an interface beside them.
  return /^fe[89ab]/i.test(socket.localAddress) ? [] : [socket.localAddress]
}

/**
 * Whether a connection to the address may reach the other socket rather than this one: the kernel prefers the one bound
 * to the very address, then IPv4's wildcard to IPv6's, and deals out between equals (SO_REUSEPORT).
 */
function wouldTake(other: TcpSocket, address: string, socket: TcpSocket): boolean {
  if (other.localPort !== socket.localPort) return false
  if (other.localAddress === address || other.localAddress === socket.localAddress) return true
  return socket.localAddress === '::' && other.localAddress === '0.0.0.0' && !address.includes(':')
}

/** pprof's own example port first, then what is only meant for this machine. */
function byLikelihood(a: ListeningAddress, b: ListeningAddress): number {
  const rank = ({ address, port }: ListeningAddress): number =>
    port === 6060 ? 0 : address === '127.0.0.1' || address === '::1' ? 1 : 2
  return rank(a) - rank(b) || a.port - b.port || (a.address < b.address ? -1 : 1)
}

function wholeLines(bytes: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(bytes)
  return text.slice(0, text.lastIndexOf('\n') + 1)
}

function valueOf(result: ReadResult | undefined): Extract<ReadResult, { ok: true }>['value'] {
  if (result === undefined) throw new AppError('failed', 'the target gave no answer')
  if (result.ok) return result.value
  const { code, message } = result.error
  throw new AppError(code, message, code === 'permission-denied' ? { hint: 'go.endpoint.socketsDenied' } : {})
}

/** A link that can't be read is its own text: two of them must not look alike. */
function textOf(result: ReadResult | undefined): string {
  return new TextDecoder().decode(valueOf(result).bytes)
}
