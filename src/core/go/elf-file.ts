import { AppError } from '../errors'
import {
  elfHeaderBytes,
  nameElfSections,
  parseElfHeader,
  parseElfPrograms,
  parseElfSections,
  type ElfHeader,
  type ElfProgram,
  type ElfSection,
  type ReadRange,
} from './elf'

/** Tables of a real executable are far below this; a hostile one gets no more of our memory. */
const maxTableBytes = 1024 * 1024

/** An executable of which the tables are read; the rest is read by range. */
export interface ElfFile {
  header: ElfHeader
  programs: ElfProgram[]
  sections: ElfSection[]
  read: ReadRange
}

/** The tables of an ELF file, in four reads; null for what is no ELF file. AppError `parse` for impossible tables. */
export async function readElfFile(readRange: ReadRange): Promise<ElfFile | null> {
  const header = parseElfHeader(await readRange(0, elfHeaderBytes))
  if (header === null) return null
  const programs = parseElfPrograms(header, await readTable(readRange, header.programs))
  const sections = parseElfSections(header, await readTable(readRange, header.sections))
  const names = sections[header.sections.nameIndex]
  if (names !== undefined && names.size <= maxTableBytes && Number.isSafeInteger(names.offset)) {
    nameElfSections(sections, await readRange(names.offset, names.size))
  }
  return { header, programs, sections, read: readRange }
}

async function readTable(
  readRange: ReadRange,
  table: { offset: number; entrySize: number; count: number },
): Promise<Uint8Array> {
  const size = table.entrySize * table.count
  if (table.offset === 0 || size === 0) return new Uint8Array(0)
  if (size > maxTableBytes || !Number.isSafeInteger(table.offset)) {
    throw new AppError('parse', 'ELF: a table is too large')
  }
  return readRange(table.offset, size)
}
