import { describe, expect, it } from 'vitest'
import { toErrorValue } from '#core/errors'
import type { PollAnswer, PollRequest } from '../target'
import { createCollectorSession } from './collector-session'

const nonce = '0123456789abcdef01234567'
const file = (path: string, maxBytes?: number): PollRequest => ({
  stat: false,
  reads: [{ kind: 'file', path, ...(maxBytes === undefined ? {} : { maxBytes }) }],
})
const folder: PollRequest = { stat: false, reads: [{ kind: 'dir', path: '/x' }] }
const processes: PollRequest = { stat: true, reads: [] }

const frame = (records: string): Buffer => Buffer.from(`${nonce} ${records.length}\n${records}`, 'latin1')

/** What a session makes of records that come for a request: why it ended, or the answer. */
async function answer(request: PollRequest, ...rows: string[]): Promise<PollAnswer | string> {
  const session = createCollectorSession(nonce, { write: () => undefined, onHello: () => undefined })
  session.push(frame('A ok 1\ne 0 1 1\n'))
  const pending = session.ask(request)
  try {
    for (const row of rows) session.push(frame(row))
  } catch (error) {
    pending.catch(() => undefined)
    return toErrorValue(error).code
  }
  return pending
}

describe('a batch', () => {
  it('takes names for a folder only', async () => {
    const names = 'T 1\naI\nT 2\nbcI\nA ok 1\ne 1 1 1\n'
    expect(await answer(folder, names)).toMatchObject({
      reads: [{ ok: true, value: { names: ['a', 'bc'] } }],
    })
    for (const kind of ['file', 'link', 'links', 'identity'] as const) {
      expect(await answer({ stat: false, reads: [{ kind, path: '/x' }] }, names)).toBe('parse')
    }
    expect(await answer(folder, 'I\n')).toBe('parse')
    expect(await answer(folder, 'T 0\n')).toBe('parse')
    expect(await answer(folder, ...Array.from({ length: 70 }, () => 'T 1\nxI\n'.repeat(1000)))).toBe(
      'too-large',
    )
  })

  it('ends at the first process that comes twice, is unknown, or that nobody asked for', async () => {
    expect(await answer(processes, '+ 1 2\na\n+ 2 2\nb\nS 2\ne 1 1 1\n')).toMatchObject({
      stat: { count: 2 },
    })
    expect(await answer(processes, '+ 1 2\na\n+ 1 2\nb\n')).toBe('parse')
    expect(await answer(processes, '- 5\n')).toBe('parse')
    expect(await answer(processes, '+ 1 2\na\nS 1\nS 1\n')).toBe('parse')
    expect(await answer(processes, '+ 1 2\na\nS 1\n+ 2 2\na\n')).toBe('parse')
    expect(await answer(file('/etc/x'), '+ 1 2\na\n')).toBe('parse')
  })

  it('is bounded as a whole, unless one read asks for more', async () => {
    const reads = Array.from({ length: 80 }, (_, index) => file(`/x${index}`).reads).flat()
    const mib = `T ${1024 * 1024}\n${'x'.repeat(1024 * 1024)}`
    const rows = reads.map(() => `${mib}A ok 1\n`)
    expect(await answer({ stat: false, reads }, ...rows)).toBe('too-large')
    const most = await answer(file('/x', 80 * 1024 * 1024), ...reads.map(() => mib), 'A ok 1\ne 1 1 1\n')
    expect(most).toMatchObject({ reads: [{ ok: true }] })
    expect(await answer(file('/x', 1000), 'T 1\nx'.repeat(200_000))).toBe('too-large')
  })

  it('ends at an empty frame and at the first byte that is no frame of it', () => {
    const events = { write: () => undefined, onHello: () => undefined }
    for (const bytes of [`${nonce} 0\n`, 'z', `${nonce.slice(0, 5)}z`]) {
      expect(() => createCollectorSession(nonce, events).push(Buffer.from(bytes))).toThrow(
        expect.objectContaining({ code: 'parse' }) as Error,
      )
    }
  })
})
