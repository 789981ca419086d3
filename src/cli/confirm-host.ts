import { createInterface } from 'node:readline/promises'
import { AppError } from '#core/errors'
import { toTerminalText } from './output'

/** Who confirms that a balloon runs on another machine than this one: the option, or a person at the terminal. */
export interface HostConfirmation {
  /** Of `--confirm-host`. */
  name: string | undefined
  /** A person can be asked. */
  isTerminal: boolean
}

/** Throws AppError `refused` where it is clear already that nobody confirms this host. --yes never does. */
export function checkConfirmation(host: string, { name, isTerminal }: HostConfirmation): void {
  if (name === host || (name === undefined && isTerminal)) return
  const shown = toTerminalText(host)
  throw new AppError(
    'refused',
    name === undefined
      ? `not started: this runs on ${shown}, another machine; --confirm-host ${quote(shown)} confirms it, --yes does not`
      : `not started: --confirm-host names ${quote(toTerminalText(name))}, this runs on ${quote(shown)}`,
  )
}

/** Asks the person to type the host's name, unless the option named it. Throws AppError `refused`, `cancelled`. */
export async function confirmHost(
  host: string,
  confirmation: HostConfirmation,
  stop: AbortSignal,
): Promise<void> {
  checkConfirmation(host, confirmation)
  if (confirmation.name === host) return
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const shown = toTerminalText(host)
    // In a terminal of its own mode, Ctrl-C is no signal but a key.
    lines.on('SIGINT', () => lines.close())
    const closed = new Promise<null>((resolve) => lines.on('close', () => resolve(null)))
    const asked = lines.question(`This runs on ${shown}, another machine. Type its name to go on: `, {
      signal: stop,
    })
    const typed = await Promise.race([asked.catch(() => null), closed])
    if (typed === null) throw new AppError('cancelled', 'cancelled before it started')
    if (typed.trim() !== host) throw new AppError('refused', `not started: that is not ${quote(shown)}`)
  } finally {
    lines.close()
  }
}

/** One word for a shell. */
function quote(text: string): string {
  return /^[\w.@:/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
