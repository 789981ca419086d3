import {
  Function as FunctionMessage,
  Location as LocationMessage,
  Mapping as MappingMessage,
  ValueType as ValueTypeMessage,
} from 'pprof-format'
import { IdTable } from './id-table'
import { keepKnownFields, type MessageShape } from './known-fields'
import type { ProfileFunction, ProfileLine, ProfileLocation, ProfileMapping, ValueType } from './profile'
import { brokenProfile, oversizedProfile } from './profile-errors'
import type { ProfileFields, Spans } from './profile-fields'

const valueTypeShape: MessageShape = { 1: 0, 2: 0 }
const functionShape: MessageShape = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 }
const mappingShape: MessageShape = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0, 8: 0, 9: 0, 10: 0 }
const lineShape: MessageShape = { 1: 0, 2: 0, 3: 0 }
const locationShape: MessageShape = { 1: 0, 2: 0, 3: 0, 4: lineShape, 5: 0 }

const maxLines = 2 ** 23
/** Of one message of a table, before objects are made of it: tens of thousands of inlined lines. */
const maxMessageBytes = 2 ** 20

type Numeric = number | bigint

function toUint64(value: Numeric): bigint {
  return BigInt.asUintN(64, BigInt(value))
}

function* messages(fields: ProfileFields, spans: Spans, shape: MessageShape): Generator<Uint8Array> {
  for (let index = 0; index < spans.count; index++) {
    const start = spans.start(index)
    const end = spans.end(index)
    if (end - start > maxMessageBytes) throw oversizedProfile(`a message of over ${maxMessageBytes} bytes`)
    yield keepKnownFields(fields.bytes, start, end, shape)
  }
}

/** The tables that samples refer to. */
export interface ProfileTables {
  sampleTypes: ValueType[]
  periodType: ValueType | null
  functions: ProfileFunction[]
  mappings: ProfileMapping[]
  locations: ProfileLocation[]
  locationIds: IdTable
}

function readValueTypes(fields: ProfileFields, spans: Spans): ValueType[] {
  return [...messages(fields, spans, valueTypeShape)].map((bytes) => {
    const { type, unit } = ValueTypeMessage.decode(bytes)
    return { type: fields.text(type), unit: fields.text(unit) }
  })
}

function readFunctions(fields: ProfileFields): { functions: ProfileFunction[]; ids: IdTable } {
  const ids = new IdTable('function', fields.functions.count)
  const functions: ProfileFunction[] = []
  for (const bytes of messages(fields, fields.functions, functionShape)) {
    const message = FunctionMessage.decode(bytes)
    ids.add(message.id, functions.length)
    functions.push({
      name: fields.text(message.name),
      systemName: fields.text(message.systemName),
      filename: fields.text(message.filename),
      startLine: Number(BigInt.asIntN(64, BigInt(message.startLine))),
    })
  }
  return { functions, ids }
}

function readMappings(fields: ProfileFields): { mappings: ProfileMapping[]; ids: IdTable } {
  const ids = new IdTable('mapping', fields.mappings.count)
  const mappings: ProfileMapping[] = []
  for (const bytes of messages(fields, fields.mappings, mappingShape)) {
    const message = MappingMessage.decode(bytes)
    ids.add(message.id, mappings.length)
    mappings.push({
      startAddress: toUint64(message.memoryStart),
      limitAddress: toUint64(message.memoryLimit),
      fileOffset: toUint64(message.fileOffset),
      filename: fields.text(message.filename),
      buildId: fields.text(message.buildId),
    })
  }
  return { mappings, ids }
}

function readLine(line: { functionId: Numeric; line: Numeric }, ids: IdTable): ProfileLine {
  const functionIndex = ids.findId(line.functionId)
  if (functionIndex === -1) throw brokenProfile(`there is no function ${toUint64(line.functionId)}`)
  return { functionIndex, line: Number(BigInt.asIntN(64, BigInt(line.line))) }
}

/**
 * Reads all tables. A line without its function is broken; a location whose mapping is not there has none, as the tool
 * takes it. Throws AppError `parse` and `too-large`.
 */
export function readProfileTables(fields: ProfileFields): ProfileTables {
  const { functions, ids: functionIds } = readFunctions(fields)
  const { mappings, ids: mappingIds } = readMappings(fields)
  const locationIds = new IdTable('location', fields.locations.count)
  const locations: ProfileLocation[] = []
  let lineCount = 0
  for (const bytes of messages(fields, fields.locations, locationShape)) {
    const message = LocationMessage.decode(bytes)
    locationIds.add(message.id, locations.length)
    lineCount += message.line.length
    if (lineCount > maxLines) throw oversizedProfile(`over ${maxLines} lines of locations`)
    locations.push({
      address: toUint64(message.address),
      mappingIndex: mappingIds.findId(message.mappingId),
      lines: message.line.map((line) => readLine(line, functionIds)),
      ...(message.isFolded ? { isFolded: true } : {}),
    })
  }
  return {
    sampleTypes: readValueTypes(fields, fields.sampleTypes),
    periodType: readValueTypes(fields, fields.periodTypes).at(-1) ?? null,
    functions,
    mappings,
    locations,
    locationIds,
  }
}
