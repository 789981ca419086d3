import type { NoteItem } from './recorder-types'
import { subjectText } from './subject-ids'

/** What holds until the next one of its kind. */
const lastingKinds = new Set(['hostFacts', 'processFacts', 'state'])
const most = 5000

/** The notes that hold now: a new recording begins with them. */
export interface LastingNotes {
  remember(note: NoteItem): void
  all(): NoteItem[]
}

export function createLastingNotes(): LastingNotes {
  const notes = new Map<string, NoteItem>()
  return {
    remember(note) {
      if (!lastingKinds.has(note.kind)) return
      const id = `${note.kind}\n${subjectText(note.subject)}`
      notes.delete(id)
      notes.set(id, note)
      const [oldest] = notes.keys()
      if (notes.size > most && oldest !== undefined) notes.delete(oldest)
    },
    all: () => [...notes.values()],
  }
}
