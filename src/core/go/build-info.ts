import { AppError } from '../errors'
import { unquoteGoText } from './go-quote'

/** What a Go toolchain wrote into the executable that it built. */
export interface GoBuildInfo {
  /** false: no Go toolchain built it, or nothing in it tells so (UPX, a library). The other fields are null then. */
  isGo: boolean
  /** `go1.19.8`, `devel go1.22-…`, with suffixes as they are; null: Go, version unknown. */
  version: string | null
  /** Path of the main module, or of the main package where there is no module. */
  module: string | null
  /** Import path of the main package. */
  mainPackage: string | null
  /** Of the main module: `v1.2.3`, a pseudo-version or `(devel)`. */
  moduleVersion: string | null
  /** Built with -race; null: not recorded (before Go 1.18, unless its symbols show it). */
  isRace: boolean | null
  /** `build` lines of the module information, since Go 1.18: GOARCH, CGO_ENABLED, -race, vcs.revision … */
  settings: Record<string, string>
  /** GOARCH of the ELF header; null: a machine that Go does not build for. */
  arch: string | null
  /** There is no symbol table. null: the table of sections can't be read. */
  isStripped: boolean | null
  /** As its ELF header has it: at fixed addresses, or a position-independent program; null: neither, such as a library. */
  kind: 'exe' | 'pie' | null
}

export const notGo: GoBuildInfo = {
  isGo: false,
  version: null,
  module: null,
  mainPackage: null,
  moduleVersion: null,
  isRace: null,
  settings: {},
  arch: null,
  isStripped: null,
  kind: null,
}

/** What the texts of the build information say. */
export type RecordedBuildInfo = Omit<GoBuildInfo, 'arch' | 'isStripped' | 'kind'>

/** A toolchain writes about 20. */
const maxSettings = 100
/** Longest path, version or setting that is kept, in characters. */
const maxFieldLength = 4096

/** "\xff Go buildinf:", 16-byte aligned (cmd/link's buildinfo, debug/buildinfo). */
const magic = [0xff, 0x20, 0x47, 0x6f, 0x20, 0x62, 0x75, 0x69, 0x6c, 0x64, 0x69, 0x6e, 0x66, 0x3a]
export const blobHeaderBytes = 32
const blobAlign = 16

/** Longest version text that is believed; a toolchain's own is under 100 bytes. */
export const maxVersionBytes = 4096
/** Longest module information that is read: 10,000 dependencies are about 1 MiB. */
export const maxModuleBytes = 2 * 1024 * 1024

/** Offset of the build information's 32-byte header in `bytes`, which begin at an aligned address; -1: none. */
export function findBuildInfoBlob(bytes: Uint8Array): number {
  for (let at = 0; at + blobHeaderBytes <= bytes.length; at += blobAlign) {
    if (bytes[at] === 0xff && magic.every((byte, i) => bytes[at + i] === byte)) return at
  }
  return -1
}

export type BuildInfoBlob =
  /** Go 1.18 and later: both texts follow the header. */
  | { kind: 'inline' }
  /** Go 1.13 to 1.17: addresses of the string headers of runtime.buildVersion and runtime.modinfo. */
  | {
      kind: 'pointers'
      pointerBytes: 4 | 8
      isLittleEndian: boolean
      versionAddress: number
      moduleAddress: number
    }

/** The 32-byte header that findBuildInfoBlob found. AppError `parse` for what no Go linker writes. */
export function parseBuildInfoHeader(header: Uint8Array): BuildInfoBlob {
  if (header.length < blobHeaderBytes) throw new AppError('parse', 'Go build information: header is cut')
  const flags = header[15] ?? 0
  if ((flags & 2) !== 0) return { kind: 'inline' }
  const pointerBytes = header[14]
  if (pointerBytes !== 4 && pointerBytes !== 8)
    throw new AppError('parse', 'Go build information: pointer size')
  const isLittleEndian = (flags & 1) === 0
  return {
    kind: 'pointers',
    pointerBytes,
    isLittleEndian,
    versionAddress: readPointer(header, 16, pointerBytes, isLittleEndian),
    moduleAddress: readPointer(header, 16 + pointerBytes, pointerBytes, isLittleEndian),
  }
}

