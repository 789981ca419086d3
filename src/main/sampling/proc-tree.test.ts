import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TableFrame } from '#core/metrics/process-table'
import type { EndpointState, GoSample } from '#core/metrics/samples'
import { openLocalTarget } from '../targets/local-target'
import type { Target } from '../targets/target'
import type { CreateEndpointPoller, ReadGoFacts } from './go-source'
import { openProcSampler } from './proc-sampler'
import type { Sampler } from './sampler'
import type { SamplerEvent } from './session-events'
import { createWatchRecorder } from '../../../test/support/watch-recorder'

const waitLimit = { timeout: 10_000, interval: 10 }

let root: string
let target: Target
let sampler: Sampler

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ballonet-tree-'))
  write('proc/meminfo', 'MemTotal:        1000 kB\nMemFree:  10 kB\n')
})

afterEach(async () => {
  await sampler.dispose()
  await target.dispose()
  rmSync(root, { recursive: true })
})

/** Rewrites in place, as a file of /proc changes: what is open sees it. */
function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

function writeStat(
  pid: number,
  options: { start: number; comm?: string; ticks?: number; rssPages?: number; flags?: number },
): void {
  const { start, comm = 'app', ticks = 0, rssPages = 10, flags = 0 } = options
  const fields = `S 1 1 1 0 -1 ${flags} 0 0 0 0 ${ticks} 0 0 0 20 0 1 0 ${start} 4096000 ${rssPages} 0`
  write(`proc/${pid}/stat`, `${pid} (${comm}) ${fields}${' 0'.repeat(27)}\n`)
}

async function open(
  options: { readGoFacts?: ReadGoFacts; createEndpointPoller?: CreateEndpointPoller } = {},
): Promise<void> {
  target = openLocalTarget({ procPath: join(root, 'proc'), sysPath: join(root, 'sys') })
  sampler = await openProcSampler(target, { intervalMs: 220, ...options })
}

const smaps = (size: string): string =>
  `00400000-00500000 r-xp 00000000 08:01 7 /bin/app\nSize: 1024 kB\nRss: ${size} kB\nPss: ${size} kB\nPrivate_Clean: 4 kB\nPrivate_Dirty: 8 kB\n`

describe('a pid that is used again', () => {
  it('is another row, and no rate spans the two', async () => {
    writeStat(7, { start: 100, ticks: 1_000_000 })
    await open()
    const frames: TableFrame[] = []
    sampler.subscribeTable({ columns: [], visibleRowIds: [] }, (frame) => frames.push(frame))
    await vi.waitFor(() => expect(frames.at(-1)?.columns.cpuPercent?.[0]).toBe(0), waitLimit)
    writeStat(7, { start: 200, ticks: 9_000_000, comm: 'other' })
    await vi.waitFor(() => expect(frames.at(-1)?.startTimeTicks[0]).toBe(200), waitLimit)
    const first = frames.find((frame) => frame.startTimeTicks[0] === 200)
    expect(first?.columns.cpuPercent?.[0]).toBeNaN()
    expect(first?.rowId[0]).not.toBe(frames[0]?.rowId[0])
    expect(first?.metas).toMatchObject([{ pid: 7, startTimeTicks: 200, comm: 'other' }])
    await vi.waitFor(() => expect(frames.at(-1)?.columns.cpuPercent?.[0]).toBe(0), waitLimit)
    expect(frames.every((frame) => !((frame.columns.cpuPercent?.[0] ?? 0) > 0))).toBe(true)
  })

  it('ends the watch of the one that had it', async () => {
    writeStat(7, { start: 100 })
    await open()
    const recorder = createWatchRecorder()
    await sampler.watch({ pid: 7, startTimeTicks: 100 }, recorder)
    await vi.waitFor(() => expect(recorder.samples.length).toBeGreaterThan(0), waitLimit)
    writeStat(7, { start: 200 })
    await vi.waitFor(() => expect(recorder.goneAtMs).toHaveLength(1), waitLimit)
    expect(recorder.samples.every(({ key }) => key.startTimeTicks === 100)).toBe(true)
  })
})

