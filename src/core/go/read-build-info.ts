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
  type RecordedBuildInfo,
} from './build-info'
import {
  programFlags,
  programInterpreter,
  programLoad,
  sectionTypes,
  toFileRange,
  type ElfSection,
  type ReadRange,
} from './elf'
import { readElfFile, type ElfFile } from './elf-file'
import { toGoArch } from './go-arch'
import { readGoString } from './go-string'
import { readGoSymbols, type GoSymbolFacts } from './read-go-symbols'

/** The linker puts it at the start of its section. */
const maxSectionSearchBytes = 1024 * 1024
/** Without its section: as far as Go 1.18 looked for it, and in every program that is not Go. */
const maxSegmentSearchBytes = 64 * 1024
/** A program has one or two writable segments. */
const maxSegments = 4
const blobPieceBytes = 512 * 1024
const firstBlobBytes = 8 * 1024

/**
 * The build information of an executable, from a few ranges of it; the whole file is never read. What is no ELF file
 * or has nothing of Go in it gives isGo false. A Go executable without readable information (Go 1.12 and before, or
 * damaged) is looked at for its runtime.buildVersion symbol, then for a version text; then its version is null.
 * Rejects only with AppError: `readRange`'s own, or `parse` for tables that no linker writes and for packed executables,
 * of which nobody can say whether they are Go.
 */
export async function readGoBuildInfo(readRange: ReadRange): Promise<GoBuildInfo> {
  const file = await readElfFile(readRange)
  if (file === null) return notGo
  if (await isPacked(file)) throw new AppError('parse', 'the executable is packed: it hides what built it')
  const recorded = await readRecordedInfo(file)
  if (recorded === null && !hasGoSections(file.sections)) return notGo
  const version = recorded?.version ?? null
  const isRace = recorded?.isRace ?? null
  const symbols = version === null || isRace === null ? await readSymbols(file, version) : null
  return {
    ...notGo,
    ...recorded,
    isGo: true,
    version: version ?? symbols?.version ?? null,
    isRace: isRace ?? symbols?.isRace ?? null,
    arch: toGoArch(file.header),
    isStripped: toIsStripped(file),
    kind: toKind(file),
  }
}

/** Symbols are the largest part that is read: a slow link may not give them, and what is known already stays known. */
async function readSymbols(file: ElfFile, version: string | null): Promise<GoSymbolFacts | null> {
  try {
    return await readGoSymbols(file, { isVersionWanted: version === null })
  } catch (error) {
    if (version === null || !(error instanceof AppError)) throw error
    return null
  }
}

/** ET_EXEC, ET_DYN. */
const fileTypes = { fixed: 2, movable: 3 } as const
const packerMark = 'UPX!'
const packerSearchBytes = 1024

/** A library has no interpreter to start it. */
function toKind({ header, programs }: ElfFile): GoBuildInfo['kind'] {
  if (header.type === fileTypes.fixed) return 'exe'
  const isProgram = programs.some(({ type }) => type === programInterpreter)
  return header.type === fileTypes.movable && isProgram ? 'pie' : null
}

/** null: it names sections that can't be read. */
function toIsStripped({ header, sections }: ElfFile): boolean | null {
  return sections.length === 0 && header.sections.count > 0 ? null : !sections.some(isSymbolTable)
}

function isSymbolTable({ type }: ElfSection): boolean {
  return type === sectionTypes.symbols
}

/** UPX leaves no section table, and its mark behind the program headers. */
async function isPacked({ sections, read }: ElfFile): Promise<boolean> {
  if (sections.length > 0) return false
  return new TextDecoder('latin1').decode(await read(0, packerSearchBytes)).includes(packerMark)
}

/** Names that only Go's linker gives; `.data.rel.ro.` stands before them in position-independent executables. */
function hasGoSections(sections: readonly ElfSection[]): boolean {
  return sections.some(({ name }) =>
    /^(\.data\.rel\.ro)?\.(gopclntab|gosymtab|note\.go\.buildid|go\.buildinfo)$/.test(name),
  )
}

/** null: there is no build information. A version of null in it: there is, but its texts can't be found. */
async function readRecordedInfo(file: ElfFile): Promise<RecordedBuildInfo | null> {
  let found: FoundBlob | null = null
  for (const place of findBlobPlaces(file)) found ??= await findBlob(file, place)
  if (found === null) return null
  const blob = parseBuildInfoHeader(found.bytes.subarray(0, blobHeaderBytes))
  if (blob.kind === 'inline') return readInlineTexts(file, found.offset, found.bytes)
  return readPointedTexts(file, blob)
}

interface FileRange {
  offset: number
  availableBytes: number
}

/** Where the header is in the file, with the bytes from there that were read. */
interface FoundBlob {
  offset: number
  bytes: Uint8Array
}

async function findBlob(file: ElfFile, place: FileRange): Promise<FoundBlob | null> {
  let size = firstBlobBytes
  // Pieces overlap by less than a header, in steps that keep its alignment.
  for (let start = 0; start < place.availableBytes; start += size - blobHeaderBytes, size = blobPieceBytes) {
    const wanted = Math.min(size, place.availableBytes - start)
    const bytes = await file.read(place.offset + start, wanted)
    const at = findBuildInfoBlob(bytes)
    if (at >= 0) return { offset: place.offset + start + at, bytes: bytes.subarray(at) }
    if (bytes.length < wanted) return null
  }
  return null
}

/** Its section, else the writable segments: the last first, since those before it hold what is relocated. */
function findBlobPlaces(file: ElfFile): FileRange[] {
  const section = file.sections.find(({ name }) => name === '.go.buildinfo')
  const range = section === undefined ? null : toFileRange(file.programs, section.address)
  if (range !== null && Number.isSafeInteger(range.offset))
    return [{ ...range, availableBytes: Math.min(range.availableBytes, maxSectionSearchBytes) }]
  return file.programs
    .filter(
      ({ type, flags, offset }) => type === programLoad && isData(flags) && Number.isSafeInteger(offset),
    )
    .slice(-maxSegments)
    .reverse()
    .map(({ offset, fileSize }) => ({ offset, availableBytes: Math.min(fileSize, maxSegmentSearchBytes) }))
}

function isData(flags: number): boolean {
  return (flags & (programFlags.execute | programFlags.write)) === programFlags.write
}

async function readInlineTexts(file: ElfFile, offset: number, first: Uint8Array): Promise<RecordedBuildInfo> {
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
): Promise<RecordedBuildInfo> {
  const version = await readGoString(file, blob.versionAddress, blob, maxVersionBytes)
  const module = await readGoString(file, blob.moduleAddress, blob, maxModuleBytes)
  return toGoBuildInfo(version, module)
}
