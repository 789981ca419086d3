/** What a small executable of an older Go toolchain would look like; only what readGoBuildInfo looks at is in it. */
export interface GoElfOptions {
  is64: boolean
  isLittleEndian: boolean
  buildInfo: 'inline' | 'pointers' | 'null-pointers' | 'none'
  version: string
  /** Lines of the module information, without its frame. */
  module?: string
  hasSymbols?: boolean
  /** Before runtime.buildVersion, which comes last. */
  symbolNames?: readonly string[]
}

const baseAddress = 0x400000
const sentinel = Uint8Array.from({ length: 16 }, (_, i) => 0xf0 + i)

interface Section {
  name: string
  type: number
  bytes: Uint8Array
  link?: number
  isLoaded?: boolean
}

/** One loadable segment holds the whole file, so that an address is baseAddress + its place in the file. */
export function buildGoElf(options: GoElfOptions): Uint8Array {
  const writer = createWriter(options)
  const { is64 } = options
  const pointerBytes = is64 ? 8 : 4
  const headerBytes = is64 ? 64 : 52
  const dataOffset = (headerBytes + (is64 ? 56 : 32) + 15) & ~15

  const text = new TextEncoder()
  const version = text.encode(options.version)
  const module =
    options.module === undefined
      ? new Uint8Array(0)
      : join(sentinel, text.encode(`${options.module}\n`), sentinel)
  // The data: two string headers, then the two texts.
  const headersAt = dataOffset
  const versionAt = headersAt + 4 * pointerBytes
  const moduleAt = versionAt + version.length
  const rodata = join(
    writer.word(baseAddress + versionAt),
    writer.word(version.length),
    writer.word(baseAddress + moduleAt),
    writer.word(module.length),
    version,
    module,
  )
  const sections: Section[] = [
    { name: '', type: 0, bytes: new Uint8Array(0) },
    { name: '.rodata', type: 1, bytes: rodata, isLoaded: true },
    { name: '.gopclntab', type: 1, bytes: new Uint8Array(16), isLoaded: true },
  ]
  if (options.buildInfo !== 'none') {
    const isNull = options.buildInfo === 'null-pointers'
    const pointers = [headersAt, headersAt + 2 * pointerBytes].map((at) =>
      writer.word(isNull ? 0 : baseAddress + at),
    )
    const bytes =
      options.buildInfo === 'inline' ? inlineBlob(version, module) : pointerBlob(options, pointers)
    sections.push({ name: '.go.buildinfo', type: 1, bytes, isLoaded: true })
  }
  if (options.hasSymbols === true)
    sections.push(...symbolSections(writer, options, sections.length, baseAddress + headersAt))
  return assemble(options, writer, sections, dataOffset)
}

/** As ReadRange: fewer bytes at the end, none beyond it. */
export function readRangeOf(bytes: Uint8Array): (offset: number, length: number) => Promise<Uint8Array> {
  return (offset, length) => Promise.resolve(bytes.slice(offset, offset + length))
}

function blobHeader(pointerBytes: number, flags: number): Uint8Array {
  return Uint8Array.of(0xff, ...new TextEncoder().encode(' Go buildinf:'), pointerBytes, flags)
}

function inlineBlob(version: Uint8Array, module: Uint8Array): Uint8Array {
  return join(
    blobHeader(8, 2),
    new Uint8Array(16),
    varint(version.length),
    version,
    varint(module.length),
    module,
  )
}

function pointerBlob({ is64, isLittleEndian }: GoElfOptions, pointers: Uint8Array[]): Uint8Array {
  const bytes = join(blobHeader(is64 ? 8 : 4, isLittleEndian ? 0 : 1), ...pointers)
  return join(bytes, new Uint8Array(32 - bytes.length))
}