describe('a walk of the page tables', () => {
  it('sums smaps on a kernel without smaps_rollup, and does not make up a LazyFree', async () => {
    writeStat(7, { start: 100 })
    write('proc/7/smaps', smaps('100') + smaps('20').replaceAll('00400000-00500000', '00600000-00700000'))
    await open()
    const recorder = createWatchRecorder()
    await sampler.watch({ pid: 7, startTimeTicks: 100 }, recorder)
    await vi.waitFor(() => expect(recorder.samples.at(-1)?.rollup?.atMs).toBeGreaterThan(0), waitLimit)
    expect(recorder.samples.at(-1)?.rollup).toMatchObject({
      rssBytes: 120 * 1024,
      ussBytes: 24 * 1024,
      lazyFreeBytes: null,
    })
    expect(recorder.samples.at(-1)?.absent.smaps_rollup).toBeUndefined()
  })

  it('says not-reported where the kernel has neither', async () => {
    writeStat(7, { start: 100 })
    await open()
    const recorder = createWatchRecorder()
    await sampler.watch({ pid: 7, startTimeTicks: 100 }, recorder)
    await vi.waitFor(
      () => expect(recorder.samples.at(-1)?.absent.smaps_rollup).toBe('not-reported'),
      waitLimit,
    )
    expect(recorder.samples.at(-1)).toMatchObject({
      rollup: null,
      oomScore: null,
      absent: { oom_score: 'not-reported' },
    })
  })

  it('of a huge process waits until it is allowed', async () => {
    const rssPages = (20 * 1024 ** 3) / 4096
    writeStat(7, { start: 100, rssPages })
    write(
      'proc/7/smaps_rollup',
      '00400000-7fff00000000 ---p 00000000 00:00 0 [rollup]\nRss: 20971520 kB\nLazyFree: 4096 kB\n',
    )
    await open()
    const recorder = createWatchRecorder()
    const watch = await sampler.watch({ pid: 7, startTimeTicks: 100 }, recorder)
    await vi.waitFor(() => expect(recorder.samples.length).toBeGreaterThan(2), waitLimit)
    expect(recorder.asks).toEqual([{ rssBytes: rssPages * 4096, estimatedStallMs: 600 }])
    expect(recorder.samples.at(-1)).toMatchObject({
      rollup: null,
      rollupDueAtMs: null,
      absent: { smaps_rollup: 'too-expensive' },
    })
    watch.allowRollup()
    await vi.waitFor(
      () => expect(recorder.samples.at(-1)?.rollup?.lazyFreeBytes).toBe(4096 * 1024),
      waitLimit,
    )
    expect(recorder.asks).toHaveLength(1)
    const frame = await sampler.readTableOnce(['lazyFreeBytes'])
    expect([frame.columns.lazyFreeBytes?.[0], frame.sources.smaps_rollup?.absence[0]]).toEqual([NaN, 5])
  })
})

describe('the memory cgroup', () => {
  async function sampleCgroup() {
    await open()
    const recorder = createWatchRecorder()
    await sampler.watch({ pid: 7, startTimeTicks: 100 }, recorder)
    await vi.waitFor(() => expect(recorder.samples.length).toBeGreaterThan(0), waitLimit)
    return recorder.samples[0]
  }

  it('of v2 has the lowest limit on the way up', async () => {
    writeStat(7, { start: 100 })
    write('proc/7/cgroup', '0::/kube/pod/app\n')
    write('proc/self/mountinfo', '30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n')
    write('sys/fs/cgroup/kube/pod/app/memory.current', '4096\n')
    write('sys/fs/cgroup/kube/pod/app/memory.max', '1000000\n')
    write('sys/fs/cgroup/kube/pod/app/memory.stat', 'anon 100\nfile 50\ninactive_file 30\nactive_file 20\n')
    write('sys/fs/cgroup/kube/pod/memory.max', '500000\n')
    write('sys/fs/cgroup/kube/memory.max', 'max\n')
    expect((await sampleCgroup())?.cgroup).toEqual({
      version: 2,
      path: '/kube/pod/app',
      currentBytes: 4096,
      limitBytes: 500_000,
      inactiveFileBytes: 30,
      activeFileBytes: 20,
      anonBytes: 100,
    })
  })

  it('of v1 in a container is found under the part that is mounted', async () => {
    writeStat(7, { start: 100 })
    write('proc/7/cgroup', '4:memory:/docker/abc/inner\n0::/\n')
    write('proc/self/mountinfo', '30 1 0:26 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n')
    const folder = 'sys/fs/cgroup/memory/inner'
    write(`${folder}/memory.usage_in_bytes`, '8192\n')
    write(`${folder}/memory.limit_in_bytes`, '9223372036854771712\n')
    write(
      `${folder}/memory.stat`,
      'rss 1\ntotal_rss 10\ntotal_inactive_file 20\ntotal_active_file 30\nhierarchical_memory_limit 70000\n',
    )
    expect((await sampleCgroup())?.cgroup).toMatchObject({
      version: 1,
      currentBytes: 8192,
      limitBytes: 70_000,
      inactiveFileBytes: 20,
      anonBytes: 10,
    })
  })

  it.each(['/../other', '/elsewhere'])(
    'that lies outside of what is mounted has no numbers: %s',
    async (path) => {
      writeStat(7, { start: 100 })
      write('proc/7/cgroup', `4:memory:${path}\n`)
      write(
        'proc/self/mountinfo',
        '30 1 0:26 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n',
      )
      expect(await sampleCgroup()).toMatchObject({ cgroup: null, absent: { cgroup: 'not-reported' } })
    },
  )

  it('is read once for all processes of a group', async () => {
    for (const pid of [7, 8, 9]) {
      writeStat(pid, { start: 100 })
      write(`proc/${pid}/cgroup`, '0::/app\n')
    }
    write('proc/self/mountinfo', '30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n')
    write('sys/fs/cgroup/app/memory.current', '4096\n')
    await open()
    const poll = vi.spyOn(target, 'poll')
    const frame = await sampler.readTableOnce(['cgroupCurrentBytes', 'cgroupLimitBytes'])
    expect(Array.from(frame.columns.cgroupCurrentBytes ?? [])).toEqual([4096, 4096, 4096])
    expect(Array.from(frame.columns.cgroupLimitBytes ?? [])).toEqual([NaN, NaN, NaN])
    const paths = poll.mock.calls.flatMap(([{ reads }]) => reads.map(({ path }) => path))
    expect(paths.filter((path) => path.endsWith('memory.current'))).toHaveLength(1)
  })
})

