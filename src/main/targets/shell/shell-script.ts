import { randomBytes } from 'node:crypto'
import { AppError, toErrorValue } from '#core/errors'
import { createLineSplitter } from '../line-splitter'
import type { ScriptRun } from '../target'
import { startInShell, toScriptCommand } from './shell-bootstrap'
import type { ShellEnd, ShellProcess } from './shell-link'

/** One argument of execve may hold 128 KiB (MAX_ARG_STRLEN). */
const maxScriptBytes = 120 * 1024
/** After the script ended, and after it was ended by force: how long the link may take to say so. */
const goodbyeMs = 5000
const startTimeoutMs = 20_000

/**
 * Runs on the target. Hands standard input to the script line by line, ends the script's process group when told, and by
 * itself when its own input ends (the link broke) and the script does not take that as its end within 3 s. Says the
 * script's exit code itself, since that of ssh or docker may be another. The nonce comes on standard input, and not as an
 * argument, because arguments can be seen by others.
 */
const supervisor = `
LC_ALL=C
export LC_ALL
IFS= read -r nonce || exit 1
script=$1
shift
echo "$nonce" >&2
exec 3<&0
{
  trap '' PIPE
  while IFS= read -r line <&3 || [ -n "$line" ]; do
    case $line in
      "$nonce done") exit 0 ;;
      "$nonce kill") kill -9 0 ;;
      "$nonce eof") exec >/dev/null ;;
      *) printf '%s\\n' "$line" 2>/dev/null ;;
    esac
    line=
  done
  exec >/dev/null
  sleep 3
  kill -9 0
} | {
  exec 3<&-
  sh -c "$script" ballonet "$@"
  echo "$nonce $?"
}
`

export interface ShellScriptOptions {
  script: string
  args: readonly string[]
  openShell: (signal: AbortSignal) => Promise<ShellProcess>
  explainEnd: (end: ShellEnd) => AppError
  isElevated: boolean
}

/** Runs a script in a shell of its own on the target; a shell that can't be had ends the run. Throws AppError `too-large`. */
export function runShellScript(options: ShellScriptOptions): ScriptRun {
  if (Buffer.byteLength(options.script) > maxScriptBytes)
    throw new AppError('too-large', 'the script is over 120 KiB')
  return new ShellScript(options)
}

class ShellScript implements ScriptRun {
  readonly pid = null
  readonly #options: ShellScriptOptions
  readonly #nonce = randomBytes(16).toString('hex')
  readonly #lineListeners: ((line: string) => void)[] = []
  readonly #exitListeners: Parameters<ScriptRun['onExit']>[0][] = []
  readonly #starting = new AbortController()
  /** What was written before the script ran. */
  #early: string[] = []
  #shell: ShellProcess | null = null
  #isEnding = false
  #isKilled = false
  #code: number | null = null
  #note = ''
  #timer: NodeJS.Timeout | undefined
  #ended: { code: number | null; signal: string | null; stderr: string } | null = null

  constructor(options: ShellScriptOptions) {
    this.#options = options
    void this.#run()
  }

  write(text: string): void {
    if (this.#isEnding || this.#code !== null || this.#ended !== null) return
    if (this.#shell === null) this.#early.push(text)
    else this.#shell.stdin.write(text)
  }

  onLine(listener: (line: string) => void): void {
    this.#lineListeners.push(listener)
  }

  onExit(listener: Parameters<ScriptRun['onExit']>[0]): void {
    if (this.#ended === null) this.#exitListeners.push(listener)
    else listener(this.#ended)
  }

  end(graceMs = 2000): void {
    if (this.#ended !== null || this.#code !== null) return
    if (this.#shell === null) {
      this.#starting.abort()
      return
    }
    if (!this.#isEnding) this.#shell.stdin.write(`${this.#nonce} eof\n`)
    this.#isEnding = true
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#kill(), graceMs)
  }

  /** SIGKILL to the script's process group there; a link that does not bring that about is cut here. */
  #kill(): void {
    this.#isKilled = true
    this.#shell?.stdin.write(`${this.#nonce} kill\n`)
    this.#timer = setTimeout(() => this.#cut(), goodbyeMs)
  }

  #cut(): void {
    if (this.#code === null) this.#note = '\nthe link did not answer: the script may still run on the target'
    this.#shell?.kill()
  }

  async #run(): Promise<void> {
    const { script, args, openShell, explainEnd, isElevated } = this.#options
    const { signal } = this.#starting
    let shell: ShellProcess
    try {
      shell = await openShell(signal)
      await startInShell(shell, {
        command: toScriptCommand(supervisor, [script, ...args], isElevated),
        timeoutMs: startTimeoutMs,
        signal,
        explainEnd,
      })
    } catch (error) {
      this.#finish({ code: null, signal: null, stderr: toErrorValue(error).message })
      return
    }
    shell.stdout.on('data', this.#createOutputReader(shell)).resume()
    shell.stdin.write(`${this.#nonce}\n${this.#early.join('')}`)
    this.#early = []
    this.#shell = shell
    const end = await shell.ended
    this.#finish({ code: this.#code, signal: this.#toSignal(), stderr: this.#toStderr(end) })
  }

  /** Lines up to the nonce, behind which the exit code stands. */
  #createOutputReader(shell: ShellProcess): (chunk: Buffer) => void {
    const split = createLineSplitter((line) => {
      for (const listener of this.#lineListeners) listener(line)
    })
    let held = Buffer.alloc(0)
    let isOver = false
    return (chunk) => {
      const bytes = Buffer.concat([held, chunk])
      const at = isOver ? 0 : bytes.indexOf(this.#nonce)
      if (at >= 0) {
        if (!isOver) split(bytes.subarray(0, at))
        isOver = true
        held = bytes.subarray(at, at + 64)
        const code = /^\w+ (\d{1,3})\n/.exec(held.toString('latin1'))?.[1]
        if (code !== undefined) this.#onScriptEnd(shell, Number(code))
        return
      }
      // The nonce may be cut in two; of a whole line nothing is kept back.
      const keep = Math.min(this.#nonce.length - 1, bytes.length - 1 - bytes.lastIndexOf(0x0a))
      split(bytes.subarray(0, bytes.length - keep))
      held = bytes.subarray(bytes.length - keep)
    }
  }

  #onScriptEnd(shell: ShellProcess, code: number): void {
    if (this.#code !== null) return
    this.#code = code
    shell.stdin.end(`${this.#nonce} done\n`)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#cut(), goodbyeMs)
  }

  #toSignal(): string | null {
    return this.#code === null && this.#isKilled ? 'SIGKILL' : null
  }

  /** Without what the client said before the script began (a banner). */
  #toStderr({ stderr }: ShellEnd): string {
    const begin = stderr.indexOf(`${this.#nonce}\n`)
    const own = begin < 0 ? stderr : stderr.slice(begin + this.#nonce.length + 1)
    return `${own}${this.#note}`.slice(-4096)
  }

  #finish(end: { code: number | null; signal: string | null; stderr: string }): void {
    if (this.#ended !== null) return
    clearTimeout(this.#timer)
    this.#ended = end
    for (const listener of this.#exitListeners) listener(end)
  }
}
