import { Duplex } from 'node:stream'
import { AppError } from '#core/errors'
import type { ShellEnd, ShellProcess } from './shell-link'
import { endShell, whenClosed } from './shell-stream'
import { toShownOutput } from './shown-output'

const maxHeadBytes = 16 * 1024
const headEnd = '\r\n\r\n'
/** A profile of a busy service takes its time; the one who asked has closer limits of its own. */
const maxSeconds = 120

/**
 * A connection that takes one GET and answers it by a curl or wget that waits in the shell, where there is no tool for raw
 * connections. The request reaches it by standard input: nothing of it (a password) is in an argument. wget tells no head:
 * one is made up from its exit. Anything but a GET of HTTP/1.1 destroys it with AppError `unsupported`.
 */
export class ShellHttpStream extends Duplex {
  readonly #shell: ShellProcess
  readonly #tool: 'curl' | 'wget'
  readonly #authority: string
  #head = Buffer.alloc(0)
  #isAsked = false
  #hasAnswer = false

  constructor(shell: ShellProcess, tool: 'curl' | 'wget', authority: string) {
    super()
    this.#shell = shell
    this.#tool = tool
    this.#authority = authority
    shell.stdout.on('data', (chunk: Buffer) => {
      if (!this.#hasAnswer && tool === 'wget') this.#pushHead(200)
      this.#hasAnswer = true
      if (!this.push(chunk)) shell.stdout.pause()
    })
    void Promise.all([shell.ended, whenClosed(shell)]).then(([end]) => this.#onEnd(end))
  }

  override _read(): void {
    this.#shell.stdout.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.#isAsked) {
      callback(new AppError('unsupported', `${this.#tool} answers one request a connection`))
      return
    }
    this.#head = Buffer.concat([this.#head, chunk])
    if (!this.#head.includes(headEnd) && this.#head.length <= maxHeadBytes) {
      callback()
      return
    }
    try {
      const request = parseGet(this.#head.toString('latin1'))
      this.#isAsked = true
      const url = `http://${this.#authority}${request.path}`
      this.#shell.stdin.end(
        this.#tool === 'curl' ? toCurlConfig(url, request.headers) : toWgetInput(url, request),
      )
      callback()
    } catch (error) {
      callback(error as Error)
    }
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    endShell(this.#shell)
    callback(error)
  }

  #pushHead(status: number): void {
    this.push(`HTTP/1.1 ${status} -\r\nconnection: close\r\n\r\n`)
  }

  #onEnd({ stderr }: ShellEnd): void {
    const status = /ballonet-exit (\d+)\s*$/.exec(stderr)?.[1]
    if (status === '0') {
      if (!this.#hasAnswer && this.#tool === 'wget') this.#pushHead(200)
      this.push(null)
      return
    }
    const refusal = this.#tool === 'wget' ? readStatus(stderr) : null
    if (!this.#hasAnswer && refusal !== null) {
      this.#pushHead(refusal)
      this.push(null)
      return
    }
    this.destroy(toAppError(this.#tool, status, stderr))
  }
}

interface GetRequest {
  path: string
  headers: [name: string, value: string][]
}

/** The head of one GET, as node:http writes it. Throws AppError `unsupported`. */
function parseGet(text: string): GetRequest {
  const end = text.indexOf(headEnd)
  const [first = '', ...lines] = text.slice(0, Math.max(0, end)).split('\r\n')
  const path = /^GET (\/[\x21-\x7e]*) HTTP\/1\.1$/.exec(first)?.[1]
  const headers = lines.map((line) => /^([\w-]+): ?([\x20-\x7e]*)$/.exec(line)?.slice(1))
  if (path === undefined || end !== text.length - headEnd.length || headers.includes(undefined))
    throw new AppError('unsupported', 'only a GET can be asked here', { hint: 'connection.connect.onlyGet' })
  return { path, headers: headers as [string, string][] }
}

/** For `curl -K -`: the answer's head and body as they came, nothing followed, nothing unpacked. */
function toCurlConfig(url: string, headers: GetRequest['headers']): string {
  const passed = headers.filter(([name]) => name.toLowerCase() !== 'connection')
  return [
    'silent',
    'include',
    'raw',
    'globoff',
    'no-buffer',
    'max-redirs = 0',
    `max-time = ${maxSeconds}`,
    'noproxy = "*"',
    `url = ${quote(url)}`,
    ...[...passed, ['Connection', 'close'] as const].map(
      ([name, value]) => `header = ${quote(`${name}: ${value}`)}`,
    ),
    '',
  ].join('\n')
}

function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

/** wget would need the password in an argument, where others see it. */
function toWgetInput(url: string, { headers }: GetRequest): string {
  if (headers.some(([name]) => name.toLowerCase() === 'authorization'))
    throw new AppError('unsupported', 'no password can be given to wget', {
      hint: 'connection.connect.noPassword',
    })
  return `${url}\n`
}

/** The last status that wget told: `  HTTP/1.1 404 Not Found`, `ERROR 404`, `server returned error: HTTP/1.1 404`. */
function readStatus(stderr: string): number | null {
  const statuses = [...stderr.matchAll(/\bHTTP\/1\.[01] ([1-5]\d\d)\b|\bERROR ([1-5]\d\d)\b/g)]
  const last = statuses.at(-1)
  return last === undefined ? null : Number(last[1] ?? last[2])
}

function toAppError(tool: string, status: string | undefined, stderr: string): AppError {
  const isLate = tool === 'curl' && status === '28'
  const printed = toShownOutput(stderr.replace(/ballonet-exit \d+\s*$/, ''))
  return new AppError(
    isLate ? 'timeout' : 'unreachable',
    `${tool} ended with ${status ?? 'the link'}: ${printed}`,
  )
}
