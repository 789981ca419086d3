import { AppError } from '../errors'
import {
  blobHeaderBytes,
  findBuildInfoBlob,
  maxModuleBytes,
  maxVersionBytes,
  notGo,
  parseBuildInfoHeader,
  parseVarintText,
  toGoBuildInfo,
  type BuildInfoBlob,
  type GoBuildInfo,
} from './build-info'
import { programFlags, programLoad, toFileRange, type ElfSection, type ReadRange } from './elf'
import { readElfFile, type ElfFile } from './elf-file'
import { readGoString } from './go-string'
import { readOldGoVersion, readRaceSymbols } from './read-go-symbols'

/** The linker puts it at the start of its section or segment; a hostile file gets no more of our memory. */
const maxBlobSearchBytes = 1024 * 1024
const firstBlobBytes = 8 * 1024

/**
 * The build information of an executable, from a few ranges of it; the whole file is never read. What is no ELF file
 * or has nothing of Go in it gives isGo false. A Go executable without readable information (Go 1.12 and before, or
 * damaged) is looked at for its runtime.buildVersion symbol, then for a version text; then its version is null.
 * Rejects only with AppError: `readRange`'s own, or `parse` for tables that no linker writes.
 */
export async function readGoBuildInfo(readRange: ReadRange): Promise<GoBuildInfo> {
  const file = await readElfFile(readRange)
  if (file === null) return notGo
  const recorded = await readRecordedInfo(file)
  if (recorded !== null && recorded.version !== null) {
    return recorded.isRace === null ? { ...recorded, isRace: await readRaceSymbols(file) } : recorded
  }
  if (recorded === null && !hasGoSections(file.sections)) return notGo
  const version = await readOldGoVersion(file)
  return { ...(recorded ?? notGo), isGo: true, version, isRace: await readRaceSymbols(file) }
}

/** Names that only Go's linker gives; `.data.rel.ro.` stands before them in position-independent executables. */
function hasGoSections(sections: readonly ElfSection[]): boolean {
  return sections.some(({ name }) =>
    /^(\.data\.rel\.ro)?\.(gopclntab|gosymtab|note\.go\.buildid|go\.buildinfo)$/.test(name),
  )
}

/** null: there is no build information. A version of null in it: there is, but its texts can't be found. */
async function readRecordedInfo(file: ElfFile): Promise<GoBuildInfo | null> {
  const place = findBlobPlace(file)
  if (place === null) return null
  const searched = await file.read(place.offset, Math.min(place.availableBytes, firstBlobBytes))
  let at = findBuildInfoBlob(searched)
  let bytes = searched
  if (at < 0 && place.availableBytes > firstBlobBytes) {
    bytes = await file.read(place.offset, Math.min(place.availableBytes, maxBlobSearchBytes))
    at = findBuildInfoBlob(bytes)
  }
  if (at < 0) return null
  const blob = parseBuildInfoHeader(bytes.subarray(at, at + blobHeaderBytes))
  if (blob.kind === 'inline') return readInlineTexts(file, place.offset + at, bytes.subarray(at))
  return readPointedTexts(file, blob)
}

function findBlobPlace(file: ElfFile): { offset: number; availableBytes: number } | null {
  const section = file.sections.find(({ name }) => name === '.go.buildinfo')
  if (section !== undefined) {
    const range = toFileRange(file.programs, section.address)
    if (range !== null && Number.isSafeInteger(range.offset)) return range
  }
  const data = file.programs.find(
    ({ type, flags }) =>
      type === programLoad && (flags & (programFlags.execute | programFlags.write)) === programFlags.write,
  )
  if (data === undefined || !Number.isSafeInteger(data.offset)) return null
  return { offset: data.offset, availableBytes: data.fileSize }
}

async function readInlineTexts(file: ElfFile, offset: number, first: Uint8Array): Promise<GoBuildInfo> {
  let bytes = first
  const next = async (at: number, maxBytes: number): Promise<{ text: Uint8Array; nextOffset: number }> => {
    // Twice at most: a length that was cut, then the text that it names.
    for (let i = 0; i < 3; i++) {
      const part = parseVarintText(bytes, at, maxBytes)
      if ('text' in part) return part
      bytes = await file.read(offset, part.needBytes)
      if (bytes.length <= at) break
    }
    throw new AppError('parse', 'Go build information is cut')
  }
  const version = await next(blobHeaderBytes, maxVersionBytes)
  const module = await next(version.nextOffset, maxModuleBytes)
  return toGoBuildInfo(version.text, module.text)
}

async function readPointedTexts(
  file: ElfFile,
  blob: Extract<BuildInfoBlob, { kind: 'pointers' }>,
): Promise<GoBuildInfo> {
  const version = await readGoString(file, blob.versionAddress, blob, maxVersionBytes)
  const module = await readGoString(file, blob.moduleAddress, blob, maxModuleBytes)
  return toGoBuildInfo(version, module)
}
