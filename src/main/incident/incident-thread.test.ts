import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { buffersOf } from '#core/snapshot/buffers-of'
import { defaultRedaction } from '#core/snapshot/redaction'
import { runIncidentJob } from './incident-thread'

const file = fileURLToPath(new URL('../../../test/fixtures/snapshots/v1.ballonet', import.meta.url))

it('a thread that does not start leaves its place to the next ones', async () => {
  // What can't be sent to a thread keeps it from being made, as a machine that is out of threads does.
  const unsendable = { bytes: (() => undefined) as unknown as Uint8Array }
  for (let job = 0; job < 3; job++)
    await expect(runIncidentJob('read', unsendable)).rejects.toMatchObject({ code: 'failed' })
  expect(await runIncidentJob('read', { bytes: readFileSync(file) })).toMatchObject({ label: 'ssh:db-7' })
})

it('what is moved to the thread is not copied, and the file is the same', async () => {
  const incident = await runIncidentJob('read', { bytes: readFileSync(file) })
  const params = { incident, redaction: defaultRedaction, locale: 'en', appVersion: '0' } as const
  const { bytes } = await runIncidentJob('write', params)
  const moved = await runIncidentJob('write', params, { moved: buffersOf(incident) })
  expect(incident.hostStream.atMs).toHaveLength(0)
  expect(Buffer.compare(moved.bytes, bytes)).toBe(0)
})
