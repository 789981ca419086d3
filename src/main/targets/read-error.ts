import { AppError, toErrorValue, type ErrorCode, type ErrorValue } from '#core/errors'

const codesByErrno: Record<string, ErrorCode> = {
  ENOENT: 'gone',
  ESRCH: 'gone',
  ENOTDIR: 'gone',
  EACCES: 'permission-denied',
  EPERM: 'permission-denied',
  EOPNOTSUPP: 'unsupported',
  EINVAL: 'unsupported',
}

/** A failed read as a value: an errno of Node's fs becomes a code of ours; any other error `failed`. */
export function toReadError(error: unknown, path: string): ErrorValue {
  if (error instanceof AppError) return toErrorValue(error)
  const errno = (error as NodeJS.ErrnoException).code
  return { code: (errno && codesByErrno[errno]) || 'failed', message: `${errno ?? String(error)}: ${path}` }
}
