import { randomBytes } from 'node:crypto'
import { AppError } from '#core/errors'
import type { ShellEnd, ShellProcess } from './shell-link'
import { toShownOutput } from './shown-output'

/** What a banner, a profile, or something that is no shell may print before the first command has run. */
const maxNoiseBytes = 256 * 1024

export interface ShellStart {
  /** What the shell does first and last: `exec …`, made of words by quoteWord. */
  command: string
  timeoutMs: number
  signal?: AbortSignal | undefined
  explainEnd: (end: ShellEnd) => AppError
}

/** One word for a POSIX shell: whatever is in it stays text. */
export function quoteWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/** `exec sh -c SCRIPT ballonet ARGS…`, as root by `sudo -n` where that is wanted. */
export function toScriptCommand(script: string, args: readonly string[], isElevated = false): string {
  const words = ['sh', '-c', script, 'ballonet', ...args].map(quoteWord).join(' ')
  return isElevated ? `exec sudo -n ${words}` : `exec ${words}`
}

/**
 * Lets a fresh shell run one command. Resolves when the shell has begun it: what it printed before (a banner, a noisy
 * profile) is gone from stdout, which is paused, and its input is read by the command from here on. Rejects with AppError:
 * as explainEnd says when it ended, `unsupported` for what is no POSIX shell, `timeout`, `cancelled`. The shell is killed then.
 */
export async function startInShell(shell: ShellProcess, start: ShellStart): Promise<void> {
  const { signal, timeoutMs } = start
  // A command written to a shell that just ended: `ended` tells it.
  shell.stdin.on('error', () => undefined)
  shell.stdout.on('error', () => undefined)
  const nonce = randomBytes(16).toString('hex')
  // The line does not hold the marker as it is printed: what only echoes its input is no shell. All of it is one line of
  // commands, and nothing is written behind it until the marker was seen, because shells read ahead. `1x` is no
  // number: python3 says so at once, where it would wait for the end of its input before it complained of other lines.
  const line = `echo ballonet-1x${nonce.slice(0, 16)}''${nonce.slice(16)}; ${start.command}\n`
  const reader = createMarkerReader(shell, `ballonet-1x${nonce}\n`, line.slice(0, 20))
  let timer: NodeJS.Timeout | undefined
  let onAbort: (() => void) | undefined
  try {
    signal?.throwIfAborted()
    await Promise.race([
      reader.found,
      shell.ended.then((end) => {
        const printed = toShownOutput(reader.noise())
        throw withPrinted(start.explainEnd({ ...end, printed }), printed)
      }),
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(noShell('timeout', timeoutMs, reader.noise())), timeoutMs)
        onAbort = () => reject(new AppError('cancelled', 'cancelled while the shell started'))
        signal?.addEventListener('abort', onAbort)
        shell.stdin.write(line)
      }),
    ])
  } catch (error) {
    reader.stop()
    shell.kill()
    if (signal?.aborted === true) throw new AppError('cancelled', 'cancelled while the shell started')
    throw error
  } finally {
    clearTimeout(timer)
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort)
  }
}

interface MarkerReader {
  found: Promise<void>
  noise(): Buffer
  stop(): void
}

/** Drops all of stdout up to the marker, and gives back what came behind it in the same piece. */
function createMarkerReader(shell: ShellProcess, marker: string, echo: string): MarkerReader {
  const chunks: Buffer[] = []
  let length = 0
  let tail = Buffer.alloc(0)
  let settle: { resolve(): void; reject(error: AppError): void }
  const found = new Promise<void>((resolve, reject) => (settle = { resolve, reject }))
  found.catch(() => undefined)
  const noise = (): Buffer => Buffer.concat(chunks)

  function onData(chunk: Buffer): void {
    const joined = Buffer.concat([tail, chunk])
    const at = joined.indexOf(marker)
    if (at >= 0) {
      stop()
      const rest = joined.subarray(at + marker.length)
      if (rest.length > 0) shell.stdout.unshift(rest)
      settle.resolve()
      return
    }
    tail = joined.subarray(-marker.length)
    chunks.push(chunk)
    length += chunk.length
    if (length > maxNoiseBytes || joined.includes(echo)) settle.reject(noShell('unsupported', 0, noise()))
  }
  function stop(): void {
    shell.stdout.off('data', onData)
    shell.stdout.pause()
  }
  shell.stdout.on('data', onData)
  return { found, noise, stop }
}

function noShell(code: 'timeout' | 'unsupported', timeoutMs: number, noise: Buffer): AppError {
  const printed = toShownOutput(noise)
  const what = code === 'timeout' ? `no shell answered in ${timeoutMs} ms` : 'this is not a POSIX shell'
  const hint =
    printed !== ''
      ? 'connection.shell.printed'
      : code === 'timeout'
        ? 'connection.shell.silent'
        : 'connection.shell.none'
  return new AppError(code, printed === '' ? what : `${what}; it printed: ${printed}`, {
    hint,
    params: { printed, seconds: Math.round(timeoutMs / 1000) },
  })
}

function withPrinted(error: AppError, printed: string): AppError {
  if (printed === '') return error
  return new AppError(error.code, `${error.message}; it printed: ${printed}`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    params: { ...error.params, printed },
  })
}
