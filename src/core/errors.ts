/** What went wrong, as a code that callers branch on; the message is for logs, the hint for the person. */
export const errorCodes = [
  'gone',
  'permission-denied',
  'unreachable',
  'auth-failed',
  'host-key-changed',
  'timeout',
  'too-large',
  'unsupported',
  'parse',
  'invalid',
  'refused',
  'busy',
  'cancelled',
  'failed',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** An error as a plain value: what crosses a process border, where classes lose their fields. */
export interface ErrorValue {
  code: ErrorCode
  /** English, technical, one line; never built from markup, never more than 500 characters. */
  message: string
  /** A key of the catalogues in core/text (`error.*`) that says what the person can do. */
  hint?: string
  params?: Record<string, string | number>
}

/** The only error that Ballonet's own code throws on purpose. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly params: Record<string, string | number> | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; params?: Record<string, string | number>; cause?: unknown } = {},
  ) {
    super(message.slice(0, 500), options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.hint = options.hint
    this.params = options.params
  }
}

export type Result<T> = { ok: true; value: T } | { ok: false; error: ErrorValue }

export function ok<T>(value: T): Result<T> {
  return { ok: true, value }
}

export function fail(code: ErrorCode, message: string, hint?: string): { ok: false; error: ErrorValue } {
  return {
    ok: false,
    error: { code, message: message.slice(0, 500), ...(hint === undefined ? {} : { hint }) },
  }
}

/** Any thrown thing as a value; what is not an AppError becomes `failed`. */
export function toErrorValue(error: unknown): ErrorValue {
  if (error instanceof AppError) {
    const value: ErrorValue = { code: error.code, message: error.message }
    if (error.hint !== undefined) value.hint = error.hint
    if (error.params !== undefined) value.params = error.params
    return value
  }
  return { code: 'failed', message: (error instanceof Error ? error.message : String(error)).slice(0, 500) }
}
