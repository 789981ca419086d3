import { expect, it } from 'vitest'
import { boundNotes } from './bound-notes'
import type { NoteItem, NoteKind } from './recorder-types'

const note = (kind: NoteKind, atMs: number, length: number): NoteItem => ({
  subject: { targetSpec: 'local', process: null },
  ...{ kind, atMs, text: 'x'.repeat(length) },
})

it('lets the oldest of too many go', () => {
  const notes = [1, 2, 3].map((atMs) => note('event', atMs, 1))
  expect(boundNotes(notes, 2).map(({ atMs }) => atMs)).toEqual([2, 3])
})

it('lets profiles that are too long together go, the oldest first, and nothing else', () => {
  const megabytes = 20 * 1024 * 1024
  const notes = [
    ...[note('event', 1, 10), note('profile', 2, megabytes), note('profile', 3, megabytes)],
    ...[note('state', 4, 10), note('profile', 5, megabytes), note('profile', 6, megabytes)],
  ]
  expect(boundNotes(notes, 100).map(({ atMs }) => atMs)).toEqual([1, 3, 4, 5, 6])
})
