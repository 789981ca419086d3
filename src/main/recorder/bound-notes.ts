import type { NoteItem } from './recorder-types'

/** Of all texts that wait, UTF-16 units: heap profiles are megabytes each. */
const mostLength = 64 * 1024 * 1024

/** What may wait: of too many the newest, and no more profiles than fit. */
export function boundNotes(notes: readonly NoteItem[], most: number): NoteItem[] {
  const kept = notes.length > most ? notes.slice(notes.length - most) : [...notes]
  let length = kept.reduce((sum, { text }) => sum + text.length, 0)
  if (length <= mostLength) return kept
  return kept.filter(({ kind, text }) => {
    if (kind !== 'profile' || length <= mostLength) return true
    length -= text.length
    return false
  })
}
