import { randomBytes } from 'node:crypto'
import { link, lstat, open, readlink, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'
import { AppError, type ErrorCode } from '#core/errors'

const sliceBytes = 1 << 20
const mostNames = 100
const codes: Record<string, ErrorCode> = {
  ENOSPC: 'too-large',
  EDQUOT: 'too-large',
  EACCES: 'permission-denied',
  EPERM: 'permission-denied',
  EROFS: 'permission-denied',
  ENOENT: 'gone',
  ENOTDIR: 'gone',
}
const hints: Record<string, string> = { ENOSPC: 'error.disk-full', EDQUOT: 'error.disk-full' }

/**
 * Writes a file so that it is there as a whole or not at all: under another name beside it, brought to disk, and renamed. What
 * was there is kept until then. Rejects with AppError: `too-large` on a full disk, `permission-denied`, `gone` (no such folder),
 * `invalid` (what is there is no regular file), `cancelled`.
 */
export async function saveWhole(
  path: string,
  bytes: Uint8Array,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  await save(path, bytes, signal, async (temporary) => {
    await rename(temporary, path)
    return path
  })
}

/**
 * The same, but takes the place of nothing: where there is a file of this name by now it is `name-2.ballonet`, and so on. Returns
 * the path of what was written.
 */
export async function saveNew(path: string, bytes: Uint8Array): Promise<string> {
  return save(path, bytes, undefined, async (temporary) => {
    for (let count = 1; count <= mostNames; count++) {
      const { dir, name, ext } = parse(path)
      const own = count === 1 ? path : join(dir, `${name}-${count}${ext}`)
      if (await takeName(temporary, own)) return own
    }
    throw new AppError('invalid', `${path} is there already`)
  })
}

/** False: there is such a file. */
async function takeName(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    // No second names on this file system: a moment is left in which somebody else may take it.
    if ((await lstat(path).catch(() => null)) !== null) return false
    await rename(temporary, path)
    return true
  }
  await rm(temporary)
  return true
}

async function save(
  path: string,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
  place: (temporary: string) => Promise<string>,
): Promise<string> {
  const temporary = toTemporary(path)
  let placed: string
  try {
    await refuseSpecial(path)
    const file = await open(temporary, 'wx', 0o600)
    try {
      await writeAll(file, bytes, signal)
      await file.sync()
    } finally {
      await file.close()
    }
    placed = await place(temporary)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw toAppError(error)
  }
  await syncFolder(dirname(path))
  return placed
}

/** Rejects, as saveWhole would, when there can be no file of this name; what is there stays as it is. */
export async function checkSavable(path: string): Promise<void> {
  const temporary = toTemporary(path)
  try {
    await refuseSpecial(path)
    await (await open(temporary, 'wx', 0o600)).close()
  } catch (error) {
    throw toAppError(error)
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined)
  }
}

/** Not longer than the name itself may be. */
const toTemporary = (path: string): string =>
  join(dirname(path), `.ballonet-${randomBytes(6).toString('hex')}.part`)

/** A rename puts a file in the place of whatever is there: root would take /dev/null from everybody. */
async function refuseSpecial(path: string): Promise<void> {
  // `join` and `dirname` make the folder itself of no name.
  if (path === '') throw notRegular('no name')
  const there = await stat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  })
  // /dev/stdout is a link to a file that is open, and a regular file while it is redirected to one.
  const link = await readlink(path).catch(() => '')
  if (there?.isFile() === false || link.startsWith('/proc/')) throw notRegular(path)
}

const notRegular = (path: string): AppError =>
  new AppError('invalid', `${path}: not a regular file`, { hint: 'error.not-a-file' })

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
