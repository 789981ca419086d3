import { gzipSync } from 'node:zlib'

type Numeric = number | bigint

/** What a hand-made profile is built of; ids are given, so that broken ones can be, too. */
export interface ProfileParts {
  sampleTypes: [type: string, unit: string][]
  functions?: { id: Numeric; name: string; systemName?: string; filename?: string; startLine?: Numeric }[]
  mappings?: {
    id: Numeric
    start?: Numeric
    limit?: Numeric
    offset?: Numeric
    filename?: string
    buildId?: string
  }[]
  locations?: {
    id: Numeric
    mappingId?: Numeric
    address?: Numeric
    functionIds?: Numeric[]
    isFolded?: boolean
  }[]
  samples?: {
    stack: Numeric[]
    values: Numeric[]
    labels?: { key: string; text?: string; number?: Numeric; unit?: string }[]
  }[]
  timeNanos?: Numeric
  durationNanos?: Numeric
  periodType?: [type: string, unit: string]
  period?: Numeric
  comments?: string[]
  defaultSampleType?: string
  dropFrames?: string
  keepFrames?: string
  /** Lists of numbers as single fields, however long. */
  isUnpacked?: boolean
}

export function varint(value: Numeric): number[] {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return [...bytes, Number(rest)]
}

export function numberField(field: number, value: Numeric): number[] {
  return [...varint(field << 3), ...varint(value)]
}

export function bytesField(field: number, bytes: readonly number[]): number[] {
  return [...varint((field << 3) | 2), ...varint(bytes.length), ...bytes]
}

function listField(field: number, values: readonly Numeric[], isUnpacked: boolean): number[] {
  return isUnpacked || values.length <= 2
    ? values.flatMap((value) => numberField(field, value))
    : bytesField(
        field,
        values.flatMap((value) => varint(value)),
      )
}

/** A profile.proto of those parts, not zipped. */
export function encodeProfile(parts: ProfileParts): Uint8Array {
  const strings = ['']
  const text = (value: string): number => {
    const known = strings.indexOf(value)
    return known === -1 ? strings.push(value) - 1 : known
  }
  const valueType = ([type, unit]: readonly [string, string]): number[] => [
    ...numberField(1, text(type)),
    ...numberField(2, text(unit)),
  ]
  const isUnpacked = parts.isUnpacked === true
  const pieces: number[][] = parts.sampleTypes.map((type) => bytesField(1, valueType(type)))
  for (const { stack, values, labels = [] } of parts.samples ?? []) {
    const labelFields = labels.flatMap(({ key, text: value, number, unit }) =>
      bytesField(3, [
        ...numberField(1, text(key)),
        ...(value === undefined ? [] : numberField(2, text(value))),
        ...(number === undefined ? [] : numberField(3, number)),
        ...(unit === undefined ? [] : numberField(4, text(unit))),
      ]),
    )
    pieces.push(
      bytesField(2, [
        ...listField(1, stack, isUnpacked),
        ...listField(2, values, isUnpacked),
        ...labelFields,
      ]),
    )
  }
  for (const { id, start = 0, limit = 0, offset = 0, filename = '', buildId = '' } of parts.mappings ?? []) {
    const numbers = [id, start, limit, offset, text(filename), text(buildId), 1, 1, 1, 1]
    pieces.push(
      bytesField(
        3,
        numbers.flatMap((value, index) => numberField(index + 1, value)),
      ),
    )
  }
  for (const { id, mappingId = 0, address = 0, functionIds = [], isFolded = false } of parts.locations ??
    []) {
    const lines = functionIds.flatMap((functionId, index) =>
      bytesField(4, [...numberField(1, functionId), ...numberField(2, index + 1)]),
    )
    const numbers = [id, mappingId, address].flatMap((value, index) => numberField(index + 1, value))
    pieces.push(bytesField(4, [...numbers, ...lines, ...(isFolded ? numberField(5, 1) : [])]))
  }
  for (const { id, name, systemName = name, filename = '', startLine = 0 } of parts.functions ?? []) {
    const numbers = [id, text(name), text(systemName), text(filename), startLine]
    pieces.push(
      bytesField(
        5,
        numbers.flatMap((value, index) => numberField(index + 1, value)),
      ),
    )
  }
  pieces.push(
    numberField(7, text(parts.dropFrames ?? '')),
    numberField(8, text(parts.keepFrames ?? '')),
    ...(parts.timeNanos === undefined ? [] : [numberField(9, parts.timeNanos)]),
    numberField(10, parts.durationNanos ?? 0),
    ...(parts.periodType === undefined ? [] : [bytesField(11, valueType(parts.periodType))]),
    numberField(12, parts.period ?? 0),
    listField(
      13,
      (parts.comments ?? []).map((comment) => text(comment)),
      isUnpacked,
    ),
    numberField(14, text(parts.defaultSampleType ?? '')),
  )
  for (const value of strings) pieces.push(bytesField(6, [...new TextEncoder().encode(value)]))
  return Uint8Array.from(pieces.flat())
}

export function zipProfile(parts: ProfileParts): Uint8Array {
  return gzipSync(encodeProfile(parts))
}

/**
 * The same with functions, locations and a binary made of the stacks: frames from the leaf, each a name, or the names
 * that are inlined into one place, the innermost first.
 */
export function profileOfStacks(
  stacks: readonly {
    frames: readonly (string | readonly string[])[]
    values: readonly Numeric[]
    labels?: { key: string; text: string }[]
  }[],
  rest: Omit<ProfileParts, 'functions' | 'locations' | 'samples'>,
): ProfileParts {
  const functions = new Map<string, number>()
  const locations = new Map<string, number>()
  const functionId = (name: string): number => {
    if (!functions.has(name)) functions.set(name, functions.size + 1)
    return functions.get(name)!
  }
  const locationId = (frame: string | readonly string[]): number => {
    const key = JSON.stringify([frame].flat())
    if (!locations.has(key)) locations.set(key, locations.size + 1)
    return locations.get(key)!
  }
  const samples = stacks.map(({ frames, values, labels }) => ({
    stack: frames.map((frame) => locationId(frame)),
    values: [...values],
    ...(labels === undefined ? {} : { labels }),
  }))
  const places = [...locations].map(([key, id]) => ({
    id,
    mappingId: 1,
    address: 0x1000 + id,
    functionIds: (JSON.parse(key) as string[]).map((name) => functionId(name)),
  }))
  return {
    mappings: [{ id: 1, start: 0x1000, limit: 0x9000, filename: '/srv/app/bin/service', buildId: 'abc123' }],
    ...rest,
    samples,
    locations: places,
    functions: [...functions].map(([name, id]) => ({
      id,
      name,
      filename: `/src/${name.replaceAll('/', '_')}.go`,
    })),
  }
}
