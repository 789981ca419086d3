import type { IdTable } from './id-table'
import { NumberList } from './number-list'
import type { SampleLabels } from './profile'
import { brokenProfile, oversizedProfile } from './profile-errors'
import type { ProfileFields } from './profile-fields'
import { WireReader, wireBytes } from './wire-reader'

const maxStackEntries = 2 ** 26
/** Of one sample. */
const maxLabels = 4096
/** That are kept: samples with the same ones share them. */
const maxKeptLabels = 2 ** 22

type LabelNumbers = [key: bigint, text: bigint, value: bigint, unit: bigint]

/** Which half of a 64-bit number comes first in memory. */
const lowHalf = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1

/** The samples of a profile in columns; see `Profile`. */
export interface SampleColumns {
  stackStarts: Uint32Array
  stacks: Uint32Array
  values: BigInt64Array
  labels: (SampleLabels | null)[]
}

/**
 * Reads the samples. They are nearly all of a profile, so their two lists of numbers go from the bytes into the columns
 * without an object each. Throws AppError `parse` for what refers to nothing, `too-large` past the limits.
 */
export function readSampleColumns(
  fields: ProfileFields,
  typeCount: number,
  locationIds: IdTable,
): SampleColumns {
  const count = fields.samples.count
  if (typeCount === 0 && count > 0) throw brokenProfile('it has samples, but no sample types')
  if (typeCount * count > 2 ** 26) throw oversizedProfile('it has too many values')
  const reader = new SampleReader(fields, typeCount, locationIds)
  for (let index = 0; index < count; index++) reader.read(index)
  return reader.finish()
}

class SampleReader {
  readonly #fields: ProfileFields
  readonly #typeCount: number
  readonly #locationIds: IdTable
  readonly #stackStarts: Uint32Array
  readonly #stacks = new NumberList('frames in stacks', maxStackEntries)
  readonly #values: BigInt64Array
  readonly #halves: Int32Array
  readonly #labels: (SampleLabels | null)[] = []
  /** By their numbers: samples share them, of which a heap profile has a few hundred kinds. */
  readonly #knownLabels = new Map<string, SampleLabels | null>()
  readonly #outer: WireReader
  readonly #inner: WireReader
  #sample = 0
  #valueCount = 0
  #keptLabels = 0

  readonly #addLocation = (reader: WireReader): void => {
    const location = this.#locationIds.find(reader.low, reader.high)
    if (location === -1) throw brokenProfile(`there is no location ${BigInt.asUintN(64, reader.int64)}`)
    this.#stacks.push(location)
  }

  readonly #addValue = (reader: WireReader): void => {
    if (this.#valueCount < this.#typeCount) {
      const at = 2 * (this.#sample * this.#typeCount + this.#valueCount)
      this.#halves[at + lowHalf] = reader.low
      this.#halves[at + 1 - lowHalf] = reader.high
    }
    this.#valueCount++
  }

  constructor(fields: ProfileFields, typeCount: number, locationIds: IdTable) {
    const count = fields.samples.count
    this.#fields = fields
    this.#typeCount = typeCount
    this.#locationIds = locationIds
    this.#stackStarts = new Uint32Array(count + 1)
    this.#values = new BigInt64Array(count * typeCount)
    this.#halves = new Int32Array(this.#values.buffer)
    this.#outer = new WireReader(fields.bytes, 0, 0)
    this.#inner = new WireReader(fields.bytes, 0, 0)
  }

  read(index: number): void {
    const outer = this.#outer
    outer.moveTo(this.#fields.samples.start(index), this.#fields.samples.end(index))
    this.#sample = index
    this.#valueCount = 0
    let labels: LabelNumbers[] | null = null
    while (outer.next()) {
      if (outer.field === 1) this.#readList(outer, this.#addLocation)
      else if (outer.field === 2) this.#readList(outer, this.#addValue)
      else if (outer.field === 3) {
        labels ??= []
        if (labels.length >= maxLabels) throw oversizedProfile(`over ${maxLabels} labels of a sample`)
        labels.push(this.#readLabel(outer))
      }
    }
    if (this.#valueCount !== this.#typeCount) {
      throw brokenProfile(`a sample has ${this.#valueCount} values for ${this.#typeCount} types`)
    }
    this.#stackStarts[index + 1] = this.#stacks.length
    if (labels !== null) this.#addLabels(index, labels)
  }

  finish(): SampleColumns {
    const { count } = this.#fields.samples
    if (this.#labels.length > 0) for (let i = this.#labels.length; i < count; i++) this.#labels.push(null)
    return {
      stackStarts: this.#stackStarts,
      stacks: this.#stacks.finish(),
      values: this.#values,
      labels: this.#labels,
    }
  }

  /** Go writes lists of up to two numbers one by one, longer ones packed. */
  #readList(outer: WireReader, add: (reader: WireReader) => void): void {
    if (outer.wireType !== wireBytes) {
      outer.expectVarint()
      add(outer)
      return
    }
    const inner = this.#inner
    inner.moveTo(outer.dataStart, outer.dataEnd)
    while (inner.position < inner.end) {
      inner.readVarint()
      add(inner)
    }
  }

  /** One label as its four numbers: key, text, number, unit. */
  #readLabel(outer: WireReader): LabelNumbers {
    outer.expectBytes()
    const inner = this.#inner
    inner.moveTo(outer.dataStart, outer.dataEnd)
    const numbers: LabelNumbers = [0n, 0n, 0n, 0n]
    while (inner.next()) {
      if (inner.field < 1 || inner.field > 4) continue
      inner.expectVarint()
      numbers[inner.field - 1] = inner.int64
    }
    return numbers
  }

  #addLabels(index: number, list: readonly LabelNumbers[]): void {
    const key = list.join(';')
    let labels = this.#knownLabels.get(key)
    if (labels === undefined) {
      this.#keptLabels += list.length
      if (this.#keptLabels > maxKeptLabels) throw oversizedProfile(`over ${maxKeptLabels} labels`)
      labels = this.#toLabels(list)
      this.#knownLabels.set(key, labels)
    }
    if (labels === null) return
    while (this.#labels.length < index) this.#labels.push(null)
    this.#labels.push(labels)
  }

  /** null: there is nothing in them. */
  #toLabels(list: readonly LabelNumbers[]): SampleLabels | null {
    // Without a prototype: a label may be called `__proto__`.
    const text = Object.create(null) as Record<string, string[]>
    const numbers = Object.create(null) as Record<string, { value: bigint; unit: string }[]>
    let isEmpty = true
    for (const [key, str, value, unit] of list) {
      const name = this.#fields.text(key)
      if (str !== 0n) (text[name] ??= []).push(this.#fields.text(str))
      else if (value !== 0n || unit !== 0n) {
        ;(numbers[name] ??= []).push({ value, unit: this.#fields.text(unit) })
      } else continue
      isEmpty = false
    }
    return isEmpty ? null : { text, numbers }
  }
}
