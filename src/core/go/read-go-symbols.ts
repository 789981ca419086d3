import { ElfReader, sectionTypes, type ElfSection } from './elf'
import type { ElfFile } from './elf-file'
import { readGoString } from './go-string'

/** No more of a table is looked at; a Go executable of 100 MB has symbol tables of about 5 MB. */
const maxScanBytes = 8 * 1024 * 1024

/**
 * The version of a Go executable that has no build information (Go 1.12 and before): the value of its
 * runtime.buildVersion symbol, else, for stripped ones, the only version text among its read-only data.
 */
export async function readOldGoVersion(file: ElfFile): Promise<string | null> {
  return (await readBuildVersionSymbol(file)) ?? (await scanVersionText(file))
}

/** Whether the symbols of the race detector's runtime are there; null when they are not: a stripped one has none. */
export async function readRaceSymbols(file: ElfFile): Promise<true | null> {
  const tables = findSymbolTables(file)
  if (tables === null) return null
  const names = await readSection(file, tables.names)
  return findText(names, '__tsan_init\0') >= 0 ? true : null
}

async function readBuildVersionSymbol(file: ElfFile): Promise<string | null> {
  const tables = findSymbolTables(file)
  if (tables === null) return null
  const names = await readSection(file, tables.names)
  const nameAt = findText(names, '\0runtime.buildVersion\0')
  if (nameAt < 0) return null
  const address = findSymbolAddress(file, await readSection(file, tables.symbols), nameAt + 1)
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
function findSymbolAddress(file: ElfFile, symbols: Uint8Array, nameOffset: number): number | null {
  const reader = new ElfReader(symbols, file.header)
  const entryBytes = file.header.is64 ? 24 : 16
  for (let at = 0; at + entryBytes <= symbols.length; at += entryBytes) {
    if (reader.u32(at) === nameOffset) return reader.word(at + (file.header.is64 ? 8 : 4))
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
  const text = new TextDecoder('latin1').decode(await readSection(file, section))
  const found = new Set<string>()
  for (const [version] of text.matchAll(/go1\.\d{1,2}(?:\.\d{1,2})?(?:(?:rc|beta)\d)?(?![\d.])/g))
    found.add(version)
  const [only] = found
  return found.size === 1 && only !== undefined && Number(/^go1\.(\d+)/.exec(only)?.[1]) <= 17 ? only : null
}

async function readSection(file: ElfFile, section: ElfSection): Promise<Uint8Array> {
  if (section.type === sectionTypes.noBits || !Number.isSafeInteger(section.offset) || section.size === 0) {
    return new Uint8Array(0)
  }
  return file.read(section.offset, Math.min(section.size, maxScanBytes))
}

function findText(bytes: Uint8Array, text: string): number {
  // One character a byte, so that places in the text are places in the bytes.
  return new TextDecoder('latin1').decode(bytes).indexOf(text)
}
