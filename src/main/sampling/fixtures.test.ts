import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { openLocalTarget } from '../targets/local-target'
import { openProcSampler } from './proc-sampler'
import { createWatchRecorder } from '../../../test/support/watch-recorder'

const fixtures = join(import.meta.dirname, '../../../test/fixtures')
const kernels = readdirSync(fixtures).filter((name) => existsSync(join(fixtures, name, 'proc')))

describe('recorded kernels', () => {
  it.each(kernels)('%s is sampled, and what it does not report is null', async (name) => {
    const target = openLocalTarget({
      procPath: join(fixtures, name, 'proc'),
      sysPath: join(fixtures, name, 'sys'),
    })
    const sampler = await openProcSampler(target, { intervalMs: 100 })
    try {
      const frame = await sampler.readTableOnce([
        'rssAnonBytes',
        'lazyFreeBytes',
        'pssBytes',
        'oomScore',
        'cgroupLimitBytes',
      ])
      expect(frame.metas).toHaveLength(frame.count)
      for (const meta of frame.metas) {
        const recorder = createWatchRecorder()
        const watch = await sampler.watch(meta, recorder)
        await vi.waitFor(() => expect(recorder.samples.length + recorder.goneAtMs.length).toBeGreaterThan(0))
        watch.close()
        const row = frame.pid.indexOf(meta.pid)
        const rollup = recorder.samples.at(-1)?.rollup ?? null
        if (rollup !== null) expect(frame.columns.lazyFreeBytes?.[row]).toBe(rollup.lazyFreeBytes ?? NaN)
      }
      // Only a tree of kernels before 4.12 has memory maps without a LazyFree line.
      const hasLazyFree = Array.from(frame.columns.lazyFreeBytes ?? []).some((value) => !Number.isNaN(value))
      const hasPss = Array.from(frame.columns.pssBytes ?? []).some((value) => !Number.isNaN(value))
      if (/^linux-(3|4\.[0-9]$)/.test(name)) expect([hasPss, hasLazyFree]).toEqual([true, false])
      if (/^linux-(4\.14|5|6)/.test(name)) expect([hasPss, hasLazyFree]).toEqual([true, true])
    } finally {
      await sampler.dispose()
      await target.dispose()
    }
  })
})
