import { AppError } from '../errors'

/** Where in which file the text stands that is being read: what an error names. */
export interface LinePlace {
  /** Name of the kernel's file, `meminfo` or `PID/smaps`. */
  file: string
  /** From 1. */
  line: number
  text: string
}

/** Longest part of a foreign line that an error repeats. */
const quotedLength = 48

/** An AppError `parse` that names file and line, with the text cut and escaped: it may hold any characters. */
export function parseFailure(place: LinePlace, why: string): AppError {
  const cut = place.text.slice(0, quotedLength)
  const quoted = cut.replace(/[^\x20-\x7e]|[\\"]/g, escapeCharacter)
  const more = place.text.length > quotedLength ? '…' : ''
  return new AppError('parse', `${place.file} line ${place.line}: ${why}: "${quoted}${more}"`, {
    params: { file: place.file, line: place.line },
  })
}

function escapeCharacter(character: string): string {
  if (character === '\\' || character === '"') return `\\${character}`
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Refuses a file that no kernel writes so long, before time and memory are spent on it: AppError `too-large`. */
export function refuseLarge(file: string, length: number, maxLength: number): void {
  if (length <= maxLength) return
  throw new AppError('too-large', `${file}: ${length} characters, more than the ${maxLength} that are read`, {
    params: { file, length, maxLength },
  })
}