describe('Go', () => {
  const state: EndpointState = {
    phase: 'ok',
    url: 'http://127.0.0.1:6060/debug/vars',
    isManual: false,
    source: 'expvar',
    costMs: 1,
    bytes: 10,
    intervalMs: 1000,
    error: null,
  }

  function createFakePoller() {
    const fake = {
      state,
      sample: null as GoSample | null,
      change: () => {},
      urls: [] as (string | null)[],
      closed: 0,
    }
    const create: CreateEndpointPoller = (_target, _key, facts, onChange) => {
      expect(facts.isGo).toBe(true)
      fake.change = onChange
      return {
        get state() {
          return fake.state
        },
        get sample() {
          return fake.sample
        },
        setUrl: (url) => void fake.urls.push(url),
        askOnce: () => {},
        fetchProfile: () => Promise.reject(new Error('not asked here')),
        close: () => void fake.closed++,
      }
    }
    const answer = (numGc: number, lastGcAtMs: number): void => {
      fake.sample = {
        atMs: Date.now(),
        source: 'expvar',
        costMs: 1,
        numGc,
        lastGcAtMs,
        heapInuseBytes: 5,
      } as GoSample
      fake.change()
    }
    return { fake, create, answer }
  }

  it('facts come from the executable, its numbers and garbage collections from the endpoint', async () => {
    writeStat(7, { start: 100 })
    write('proc/7/exe', 'an executable')
    write('proc/7/environ', 'GODEBUG=madvdontneed=0\0')
    const readGoFacts = vi.fn<ReadGoFacts>(() =>
      Promise.resolve({
        isGo: true,
        goVersion: 'go1.19.8',
        goModule: 'example.org/app',
        isRaceBuild: false,
        build: null,
      }),
    )
    const { fake, create, answer } = createFakePoller()
    await open({ readGoFacts, createEndpointPoller: create })
    const events: SamplerEvent[] = []
    sampler.onEvent((event) => events.push(event))
    const recorder = createWatchRecorder()
    const watch = await sampler.watch({ pid: 7, startTimeTicks: 100 }, recorder)
    expect(watch.facts).toMatchObject({
      isGo: true,
      goVersion: 'go1.19.8',
      goModule: 'example.org/app',
      madvise: 'free',
    })
    answer(3, 1000)
    answer(4, 2000)
    answer(4, 2000)
    answer(9, 3000)
    watch.setEndpoint('http://127.0.0.1:1/')
    await vi.waitFor(() => expect(recorder.samples.at(-1)?.go?.heapInuseBytes).toBe(5), waitLimit)
    expect(recorder.samples.at(-1)?.endpoint).toEqual(state)
    expect(fake.urls).toEqual(['http://127.0.0.1:1/'])
    // One mark at most in five seconds, none for what was before the watch.
    expect(events.filter(({ kind }) => kind === 'gc')).toMatchObject([
      { atMs: 2000, text: 'event.gc', params: { count: 1 } },
    ])
    expect(events.filter(({ kind }) => kind === 'endpoint')).toHaveLength(1)
    watch.close()
    expect(fake.closed).toBe(1)
  })

  it('reads one executable once, however many processes run it', async () => {
    for (const pid of [7, 8, 9]) {
      writeStat(pid, { start: 100 })
      write(`proc/${pid}/status`, 'Name:\tapp\nUid:\t1\t1\t1\t1\n')
    }
    write('proc/7/exe', 'one')
    linkSync(join(root, 'proc/7/exe'), join(root, 'proc/8/exe'))
    write('proc/9/exe', 'another')
    const readGoFacts = vi.fn<ReadGoFacts>((_, { pid }) =>
      Promise.resolve({ isGo: pid !== 9, goVersion: null, goModule: null, isRaceBuild: null, build: null }),
    )
    await open({ readGoFacts })
    const frame = await sampler.readTableOnce([])
    expect(frame.metas.map(({ isGo }) => isGo)).toEqual([true, true, false])
    expect(readGoFacts).toHaveBeenCalledTimes(2)
  })
})
