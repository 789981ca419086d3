import { readPointer } from './build-info'
import { toFileRange } from './elf'
import type { ElfFile } from './elf-file'

/**
 * The bytes of the Go string whose header {pointer, length} is at `address`; empty when the header is not in the file
 * or still to be relocated (zero), as in position-independent executables that a C linker finished.
 */
export async function readGoString(
  file: ElfFile,
  address: number,
  format: { pointerBytes: 4 | 8; isLittleEndian: boolean },
  maxBytes: number,
): Promise<Uint8Array> {
  const none = new Uint8Array(0)
  const headerAt = toFileRange(file.programs, address)
  if (address === 0 || headerAt === null || !Number.isSafeInteger(headerAt.offset)) return none
  const header = await file.read(headerAt.offset, 2 * format.pointerBytes)
  if (header.length < 2 * format.pointerBytes) return none
  const textAddress = readPointer(header, 0, format.pointerBytes, format.isLittleEndian)
  const length = readPointer(header, format.pointerBytes, format.pointerBytes, format.isLittleEndian)
  const textAt = toFileRange(file.programs, textAddress)
  if (textAt === null || length > Math.min(maxBytes, textAt.availableBytes)) return none
  return Number.isSafeInteger(textAt.offset) ? file.read(textAt.offset, length) : none
}
