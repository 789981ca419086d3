import { randomBytes } from 'node:crypto'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError, type ErrorCode } from '#core/errors'

const sliceBytes = 1 << 20
const codes: Record<string, ErrorCode> = {
  ENOSPC: 'too-large',
  EDQUOT: 'too-large',
  EACCES: 'permission-denied',
  EPERM: 'permission-denied',
  EROFS: 'permission-denied',
  ENOENT: 'gone',
}
const hints: Record<string, string> = { ENOSPC: 'error.disk-full', EDQUOT: 'error.disk-full' }

/**
 * Writes a file so that it is there as a whole or not at all: under another name beside it, brought to disk, and renamed. What
 * was there is kept until then. Rejects with AppError: `too-large` on a full disk, `permission-denied`, `gone` (no such folder),
 * `cancelled`.
 */
export async function saveWhole(
  path: string,
  bytes: Uint8Array,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  // Not longer than the name itself may be.
  const temporary = join(dirname(path), `.ballonet-${randomBytes(6).toString('hex')}.part`)
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await writeAll(file, bytes, signal)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw toAppError(error)
  }
  await syncFolder(dirname(path))
}

async function writeAll(file: FileHandle, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    if (signal?.aborted === true) throw new AppError('cancelled', 'saving was cancelled')
    const { bytesWritten } = await file.write(bytes, at, Math.min(sliceBytes, bytes.length - at))
    at += bytesWritten
  }
}

/** So that the new name outlives a power cut. Not every system lets a folder be opened: the file is there all the same. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r')
    await folder.sync().finally(() => folder.close())
  } catch {
    return
  }
}

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const hint = hints[code]
  return new AppError(codes[code] ?? 'failed', `the file could not be written (${code})`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  })
}
