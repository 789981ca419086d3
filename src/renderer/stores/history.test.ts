import { describe, expect, it } from 'vitest'
import { createFakeConnection } from './fake-connection.fixture'
import { useHistoryStore } from './history'

describe('what is wrong with recording', () => {
  it('is told until it is over; where a recording lies that could not be read, until it is dismissed', () => {
    const connection = createFakeConnection({})
    const store = useHistoryStore()
    const tell = (kind: 'failed' | 'set-aside' | 'resumed' | 'full', path: string | null = null): void =>
      connection.emit('recorder', { kind, message: '', path })
    tell('failed')
    tell('set-aside', '/data/recording.db.unreadable')
    tell('resumed')
    expect(store.problem).toMatchObject({ kind: 'set-aside', path: '/data/recording.db.unreadable' })
    tell('full')
    expect(store.problem?.kind).toBe('full')
    tell('resumed')
    expect(store.problem?.kind).toBe('set-aside')
    store.dismiss()
    expect(store.problem).toBeNull()
  })

  it('is over with the backend that told it', () => {
    const connection = createFakeConnection({})
    const store = useHistoryStore()
    connection.emit('recorder', { kind: 'failed', message: '', path: null })
    connection.reconnect()
    expect(store.problem).toBeNull()
  })
})
