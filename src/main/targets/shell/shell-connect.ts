import type { Duplex } from 'node:stream'
import connectScript from '../../../../assets/connect.sh?raw'
import { AppError, toErrorValue } from '#core/errors'
import { quoteWord, startInShell } from './shell-bootstrap'
import { ShellHttpStream } from './shell-http'
import type { ShellLink, ShellProcess } from './shell-link'
import { ShellStream } from './shell-stream'

/** nc says nothing of a connection: one that was refused has ended by then. */
const ncRefusedMs = 250
const maxFirstLineBytes = 64

/** Connections that start on the target. Must be closed. */
export interface ShellConnect {
  /** As Target.connect: rejects with AppError `invalid`, `unreachable`, `timeout`, `unsupported` (no tool for it there). */
  connect(address: string, port: number, timeoutMs: number): Promise<Duplex>
  /** Ends every connection. */
  close(): void
}

export interface ShellConnectOptions {
  link: ShellLink
  openShell(signal: AbortSignal): Promise<ShellProcess>
  /** Which tools may be used on the target, in order. */
  tools?: readonly ('bash' | 'nc' | 'ncat' | 'busybox' | 'curl' | 'wget')[]
}

/**
 * Connects by the link itself where it can (ssh -W), else by a tool in a shell of its own. A server that does not forward
 * is asked once.
 */
export function createShellConnect(options: ShellConnectOptions): ShellConnect {
  const { link, tools } = options
  const open = new Set<Duplex>()
  const closing = new AbortController()
  let canForward = link.connect !== null

  async function openInShell(address: string, port: number, timeoutMs: number): Promise<Duplex> {
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), closing.signal])
    let shell: ShellProcess | null = null
    try {
      shell = await options.openShell(signal)
      const seconds = Math.max(1, Math.ceil(timeoutMs / 1000))
      const words = [
        connectScript,
        'ballonet',
        address,
        String(port),
        String(seconds),
        ...(tools ? [tools.join(' ')] : []),
      ]
      await startInShell(shell, {
        command: `exec $(command -v bash || echo sh) -c ${words.map(quoteWord).join(' ')}`,
        timeoutMs,
        signal,
        explainEnd: (end) => link.explainEnd(end),
      })
      return await toStream(shell, await readFirstLine(shell, signal), address, port)
    } catch (error) {
      shell?.kill()
      if (closing.signal.aborted) throw new AppError('cancelled', 'the target was closed')
      if (signal.aborted) throw new AppError('timeout', `${address}:${port} did not answer`)
      throw error
    }
  }

  async function connect(address: string, port: number, timeoutMs: number): Promise<Duplex> {
    assertAddress(address, port)
    if (canForward && link.connect !== null) {
      try {
        return await link.connect(address, port, timeoutMs)
      } catch (error) {
        const { code } = toErrorValue(error)
        // The server forwards nothing (AllowTcpForwarding no), or has no place for one more session.
        if (!['unsupported', 'refused', 'permission-denied'].includes(code)) throw error
        canForward = false
      }
    }
    return openInShell(address, port, timeoutMs)
  }

  return {
    async connect(address, port, timeoutMs) {
      if (closing.signal.aborted) throw new AppError('cancelled', 'the target was closed')
      const stream = await connect(address, port, timeoutMs)
      open.add(stream)
      stream.once('close', () => open.delete(stream))
      return stream
    },
    close() {
      closing.abort()
      for (const stream of open) stream.destroy()
    },
  }
}

/** An address of digits or a host's name; never an option, a path or a command. */
function assertAddress(address: string, port: number): void {
  const isAddress = /^[0-9A-Za-z:][0-9A-Za-z.:_-]{0,252}$/.test(address)
  if (!isAddress || !Number.isInteger(port) || port < 1 || port > 65_535)
    throw new AppError('invalid', 'not an address and a port')
}

async function toStream(shell: ShellProcess, answer: string, address: string, port: number): Promise<Duplex> {
  const authority = `${address.includes(':') ? `[${address}]` : address}:${port}`
  const refused = new AppError('unreachable', `nothing listens at ${authority} on the target`)
  switch (answer) {
    case 'open':
      return new ShellStream(shell)
    case 'started':
      if (await isOverAtOnce(shell)) throw refused
      return new ShellStream(shell)
    case 'curl':
    case 'wget':
      return new ShellHttpStream(shell, answer, authority)
    case 'none':
      throw new AppError('unsupported', 'the target has no tool to connect to a port', {
        hint: 'connection.connect.noTool',
      })
    default:
      throw refused
  }
}

/** Up to the first newline; what comes behind it stays in the stream. */
function readFirstLine(shell: ShellProcess, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0)
    const stop = (): void => {
      shell.stdout.off('data', onData)
      signal.removeEventListener('abort', onAbort)
      shell.stdout.pause()
    }
    const onAbort = (): void => {
      stop()
      reject(new AppError('timeout', 'no answer in time'))
    }
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk])
      const end = bytes.indexOf(0x0a)
      if (end < 0 && bytes.length < maxFirstLineBytes) return
      stop()
      if (end >= 0 && end + 1 < bytes.length) shell.stdout.unshift(bytes.subarray(end + 1))
      resolve(end < 0 ? '' : bytes.toString('latin1', 0, end))
    }
    signal.addEventListener('abort', onAbort)
    shell.stdout.on('data', onData).resume()
    void shell.ended.then(() => {
      stop()
      resolve('')
    })
  })
}

/** Did it end, without a byte, within the time that a refusal takes? */
function isOverAtOnce(shell: ShellProcess): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (isOver: boolean): void => {
      clearTimeout(timer)
      shell.stdout.off('readable', onReadable)
      resolve(isOver)
    }
    const onReadable = (): void => finish(shell.stdout.readableLength === 0)
    const timer = setTimeout(() => finish(false), ncRefusedMs)
    shell.stdout.on('readable', onReadable)
    void shell.ended.then(() => finish(shell.stdout.readableLength === 0))
  })
}
