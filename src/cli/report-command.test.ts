import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Output } from './output'
import { runReport } from './report-command'

const file = fileURLToPath(new URL('../../test/fixtures/snapshots/v1.ballonet', import.meta.url))

it('lines of JSON wait for whoever reads them', async () => {
  const kinds: unknown[] = []
  const readers: (() => void)[] = []
  const output: Output = {
    line: () => undefined,
    json: (value) => void kinds.push((value as { kind: string }).kind),
    error: () => undefined,
    drained: () => new Promise((resolve) => readers.push(resolve)),
    isTerminal: false,
    isErrorTerminal: false,
  }
  const report = runReport({ file, html: null, isJson: true, locale: 'en' }, output)
  await expect.poll(() => readers.length).toBe(1)
  expect(kinds).toEqual(['incident', 'process', 'sample'])
  for (let sample = 1; sample <= 20; sample++) {
    await expect.poll(() => readers.length).toBe(sample)
    expect(kinds).toHaveLength(2 + sample)
    readers.at(-1)?.()
  }
  await report
  expect(kinds).toHaveLength(22)
})
