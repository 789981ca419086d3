import { ElfReader, sectionTypes, type ElfSection } from './elf'
import type { ElfFile } from './elf-file'
import { readGoString } from './go-string'

/** No more of a table is looked at; a Go executable of 100 MB has symbol tables of about 5 MB. */
const maxScanBytes = 8 * 1024 * 1024
/** Over a slow link one read must end in time. Divisible by the size of every kind of symbol. */
const chunkBytes = 384 * 1024

const versionMark = '\0runtime.buildVersion\0'
const raceMark = '__tsan_init\0'

/** What the symbols of a Go executable say that its build information does not. */
export interface GoSymbolFacts {
  /** Value of runtime.buildVersion, else the only version text among the read-only data; null: neither. */
  version: string | null
  /** The race detector's runtime is there. null: it is not, or there are no symbols: a stripped one has none. */
  isRace: true | null
}

/**
 * Facts from the symbol table, in one pass over its names. `isVersionWanted`: also the version, for executables that
 * have no build information (Go 1.12 and before).
 */
export async function readGoSymbols(
  file: ElfFile,
  { isVersionWanted }: { isVersionWanted: boolean },
): Promise<GoSymbolFacts> {
  const tables = findSymbolTables(file)
  const [raceAt = -1, nameAt = -1] =
    tables === null
      ? []
      : await findTexts(file, tables.names, isVersionWanted ? [raceMark, versionMark] : [raceMark])
  const isRace = raceAt >= 0 ? true : null
  if (!isVersionWanted) return { version: null, isRace }
  const version =
    tables === null || nameAt < 0 ? null : await readVersionSymbol(file, tables.symbols, nameAt + 1)
  return { version: version ?? (await scanVersionText(file)), isRace }
}

async function readVersionSymbol(
  file: ElfFile,
  symbols: ElfSection,
  nameOffset: number,
): Promise<string | null> {
  const address = await findSymbolAddress(file, symbols, nameOffset)
  if (address === null) return null
  const format = {
    pointerBytes: file.header.is64 ? 8 : 4,
    isLittleEndian: file.header.isLittleEndian,
  } as const
  const text = new TextDecoder('latin1').decode(await readGoString(file, address, format, 200))
  return /^(devel |go1)[\x20-\x7e]*$/.test(text) ? text : null
}

function findSymbolTables(file: ElfFile): { symbols: ElfSection; names: ElfSection } | null {
  const symbols = file.sections.find(({ type }) => type === sectionTypes.symbols)
  const names = symbols === undefined ? undefined : file.sections[symbols.link]
  return symbols === undefined || names === undefined ? null : { symbols, names }
}

/** st_name and st_value of Elf32_Sym (16 bytes) and Elf64_Sym (24 bytes). */
async function findSymbolAddress(
  file: ElfFile,
  symbols: ElfSection,
  nameOffset: number,
): Promise<number | null> {
  const entryBytes = file.header.is64 ? 24 : 16
  for await (const { bytes } of readChunks(file, symbols)) {
    const reader = new ElfReader(bytes, file.header)
    for (let at = 0; at + entryBytes <= bytes.length; at += entryBytes) {
      if (reader.u32(at) === nameOffset) return reader.word(at + (file.header.is64 ? 8 : 4))
    }
  }
  return null
}

/**
 * Strings of equal length lie back to back in .rodata without an end mark, so a text is believed only when every
 * `go1.N` that is found is the same one, and only up to Go 1.17: later versions always have readable information.
 */
async function scanVersionText(file: ElfFile): Promise<string | null> {
  const section = file.sections.find(({ name }) => name === '.rodata')
  if (section === undefined) return null
  const found = new Set<string>()
  let tail = ''
  for await (const { bytes, isLast } of readChunks(file, section)) {
    const text = tail + toText(bytes)
    // What is cut at the end is looked at with what follows.
    const end = isLast ? text.length : Math.max(0, text.length - longestVersion)
    for (const { 0: version, index } of text.matchAll(
      /go1\.\d{1,2}(?:\.\d{1,2})?(?:(?:rc|beta)\d)?(?![\d.])/g,
    ))
      if (index < end) found.add(version)
    tail = text.slice(end)
  }
  const [only] = found
  return found.size === 1 && only !== undefined && Number(/^go1\.(\d+)/.exec(only)?.[1]) <= 17 ? only : null
}

const longestVersion = 32

/** Places of the first of each of these texts in a section, -1 where there is none; reads until all are found. */
async function findTexts(file: ElfFile, section: ElfSection, texts: readonly string[]): Promise<number[]> {
  const places = texts.map(() => -1)
  const overlap = Math.max(...texts.map(({ length }) => length)) - 1
  let tail = ''
  let tailAt = 0
  for await (const { bytes, offset } of readChunks(file, section)) {
    const text = tail + toText(bytes)
    for (const [index, wanted] of texts.entries()) {
      const at = places[index] === -1 ? text.indexOf(wanted) : -1
      if (at >= 0) places[index] = tailAt + at
    }
    if (!places.includes(-1)) break
    tail = text.slice(-overlap)
    tailAt = offset + bytes.length - tail.length
  }
  return places
}

/** A section's bytes piece by piece, as far as a section is looked at. */
async function* readChunks(
  file: ElfFile,
  section: ElfSection,
): AsyncGenerator<{ bytes: Uint8Array; offset: number; isLast: boolean }> {
  if (section.type === sectionTypes.noBits || !Number.isSafeInteger(section.offset)) return
  const size = Math.min(section.size, maxScanBytes)
  for (let offset = 0; offset < size; offset += chunkBytes) {
    const wanted = Math.min(chunkBytes, size - offset)
    const bytes = await file.read(section.offset + offset, wanted)
    const isLast = bytes.length < wanted || offset + wanted >= size
    yield { bytes, offset, isLast }
    if (isLast) return
  }
}

/** One character a byte, so that places in the text are places in the bytes. */
function toText(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes)
}