/** A 4 or 8 byte address; AppError `parse` outside of `bytes`. */
export function readPointer(
  bytes: Uint8Array,
  offset: number,
  pointerBytes: 4 | 8,
  isLittleEndian: boolean,
): number {
  if (offset < 0 || offset + pointerBytes > bytes.length)
    throw new AppError('parse', 'Go build information is cut')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return pointerBytes === 4
    ? view.getUint32(offset, isLittleEndian)
    : Number(view.getBigUint64(offset, isLittleEndian))
}

/**
 * One length-prefixed text (unsigned LEB128, then bytes) at `offset`. `needBytes` says how many bytes from the start
 * of `bytes` would be needed when they end too early; null as a length that can't be.
 */
export function parseVarintText(
  bytes: Uint8Array,
  offset: number,
  maxBytes: number,
): { text: Uint8Array; nextOffset: number } | { needBytes: number } {
  let length = 0
  let at = offset
  for (let shift = 0; ; shift += 7) {
    if (shift > 28) throw new AppError('parse', 'Go build information: length')
    const byte = bytes[at++]
    if (byte === undefined) return { needBytes: offset + 8 }
    length += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) break
  }
  if (length > maxBytes) throw new AppError('parse', 'Go build information: text is too long')
  if (at + length > bytes.length) return { needBytes: at + length }
  return { text: bytes.subarray(at, at + length), nextOffset: at + length }
}

/** Both texts as facts. `module` still has its 16-byte sentinels; AppError `parse` when the version is none. */
export function toGoBuildInfo(version: Uint8Array, module: Uint8Array): RecordedBuildInfo {
  const versionText = parseVersionText(version)
  const lines = parseModuleLines(module)
  const settings: Record<string, string> = Object.create(null) as Record<string, string>
  let mainPath: string | null = null
  let modulePath: string | null = null
  let moduleVersion: string | null = null
  let settingCount = 0
  for (const [kind, first, ...rest] of lines) {
    if (first === undefined) continue
    if (kind === 'path') mainPath ??= first.slice(0, maxFieldLength)
    else if (kind === 'mod' && modulePath === null) {
      modulePath = first.slice(0, maxFieldLength)
      moduleVersion = rest[0]?.slice(0, maxFieldLength) || null
    } else if (kind === 'build' && settingCount++ < maxSettings)
      addSetting(settings, [first, ...rest].join('\t'))
  }
  return {
    isGo: true,
    version: versionText,
    module: modulePath ?? mainPath,
    mainPackage: mainPath,
    moduleVersion,
    isRace: toIsRace(versionText, settings),
    settings: { ...settings },
  }
}

/** `go1.N` as its N, with suffixes and `devel` forms; null when it says no such number. */
export function parseGoMinor(version: string | null): number | null {
  const match = /^(?:devel )?go1\.(\d{1,3})(?!\d)/.exec(version ?? '')
  return match === null ? null : Number(match[1])
}

function parseVersionText(bytes: Uint8Array): string | null {
  if (bytes.length === 0) return null
  const text = new TextDecoder().decode(bytes.subarray(0, maxVersionBytes))
  // Anything else than printable ASCII is no version: a table was followed to somewhere else.
  if (!/^[\x20-\x7e]+$/.test(text)) throw new AppError('parse', 'Go build information: version is no text')
  return text.slice(0, 200)
}

/** The framing is 16 binary bytes on both sides, and the text ends with a newline: looked for before decoding. */
function parseModuleLines(module: Uint8Array): string[][] {
  if (module.length < 33 || module[module.length - 17] !== 0x0a) return []
  const text = new TextDecoder().decode(module.subarray(16, module.length - 16))
  return text.split('\n').map((line) => line.split('\t'))
}

/** `KEY=VALUE`; either may be quoted as a Go string when it holds blanks or quotes (since Go 1.18). */
function addSetting(settings: Record<string, string>, text: string): void {
  const match = /^("(?:[^"\\]|\\.)*"|[^=]*)=([^]*)$/.exec(text)
  if (match === null) return
  settings[unquoteGoText(match[1] ?? '').slice(0, 200)] = unquoteGoText(match[2] ?? '').slice(
    0,
    maxFieldLength,
  )
}

function toIsRace(version: string | null, settings: Record<string, string>): boolean | null {
  if (settings['-race'] !== undefined) return settings['-race'] === 'true'
  // -compiler is written by every go command that writes settings at all.
  const hasSettings = settings['-compiler'] !== undefined || Object.keys(settings).length > 0
  const minor = parseGoMinor(version)
  return hasSettings && minor !== null && minor >= 18 ? false : null
}