function symbolSections(
  writer: Writer,
  { is64, symbolNames = [] }: GoElfOptions,
  index: number,
  address: number,
): Section[] {
  const names = ['main.main', ...symbolNames, 'runtime.buildVersion']
  const entry = (name: number, value: number): Uint8Array =>
    is64
      ? join(writer.u32(name), new Uint8Array(4), writer.word(value), writer.word(16))
      : join(writer.u32(name), writer.word(value), writer.word(8), new Uint8Array(4))
  let at = 1
  const entries = names.map((name, i) => {
    const nameAt = at
    at += name.length + 1
    return entry(nameAt, i === names.length - 1 ? address : 0x1000)
  })
  const text = new TextEncoder().encode(`\0${names.join('\0')}\0`)
  return [
    { name: '.symtab', type: 2, bytes: join(...entries), link: index + 1 },
    { name: '.strtab', type: 3, bytes: text },
  ]
}

function assemble(
  options: GoElfOptions,
  writer: Writer,
  sections: Section[],
  dataOffset: number,
): Uint8Array {
  const { is64 } = options
  const names = new TextEncoder().encode([...sections.map(({ name }) => name), '.shstrtab'].join('\0') + '\0')
  const all = [...sections, { name: '.shstrtab', type: 3, bytes: names } satisfies Section]
  const nameText = new TextDecoder().decode(names)
  let at = dataOffset
  const bodies: Uint8Array[] = []
  const headers = all.map((section: Section) => {
    const offset = at
    const padded = join(section.bytes, new Uint8Array((16 - (section.bytes.length % 16)) % 16))
    bodies.push(padded)
    at += padded.length
    const name = section.name === '' ? 0 : nameText.indexOf(`${section.name}\0`)
    const address = section.isLoaded === true ? baseAddress + offset : 0
    return join(
      writer.u32(name),
      writer.u32(section.type),
      ...[0, address, offset, section.bytes.length].map(writer.word),
      writer.u32(section.link ?? 0),
      writer.u32(0),
      ...[16, 0].map(writer.word),
    )
  })
  const counts = [is64 ? 64 : 52, is64 ? 56 : 32, 1, is64 ? 64 : 40, all.length, all.length - 1].map(
    writer.u16,
  )
  const ident = Uint8Array.of(
    0x7f,
    0x45,
    0x4c,
    0x46,
    is64 ? 2 : 1,
    options.isLittleEndian ? 1 : 2,
    1,
    ...new Uint8Array(9),
  )
  const tables = [baseAddress, is64 ? 64 : 52, at].map(writer.word)
  const header = join(
    ident,
    writer.u16(2),
    writer.u16(62),
    writer.u32(1),
    ...tables,
    writer.u32(0),
    ...counts,
  )
  const [offset, address, size] = [0, baseAddress, at].map(writer.word) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  const program = is64
    ? join(writer.u32(1), writer.u32(6), offset, address, address, size, size, writer.word(16))
    : join(writer.u32(1), offset, address, address, size, size, writer.u32(6), writer.u32(16))
  const front = join(header, program)
  return join(front, new Uint8Array(dataOffset - front.length), ...bodies, ...headers)
}

interface Writer {
  u16: (value: number) => Uint8Array
  u32: (value: number) => Uint8Array
  word: (value: number) => Uint8Array
}

function createWriter({ is64, isLittleEndian }: GoElfOptions): Writer {
  const write = (length: number, set: (view: DataView) => void): Uint8Array => {
    const bytes = new Uint8Array(length)
    set(new DataView(bytes.buffer))
    return bytes
  }
  const u32 = (value: number): Uint8Array => write(4, (view) => view.setUint32(0, value, isLittleEndian))
  return {
    u16: (value) => write(2, (view) => view.setUint16(0, value, isLittleEndian)),
    u32,
    word: (value) =>
      is64 ? write(8, (view) => view.setBigUint64(0, BigInt(value), isLittleEndian)) : u32(value),
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7) {
    if (rest < 0x80) return Uint8Array.from([...bytes, rest])
    bytes.push((rest & 0x7f) | 0x80)
  }
}

function join(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
