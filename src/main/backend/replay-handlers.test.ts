import { expect, it } from 'vitest'
import type { ReplayVerdict } from '#core/ipc/snapshot-contract'
import type { Replays } from '../replay/replays'
import { createReplayHandlers } from './replay-handlers'

it('tells the verdict of the moment that was asked for last, whichever is there first', async () => {
  const answers = new Map<number, (atMs: number) => void>()
  const verdict = (_key: unknown, atMs: number): Promise<ReplayVerdict> =>
    new Promise((resolve) =>
      answers.set(atMs, () => resolve({ verdict: { atMs }, difference: null } as ReplayVerdict)),
    )
  const replays = { find: () => ({ verdict }) } as unknown as Replays
  const told: number[] = []
  const handlers = createReplayHandlers(replays, (_event, payload) => {
    if ('verdict' in payload) told.push(payload.verdict.atMs)
  })
  const ask = async (atMs: number) =>
    handlers['replay.verdict'].handle({ targetId: 'incident:a', key: { pid: 1, startTimeTicks: 1 }, atMs })
  const asked = [ask(1000), ask(2000)]
  for (const atMs of [2000, 1000]) {
    answers.get(atMs)?.(atMs)
    await Promise.resolve()
  }
  expect(await Promise.all(asked)).toMatchObject([{ verdict: { atMs: 1000 } }, { verdict: { atMs: 2000 } }])
  expect(told).toEqual([2000])
})
