import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError } from '#core/errors'

/** Not O_RDONLY alone: opening a named pipe would wait for its writer. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * A file that a person named, whatever is in it. Rejects with AppError `gone`, `permission-denied`, `invalid` (a
 * folder, a pipe, a device) and `too-large`.
 */
export async function readNamedFile(
  path: string,
  maxBytes: number,
): Promise<{ name: string; bytes: Uint8Array }> {
  const file = await openFile(path)
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw new AppError('invalid', 'not a regular file', { hint: 'error.not-a-file' })
    return { name: basename(path), bytes: await readAll(file, stats.size, maxBytes) }
  } finally {
    await file.close()
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, flags)
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new AppError('gone', message, { hint: 'error.no-such-file' })
    if (code === 'EACCES' || code === 'EPERM') throw new AppError('permission-denied', message)
    if (code === 'EISDIR' || code === 'ENXIO')
      throw new AppError('invalid', message, { hint: 'error.not-a-file' })
    throw new AppError('failed', message, { cause: error })
  }
}

/** The size may be 0 (/proc) or change meanwhile: it is read to its end, whatever was said of it. */
async function readAll(file: FileHandle, sizeBytes: number, maxBytes: number): Promise<Uint8Array> {
  if (sizeBytes > maxBytes) throw tooLarge(maxBytes)
  let bytes = new Uint8Array(Math.min(maxBytes + 1, sizeBytes + 1))
  let length = 0
  for (;;) {
    if (length === bytes.length) {
      const grown = new Uint8Array(Math.min(maxBytes + 1, 2 * bytes.length + 4096))
      grown.set(bytes)
      bytes = grown
    }
    const { bytesRead } = await file.read(bytes, length, bytes.length - length)
    length += bytesRead
    if (length > maxBytes) throw tooLarge(maxBytes)
    if (bytesRead === 0) return bytes.slice(0, length)
  }
}

function tooLarge(maxBytes: number): AppError {
  const params = { limitBytes: maxBytes }
  return new AppError('too-large', 'the file is too large', { hint: 'profileFetch.fileTooLarge', params })
}
