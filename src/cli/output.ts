import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { formatBytes } from '#core/text/units'

/** Standard output and error of a command; swapped in tests. */
export interface Output {
  line(text: string): void
  json(value: unknown): void
  error(text: string): void
  /** Resolves when standard output takes more: what is written before that is held in memory. */
  drained(): Promise<void>
  /** Is standard output a terminal that can be written over? */
  isTerminal: boolean
  /** Is standard error one? */
  isErrorTerminal: boolean
}

/** Control characters of untrusted names would be orders to the terminal: they are shown as escapes. */
export function toTerminalText(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  )
}

/** JSON means the same with them as escapes, and a terminal that shows it takes no orders, nor turns the line around. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}

/** A size, or a dash where there is none; a plain space, for columns. */
export function toSizeText(bytes: number | null): string {
  return bytes === null || Number.isNaN(bytes) ? '-' : formatBytes(bytes).replace('\u00a0', ' ')
}

export function createOutput(): Output {
  // A reader that goes away (`| head`) ends the command like any other, without a trace.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    process.stderr.write(`ballonet: standard output: ${error.message}\n`)
    process.exit(1)
  })
  // Nobody hears it then; the exit status still tells.
  process.stderr.on('error', () => undefined)
  return {
    line: (text) => void process.stdout.write(`${text}\n`),
    json: (value) => void process.stdout.write(`${toJsonLine(value)}\n`),
    error: (text) => void process.stderr.write(`${text}\n`),
    async drained() {
      if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
      // That a reader went away is told in a turn of its own.
      else await setImmediate()
    },
    isTerminal: process.stdout.isTTY,
    isErrorTerminal: process.stderr.isTTY,
  }
}
