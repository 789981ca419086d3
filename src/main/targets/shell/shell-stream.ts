import { Duplex } from 'node:stream'
import type { ShellProcess } from './shell-link'

/** How long the other side may still send after this one ended its half. */
const halfOpenMs = 5000
/** How long what is left on the target may take to end by the end of its input. */
const closeGraceMs = 500

/** A shell's standard input and output as one stream: the bytes of a connection that was made on the target. */
export class ShellStream extends Duplex {
  readonly #shell: ShellProcess
  #timer: NodeJS.Timeout | undefined

  constructor(shell: ShellProcess) {
    super({ allowHalfOpen: false })
    this.#shell = shell
    shell.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) shell.stdout.pause()
    })
    void whenClosed(shell).then(() => this.push(null))
  }

  override _read(): void {
    this.#shell.stdout.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#shell.stdin.write(chunk, callback)
  }

  /** Only both ways can be closed: the other side gets some time to say its last words. */
  override _final(callback: () => void): void {
    callback()
    if (!this.readableEnded) this.#timer = setTimeout(() => this.destroy(), halfOpenMs)
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    clearTimeout(this.#timer)
    endShell(this.#shell)
    callback(error)
  }
}

/** Resolves when all of standard output was read, or was given up. */
export function whenClosed({ stdout }: ShellProcess): Promise<void> {
  if (stdout.closed) return Promise.resolve()
  return new Promise((resolve) => {
    stdout.once('end', resolve)
    stdout.once('close', resolve)
  })
}

/** The end of its input ends what runs there; the client is killed when that does not end it. */
export function endShell(shell: ShellProcess): void {
  shell.stdin.end()
  shell.stdout.resume()
  const timer = setTimeout(() => shell.kill(), closeGraceMs)
  void shell.ended.then(() => clearTimeout(timer))
}
