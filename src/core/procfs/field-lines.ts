import { toBytesOfKib, toPaddedCount, toRoundedCount } from './checked-numbers'
import { parseFailure, refuseLarge, type LinePlace } from './parse-failure'

/** How one known line of a file is read: the kernel's name of it, and the check of its value. */
export interface FieldRule {
  kernelName: string
  read: (value: string, place: LinePlace) => number | null
}

export type FieldTable = Readonly<Record<string, FieldRule>>

/** The known fields of a table, null where the kernel did not report one; all the others as they stand in `other`. */
export type Fields<T extends FieldTable> = { [K in keyof T]: number | null } & {
  other: Record<string, string>
}

/** A line `Name:  123 kB`, read as bytes. */
export function kib(kernelName: string): FieldRule {
  return { kernelName, read: toBytesOfKib }
}

/** A line with a plain number that must be exact. */
export function count(kernelName: string): FieldRule {
  return { kernelName, read: toPaddedCount }
}

/** A line with an unsigned 64-bit counter, rounded above 2^53. */
export function counter(kernelName: string): FieldRule {
  return { kernelName, read: toRoundedCount }
}

/** Reads lines into the fields of a table; one for each kind of file, made once. */
export interface FieldReader<T extends FieldTable> {
  empty(): Fields<T>
  /** Throws AppError `parse` for a known name with an unexpected value, or one that came before. */
  accept(fields: Fields<T>, kernelName: string, value: string, place: LinePlace): void
}

export function createFieldReader<const T extends FieldTable>(table: T): FieldReader<T> {
  const rules = new Map<string, { key: string; rule: FieldRule }>()
  for (const [key, rule] of Object.entries(table)) rules.set(rule.kernelName, { key, rule })
  const template: Record<string, unknown> = {}
  for (const key of Object.keys(table)) template[key] = null
  return {
    empty() {
      return { ...template, other: emptyRecord() } as Fields<T>
    },
    accept(fields, kernelName, value, place) {
      const known = rules.get(kernelName)
      if (!known) {
        fields.other[kernelName] = value.trim()
        return
      }
      const numbers = fields as Record<string, number | null>
      if (numbers[known.key] !== null) throw parseFailure(place, 'the same field twice')
      numbers[known.key] = known.rule.read(value, place)
    },
  }
}

/** A record without a prototype: a field may be called `__proto__` or `constructor`. */
export function emptyRecord(): Record<string, string> {
  return Object.create(null) as Record<string, string>
}

/** Calls `visit` for every line; the end of the text after a last newline is no line. Refuses more than maxLength. */
export function forEachLine(
  file: string,
  text: string,
  maxLength: number,
  visit: (line: string, place: LinePlace) => void,
): void {
  refuseLarge(file, text.length, maxLength)
  let start = 0
  let line = 0
  while (start < text.length) {
    const end = text.indexOf('\n', start)
    const stop = end < 0 ? text.length : end
    const lineText = text.slice(start, stop)
    line++
    visit(lineText, { file, line, text: lineText })
    start = stop + 1
  }
}

/** A file of `Name:   value` lines. Throws AppError `parse` or `too-large`. */
export function parseColonLines<T extends FieldTable>(
  file: string,
  text: string,
  maxLength: number,
  reader: FieldReader<T>,
): Fields<T> {
  const fields = reader.empty()
  forEachLine(file, text, maxLength, (line, place) => acceptColonLine(reader, fields, line, place))
  return fields
}

/** One line `Name:   value` into the fields. */
export function acceptColonLine<T extends FieldTable>(
  reader: FieldReader<T>,
  fields: Fields<T>,
  line: string,
  place: LinePlace,
): void {
  const colon = line.indexOf(':')
  if (colon <= 0) throw parseFailure(place, 'expected "name: value"')
  reader.accept(fields, line.slice(0, colon), line.slice(colon + 1), place)
}

/**
 * A file of `name value` lines. These carry no unit that would show a cut, so that a last line without its newline
 * (after other lines) is refused. `acceptFirst` may take a line before the table does. Throws AppError `parse` or `too-large`.
 */
export function parseSpacedLines<T extends FieldTable>(
  file: string,
  text: string,
  maxLength: number,
  reader: FieldReader<T>,
  acceptFirst: (name: string, value: string, place: LinePlace) => boolean = () => false,
): Fields<T> {
  const fields = reader.empty()
  const isCut = text.includes('\n') && !text.endsWith('\n')
  const lastStart = text.lastIndexOf('\n') + 1
  let seen = 0
  forEachLine(file, text, maxLength, (line, place) => {
    if (isCut && seen === lastStart) throw parseFailure(place, 'the last line is cut')
    seen += line.length + 1
    const space = line.indexOf(' ')
    if (space <= 0) throw parseFailure(place, 'expected "name value"')
    const name = line.slice(0, space)
    const value = line.slice(space + 1)
    if (!acceptFirst(name, value, place)) reader.accept(fields, name, value, place)
  })
  return fields
}
