import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ProcessSample } from '#core/metrics/samples'
import { createSampler } from '#main/sampling/create-sampler'
import { createWatchRecorder } from '../../../../test/support/watch-recorder'
import { openTarget } from '../open-target'

const waitLimit = { timeout: 15_000, interval: 20 }

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function watch(spec: string, pid: number) {
  const target = await openTarget(spec)
  cleanUps.push(() => target.dispose())
  const sampler = await createSampler(target, { intervalMs: 250 })
  cleanUps.push(() => sampler.dispose())
  const key = await sampler.findKey(pid)
  if (key === null) throw new Error(`no process ${pid}`)
  const recorder = createWatchRecorder()
  const { facts } = await sampler.watch(key, recorder)
  await vi.waitFor(() => expect(recorder.samples.some(({ rollup }) => rollup !== null)).toBe(true), waitLimit)
  return { sampler, facts, recorder }
}

/** What does not depend on when and how it was read. */
const stableFields = [
  'key',
  'comm',
  'state',
  'virtBytes',
  'rssBytes',
  'rssAnonBytes',
  'rssFileBytes',
  'swapBytes',
  'threads',
  'oomScoreAdj',
  'absent',
] as const

function toStable(sample: ProcessSample | undefined): unknown {
  return sample && stableFields.map((field) => [field, sample[field]])
}

describe.each(['exec:dash', 'exec:bash', 'exec:busybox sh'])('sampling through %s', (spec) => {
  it('gives the table and the watch that the local target gives', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' })
    cleanUps.push(() => child.kill('SIGKILL'))
    const pid = child.pid ?? -1
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('sleep\n'), waitLimit)
    const [local, remote] = [await watch('local', pid), await watch(spec, pid)]
    expect(remote.facts).toEqual(local.facts)
    const [here, there] = [local, remote].map(({ recorder }) =>
      recorder.samples.find(({ rollup }) => rollup !== null),
    )
    expect(toStable(there)).toEqual(toStable(here))
    expect(there?.rollup).toMatchObject({
      rssBytes: here?.rollup?.rssBytes,
      anonymousBytes: here?.rollup?.anonymousBytes,
      lazyFreeBytes: 0,
    })
    expect(there?.cgroup?.path).toBe(here?.cgroup?.path)
    const columns = ['rssAnonBytes', 'oomScore'] as const
    const frames = await Promise.all(
      [local, remote].map(({ sampler }) => sampler.readTableOnce([...columns])),
    )
    const [row, other] = frames.map((frame) => {
      const at = frame.pid.indexOf(pid)
      const meta = frame.metas.find((candidate) => candidate.pid === pid)
      return {
        virtBytes: frame.columns.virtBytes?.[at],
        rssBytes: frame.columns.rssBytes?.[at],
        rssAnonBytes: frame.columns.rssAnonBytes?.[at],
        oomScore: frame.columns.oomScore?.[at],
        meta: { ...meta, rowId: 0 },
      }
    })
    expect(other).toEqual(row)
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(remote.recorder.goneAtMs).toHaveLength(1), waitLimit)
  })
})
