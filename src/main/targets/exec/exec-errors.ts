import { AppError, type ErrorCode } from '#core/errors'
import type { ShellEnd } from '../shell/shell-link'
import { toShownOutput } from '../shell/shown-output'

/** What common programs say, in their own words, when they give no shell. Order counts: the first that is found. */
const known: readonly [RegExp, ErrorCode, string][] = [
  [
    /sudo: (?:.{0,80}password is required|a terminal is required|sorry, you must have a tty)/,
    'auth-failed',
    'sudoPassword',
  ],
  [/is not (?:in the sudoers file|allowed to (?:execute|run sudo))/, 'auth-failed', 'sudoRefused'],
  [
    /executable file not found|: (?:sh|bash|ash|\/bin\/sh): no such file or directory/i,
    'unsupported',
    'noShellInside',
  ],
  [
    /no such container|no container with name|container .{0,200} is (?:not running|paused)|container not found/i,
    'unreachable',
    'noContainer',
  ],
  [/error from server \(notfound\)|pods? .{0,200} not found/i, 'unreachable', 'noContainer'],
  [
    /error from server \(forbidden\)|you must be logged in to the server|\(unauthorized\)/i,
    'auth-failed',
    'refused',
  ],
  [/permission denied while trying to connect/i, 'permission-denied', 'daemonDenied'],
  [
    /cannot connect to the docker daemon|unable to connect to the server|connection to the server .{0,200} was refused/i,
    'unreachable',
    'daemonAway',
  ],
  [/input device is not a tty|unable to use a tty/i, 'unsupported', 'noTty'],
]

/** Why a command that gave a shell, or should have, ended: by what it printed on standard error, else by how it ended. */
export function explainExecEnd(program: string, { code, signal, stderr }: ShellEnd): AppError {
  const printed = toShownOutput(stderr)
  const params = { program: program.slice(0, 100), printed, code: code ?? 0, signal: signal ?? '' }
  const tail = printed === '' ? '' : `: ${printed}`
  const match = known.find(([pattern]) => pattern.test(stderr))
  if (match !== undefined) {
    const [, errorCode, hint] = match
    return new AppError(errorCode, `${params.program} gave no shell${tail}`, {
      hint: `connection.exec.${hint}`,
      params,
    })
  }
  const how = signal === null ? `with status ${code}` : `by ${signal}`
  const hint = signal !== null ? 'endedBySignal' : printed === '' ? 'ended' : 'endedPrinted'
  return new AppError('unreachable', `${params.program} ended ${how}${tail}`, {
    hint: `connection.exec.${hint}`,
    params,
  })
}
