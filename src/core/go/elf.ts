import { AppError } from '../errors'

/** Gives bytes of a file: fewer than asked for at its end, none beyond it. Rejects with AppError when it can't read. */
export type ReadRange = (offsetBytes: number, lengthBytes: number) => Promise<Uint8Array>

export interface ElfHeader {
  is64: boolean
  isLittleEndian: boolean
  /** ET_EXEC is 2, ET_DYN (position-independent, and libraries) 3. */
  type: number
  /** EM_386 and so on. */
  machine: number
  programs: { offset: number; entrySize: number; count: number }
  sections: { offset: number; entrySize: number; count: number; nameIndex: number }
}

export interface ElfProgram {
  type: number
  flags: number
  offset: number
  address: number
  fileSize: number
}

export interface ElfSection {
  nameOffset: number
  /** '' until the names were read, or when the name lies outside its table. */
  name: string
  type: number
  address: number
  offset: number
  size: number
  link: number
}

export const elfHeaderBytes = 64
/** PT_LOAD. */
export const programLoad = 1
/** PT_INTERP. */
export const programInterpreter = 3
export const programFlags = { execute: 1, write: 2 } as const
/** SHT_SYMTAB and SHT_NOBITS (a section without bytes in the file). */
export const sectionTypes = { symbols: 2, noBits: 8 } as const

/** Integers of one ELF file, in its byte order and word size. Reading outside is an AppError `parse`. */
export class ElfReader {
  readonly #view: DataView
  readonly #isLittleEndian: boolean
  readonly #is64: boolean

  constructor(bytes: Uint8Array, format: { is64: boolean; isLittleEndian: boolean }) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#isLittleEndian = format.isLittleEndian
    this.#is64 = format.is64
  }

  u16(offset: number): number {
    return this.#view.getUint16(this.#checked(offset, 2), this.#isLittleEndian)
  }

  u32(offset: number): number {
    return this.#view.getUint32(this.#checked(offset, 4), this.#isLittleEndian)
  }

  /** An address, offset or size of the file's word size. What doesn't fit 2^53 can't be in a real file. */
  word(offset: number): number {
    if (!this.#is64) return this.u32(offset)
    const value = this.#view.getBigUint64(this.#checked(offset, 8), this.#isLittleEndian)
    // Number() of a huge value is still a number beyond every real file: range checks refuse it later.
    return Number(value)
  }

  #checked(offset: number, length: number): number {
    if (offset < 0 || offset + length > this.#view.byteLength) {
      throw new AppError('parse', 'ELF: a field lies outside its table')
    }
    return offset
  }
}

/**
 * The file header (elf(5), Ehdr) from the first 64 bytes; null for what is no ELF file of a known class and byte order.
 */
export function parseElfHeader(bytes: Uint8Array): ElfHeader | null {
  if (bytes.length < 52 || bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46)
    return null
  const [classByte, dataByte] = [bytes[4], bytes[5]]
  if ((classByte !== 1 && classByte !== 2) || (dataByte !== 1 && dataByte !== 2)) return null
  const is64 = classByte === 2
  if (is64 && bytes.length < elfHeaderBytes) return null
  const format = { is64, isLittleEndian: dataByte === 1 }
  const reader = new ElfReader(bytes, format)
  const at = is64 ? { ph: 32, sh: 40, counts: 54 } : { ph: 28, sh: 32, counts: 42 }
  return {
    ...format,
    type: reader.u16(16),
    machine: reader.u16(18),
    programs: {
      offset: reader.word(at.ph),
      entrySize: reader.u16(at.counts),
      count: reader.u16(at.counts + 2),
    },
    sections: {
      offset: reader.word(at.sh),
      entrySize: reader.u16(at.counts + 4),
      count: reader.u16(at.counts + 6),
      nameIndex: reader.u16(at.counts + 8),
    },
  }
}

/** The program headers (Phdr) in `bytes`, which begin at `header.programs.offset`. Cut tables give what is there. */
export function parseElfPrograms(header: ElfHeader, bytes: Uint8Array): ElfProgram[] {
  const reader = new ElfReader(bytes, header)
  const leastSize = header.is64 ? 56 : 32
  const { entrySize, count } = header.programs
  const programs: ElfProgram[] = []
  if (entrySize < leastSize) return programs
  for (let i = 0; i < count && i * entrySize + leastSize <= bytes.length; i++) {
    const at = i * entrySize
    programs.push(
      header.is64
        ? {
            type: reader.u32(at),
            flags: reader.u32(at + 4),
            offset: reader.word(at + 8),
            address: reader.word(at + 16),
            fileSize: reader.word(at + 32),
          }
        : {
            type: reader.u32(at),
            flags: reader.u32(at + 24),
            offset: reader.word(at + 4),
            address: reader.word(at + 8),
            fileSize: reader.word(at + 16),
          },
    )
  }
  return programs
}

/** The section headers (Shdr) in `bytes`, which begin at `header.sections.offset`; names are not filled in. */
export function parseElfSections(header: ElfHeader, bytes: Uint8Array): ElfSection[] {
  const reader = new ElfReader(bytes, header)
  const leastSize = header.is64 ? 64 : 40
  const { entrySize, count } = header.sections
  const sections: ElfSection[] = []
  if (entrySize < leastSize) return sections
  const at = header.is64
    ? { address: 16, offset: 24, size: 32, link: 40 }
    : { address: 12, offset: 16, size: 20, link: 24 }
  for (let i = 0; i < count && i * entrySize + leastSize <= bytes.length; i++) {
    const start = i * entrySize
    sections.push({
      nameOffset: reader.u32(start),
      name: '',
      type: reader.u32(start + 4),
      address: reader.word(start + at.address),
      offset: reader.word(start + at.offset),
      size: reader.word(start + at.size),
      link: reader.u32(start + at.link),
    })
  }
  return sections
}

/** Fills in the names from the bytes of the section-name table. */
export function nameElfSections(sections: ElfSection[], names: Uint8Array): void {
  for (const section of sections) section.name = readCString(names, section.nameOffset, 64)
}

/** The text at `offset` up to its zero byte, at most maxBytes of it; '' when it lies outside. */
export function readCString(bytes: Uint8Array, offset: number, maxBytes: number): string {
  if (offset >= bytes.length) return ''
  const end = bytes.subarray(offset, offset + maxBytes).indexOf(0)
  return end < 0 ? '' : new TextDecoder('latin1').decode(bytes.subarray(offset, offset + end))
}

/** Where in the file the memory address lies, and how many bytes of its segment follow there; null: not in the file. */
export function toFileRange(
  programs: readonly ElfProgram[],
  address: number,
): { offset: number; availableBytes: number } | null {
  for (const program of programs) {
    const into = address - program.address
    if (program.type === programLoad && into >= 0 && into < program.fileSize) {
      return { offset: program.offset + into, availableBytes: program.fileSize - into }
    }
  }
  return null
}
