import { buffer } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { crc32, inflateRaw } from 'node:zlib'
import { fromBuffer, type Entry, type ZipFile } from 'yauzl'
import { AppError } from '#core/errors'
import { snapshotLimits } from '#core/snapshot/manifest'
import { partNamePattern } from './incident-schemas'

const inflateRawAsync = promisify(inflateRaw)
const symbolicLink = 0o120000
const typeMask = 0o170000

/** The parts of a zip file of bytes, by name. Only the directory was read so far. */
export interface ZipParts {
  names(): string[]
  /** Inflated, at most `mostBytes`; rejects with AppError `parse` or `too-large`. */
  read(name: string, mostBytes: number): Promise<Buffer>
}

/**
 * Reads the directory of a zip file. Rejects with AppError for names that leave their folder, links, encrypted or doubled
 * entries, entries that overlap, and more or larger ones than a snapshot has. Nothing is allocated for what is only claimed.
 */
export async function openZipParts(bytes: Uint8Array): Promise<ZipParts> {
  if (bytes.length > snapshotLimits.fileBytes) throw tooLarge()
  const zip = await openZip(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  if (zip.entryCount > snapshotLimits.entries) throw tooLarge()
  if (zip.comment !== '') throw damaged('a comment')
  const entries = await listEntries(zip, bytes.length)
  return {
    names: () => [...entries.keys()],
    async read(name, mostBytes) {
      const entry = entries.get(name)
      if (entry === undefined) throw damaged(`there is no ${name}`)
      if (entry.uncompressedSize > mostBytes) throw tooLarge()
      return inflate(zip, entry)
    },
  }
}

function openZip(bytes: Buffer): Promise<ZipFile> {
  const options = { lazyEntries: true, strictFileNames: true, validateEntrySizes: true } as const
  return new Promise((resolve, reject) =>
    fromBuffer(bytes, options, (error, zip) => {
      if (error === null) resolve(zip)
      else reject(damaged(error.message))
    }),
  )
}

function listEntries(zip: ZipFile, fileBytes: number): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>()
  let packed = 0
  let inflated = 0
  return new Promise((resolve, reject) => {
    // After a colon stands a name, or a number that tells nobody more.
    zip.on('error', ({ message }: Error) => reject(damaged(message.split(':', 1).join())))
    zip.on('end', () => resolve(entries))
    zip.on('entry', (entry: Entry) => {
      packed += entry.compressedSize
      inflated += entry.uncompressedSize
      const problem = findProblem(entry)
      if (problem !== null) reject(damaged(problem))
      else if (entries.has(entry.fileName)) reject(damaged('two parts of one name'))
      // Several entries over the same bytes: a bomb.
      else if (packed > fileBytes) reject(damaged('parts overlap'))
      else if (inflated > snapshotLimits.allBytes) reject(tooLarge())
      else {
        entries.set(entry.fileName, entry)
        zip.readEntry()
      }
    })
    zip.readEntry()
  })
}

function findProblem(entry: Entry): string | null {
  if (!partNamePattern.test(entry.fileName) || entry.fileName.length > 120) return 'a name that no part has'
  if (entry.isEncrypted()) return 'an encrypted part'
  if (((entry.externalFileAttributes >>> 16) & typeMask) === symbolicLink) return 'a link'
  return entry.compressionMethod === 0 || entry.compressionMethod === 8 ? null : 'an unknown compression'
}

async function inflate(zip: ZipFile, entry: Entry): Promise<Buffer> {
  try {
    const isPacked = entry.compressionMethod === 8
    const raw = await readRaw(zip, entry, isPacked)
    // Ends with an error as soon as there is a byte more than was declared.
    const content = isPacked
      ? await inflateRawAsync(raw, { maxOutputLength: Math.max(1, entry.uncompressedSize) })
      : raw
    if (content.length === entry.uncompressedSize && crc32(content) === entry.crc32) return content
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error))
  }
  throw damaged('a part was changed')
}

async function readRaw(zip: ZipFile, entry: Entry, isPacked: boolean): Promise<Buffer> {
  const stream = await new Promise<Readable>((resolve, reject) => {
    const onOpened = (error: Error | null, opened: Readable): void => {
      if (error === null) resolve(opened)
      else reject(error)
    }
    // Inflated at once in a thread rather than by 64 KiB here: a day opens in half of the time.
    if (isPacked)
      zip.openReadStream(entry, { decompress: false, decrypt: null, start: null, end: null }, onOpened)
    else zip.openReadStream(entry, onOpened)
  })
  return buffer(stream)
}

/** Without the names that stand in the file: they are foreign. */
export const damaged = (why: string): AppError =>
  new AppError('parse', `no whole snapshot: ${why}`, { hint: 'error.snapshot-damaged' })

export const tooLarge = (): AppError =>
  new AppError('too-large', 'more than a snapshot may hold', { hint: 'error.snapshot-too-large' })
