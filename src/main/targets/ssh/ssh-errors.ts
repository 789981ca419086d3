import { AppError, type ErrorCode } from '#core/errors'
import { toNeutralText } from '#core/text/neutral-text'
import { findChangedHostKey } from './changed-host-key'

/** What is known beside ssh's own words. */
export interface SshErrorContext {
  /** As the person wrote it. */
  host: string
  /** null: ended by a signal. */
  code: number | null
  /** The login was done. */
  isAuthenticated: boolean
  /** What it printed instead of starting a shell. */
  printed?: string | undefined
  /** Somebody could be asked. */
  canAsk: boolean
  hasRefusedHostKey: boolean
  isProxied: boolean
  /** Files that ssh may name as those of the old host key; the fingerprint is read from no other. */
  knownHostsPaths: readonly string[]
}

/** A rule: ssh's words, the code for callers, the hint in `connection.*`, and which capture is which parameter. */
type Rule = readonly [RegExp, ErrorCode, string, ...string[]]

/** Of a connection that has no login yet, the most telling first. OpenSSH never translates these. */
const beforeLogin: readonly Rule[] = [
  [/REVOKED HOST KEY DETECTED|is marked as revoked/, 'host-key-changed', 'host-key-revoked'],
  [
    /No \S+ host key is known for .+ and you have requested strict checking/,
    'auth-failed',
    'host-key-unknown',
  ],
  [/^(Bad owner or permissions on .+)$/m, 'invalid', 'config-error', 'text'],
  [/^(.{1,300}: line \d+: .+)$/m, 'invalid', 'config-error', 'text'],
  [
    /^(command-line.*: Bad .+|.*[Bb]ad configuration option.*|Can't open user config file .+)$/m,
    'invalid',
    'config-error',
    'text',
  ],
  [/Too many authentication failures/, 'auth-failed', 'too-many-failures'],
  [
    /no matching (.{1,60}?) found\. Their offer: (.+)$/m,
    'unsupported',
    'no-common-algorithm',
    'what',
    'offer',
  ],
  [/Could not resolve hostname/, 'unreachable', 'unknown-host'],
  [/^channel \d+: open failed: (.+)$/m, 'unreachable', 'jump-failed', 'text'],
  [
    /banner exchange: .*(?:invalid format)|Protocol major versions differ|bad remote protocol version/i,
    'unreachable',
    'not-ssh',
  ],
  [/during banner exchange|banner exchange: .*timed out/i, 'timeout', 'banner-timeout'],
  [/connect to .+: Connection refused/, 'unreachable', 'connection-refused'],
  [
    /connect to .+: (?:No route to host|Network is (?:unreachable|down)|Host is down)/,
    'unreachable',
    'no-route',
  ],
  [/connect to .+: (?:Connection|Operation) timed out/, 'timeout', 'timed-out'],
  [
    /(?:kex_exchange_identification|ssh_exchange_identification|banner exchange)/,
    'unreachable',
    'closed-early',
  ],
  [/Host key verification failed/, 'auth-failed', 'host-key-unknown'],
  [/Connection (?:closed|reset) by|Received disconnect from|Broken pipe/, 'unreachable', 'closed'],
]

/** Why ssh ended, as a value for callers and a hint for the person; all of ssh's text is neutralised and cut. */
export function explainSshEnd(stderr: string, context: SshErrorContext): AppError {
  const text = stderr.replaceAll('\r', '')
  if (context.isAuthenticated) return explainLaterEnd(text, context)
  if (context.hasRefusedHostKey) return createError('cancelled', 'host-key-refused', context)
  const changed = findChangedHostKey(text, context.knownHostsPaths)
  if (changed !== null) return createError('host-key-changed', 'host-key-changed', context, { ...changed })
  // The last one is the target's own; one of a host on the way comes before it.
  const denied = [...text.matchAll(/Permission denied \(([^()\n]{1,200})\)/g)].at(-1)
  if (denied !== undefined) {
    const hint = context.canAsk ? 'permission-denied' : 'permission-denied-unasked'
    return createError('auth-failed', hint, context, { methods: denied[1] ?? '' })
  }
  for (const [pattern, code, hint, ...names] of beforeLogin) {
    const match = pattern.exec(text)
    if (match === null) continue
    if (hint === 'closed-early' && context.isProxied) {
      return createError('unreachable', 'proxy-failed', context, { text: findLastLine(text) })
    }
    return createError(
      code,
      hint,
      context,
      Object.fromEntries(names.map((name, i) => [name, match[i + 1] ?? ''])),
    )
  }
  const last = findLastLine(text)
  return last === ''
    ? createError('unreachable', 'silent', context)
    : createError('unreachable', 'other', context, { text: last })
}

/** The login worked: the link broke, or the host would not give a shell. */
function explainLaterEnd(text: string, context: SshErrorContext): AppError {
  const printed = context.printed ?? ''
  if (/This account is (?:currently )?not available/i.test(`${text}\n${printed}`)) {
    return createError('auth-failed', 'login-refused', context)
  }
  if (/session request failed|open failed: (?:administratively|connect failed)/.test(text)) {
    return createError('unsupported', 'session-limit', context)
  }
  // 255 is ssh's own; any other status is that of the command.
  if (context.code === null || context.code === 255) return createError('unreachable', 'lost', context)
  if (context.code === 127 || context.code === 126) return createError('unsupported', 'no-shell', context)
  return createError('unsupported', 'session-ended', context, {
    text: findLastLine(text) || printed || `exit ${context.code}`,
  })
}

/** An error of a connection to `context.host` with the hint `connection.HINT`. */
export function createError(
  code: ErrorCode,
  hint: string,
  context: { host: string },
  params: Record<string, string> = {},
): AppError {
  const shown = Object.fromEntries(
    Object.entries({ ...params, host: context.host }).map(([name, value]) => [
      name,
      toNeutralText(value.trim(), 300),
    ]),
  )
  const detail = shown['text'] ?? ''
  return new AppError(code, `ssh ${shown['host'] ?? ''}: ${hint}${detail === '' ? '' : `: ${detail}`}`, {
    hint: `connection.${hint}`,
    params: shown,
  })
}

function findLastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? ''
}
