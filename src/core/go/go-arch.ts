import type { ElfHeader } from './elf'

/** GOARCH of an ELF file's machine (elf.h, EM_*), word size and byte order; null: Go does not build for it. */
export function toGoArch({ machine, is64, isLittleEndian }: ElfHeader): string | null {
  switch (machine) {
    case 3:
      return '386'
    case 8:
      return `mips${is64 ? '64' : ''}${isLittleEndian ? 'le' : ''}`
    case 21:
      return isLittleEndian ? 'ppc64le' : 'ppc64'
    case 22:
      return is64 ? 's390x' : null
    case 40:
      return 'arm'
    case 62:
      return 'amd64'
    case 183:
      return 'arm64'
    case 243:
      return is64 ? 'riscv64' : null
    case 258:
      return is64 ? 'loong64' : null
    default:
      return null
  }
}
