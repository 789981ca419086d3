import { AppError } from '../errors'

const newline = 0x0a
const space = 0x20
const maxLines = 1_000_000

/**
 * A text from the one before and its changed lines: each `UNCHANGED LINE` newline, where UNCHANGED lines of the old text
 * stand before it at the same places. `lineCount` counts what stands between newlines, so the last one is empty for a
 * text that ends with a newline. Throws AppError `parse` for changes that do not fit, `too-large` over a million lines.
 */
export function applyChangedLines(old: Uint8Array, lineCount: number, changes: Uint8Array): Uint8Array {
  if (lineCount > maxLines) throw new AppError('too-large', `${lineCount} lines`)
  const before = splitLines(old)
  const lines: Uint8Array[] = []
  const keep = (count: number): void => {
    for (let left = count; left > 0; left--) {
      const line = before[lines.length]
      if (line === undefined || lines.length >= lineCount) {
        throw new AppError('parse', 'changed lines beyond the text')
      }
      lines.push(line)
    }
  }
  for (let at = 0; at < changes.length;) {
    const end = changes.indexOf(newline, at)
    const gap = changes.indexOf(space, at)
    if (end < 0 || gap < 0 || gap > end) throw new AppError('parse', 'a changed line without an end')
    keep(toCount(changes.subarray(at, gap)))
    if (lines.length >= lineCount) throw new AppError('parse', 'more lines than there are')
    lines.push(changes.subarray(gap + 1, end))
    at = end + 1
  }
  keep(lineCount - lines.length)
  return joinLines(lines)
}

function splitLines(text: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  let at = 0
  for (let end = text.indexOf(newline); end >= 0; end = text.indexOf(newline, at)) {
    lines.push(text.subarray(at, end))
    at = end + 1
  }
  lines.push(text.subarray(at))
  return lines
}

function joinLines(lines: readonly Uint8Array[]): Uint8Array {
  const length = lines.reduce((sum, line) => sum + line.length + 1, 0) - 1
  const text = new Uint8Array(Math.max(0, length))
  let at = 0
  for (const line of lines) {
    text.set(line, at)
    at += line.length
    if (at < text.length) text[at++] = newline
  }
  return text
}

function toCount(digits: Uint8Array): number {
  if (digits.length === 0 || digits.length > 9) throw new AppError('parse', 'a changed line without a place')
  let value = 0
  for (const digit of digits) {
    if (digit < 0x30 || digit > 0x39) throw new AppError('parse', 'a changed line without a place')
    value = value * 10 + digit - 0x30
  }
  return value
}
