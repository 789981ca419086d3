import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { rssBand, toRssAccounting } from '#core/metrics/rss-accounting'
import type { ProcessSample, RollupSample } from '#core/metrics/samples'
import { mapGroupOf, mapNameOf, sumMemoryMap, type MemoryMap } from '#core/metrics/memory-map'
import { parsePidSmapsRollup } from '#core/procfs/pid-smaps-rollup'
import { parsePidStat } from '#core/procfs/pid-stat'
import { parsePidStatus } from '#core/procfs/pid-status'
import { buildTestService, startTestService, until, type TestService } from '../../../test/support/go-service'
import { openLocalTarget } from '../targets/local-target'
import { openTarget } from '../targets/open-target'
import type { Target } from '../targets/target'
import { readMemoryMap } from './memory-map-reader'

const MiB = 1024 * 1024

/** A thread, a memfd, a mapped file and private memory, each of a size of its own and touched. */
const script = `
import mmap, os, sys, tempfile, threading, time
def touch(m, n):
    for i in range(0, n, 4096): m[i] = 1
fd = os.memfd_create('ballonet test')
os.ftruncate(fd, 5 << 20)
shared = mmap.mmap(fd, 5 << 20)
touch(shared, 5 << 20)
file = tempfile.TemporaryFile()
file.write(b'x' * (1 << 20)); file.flush()
mapped = mmap.mmap(file.fileno(), 1 << 20, prot=mmap.PROT_READ, flags=mmap.MAP_PRIVATE)
for i in range(0, 1 << 20, 4096): mapped[i]
anonymous = mmap.mmap(-1, 7 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
touch(anonymous, 7 << 20)
threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
sys.stdout.write('ready'); sys.stdout.flush()
time.sleep(600)
`

describe.runIf(process.platform === 'linux')('readMemoryMap', () => {
  let target: Target
  const children: ChildProcess[] = []
  const services: TestService[] = []
  const others: Target[] = []

  beforeAll(async () => {
    target = openLocalTarget()
    await buildTestService()
  }, 120_000)
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    for (const service of services.splice(0)) await service.end()
    for (const other of others.splice(0)) await other.dispose()
  })
  afterAll(() => target?.dispose())

  const read = (pid: number, name: string): string => readFileSync(`/proc/${pid}/${name}`, 'utf8')
  const keyOf = (pid: number) => ({ pid, startTimeTicks: parsePidStat(read(pid, 'stat')).startTimeTicks })

  /** Stopped, so that two readings are of one moment. */
  async function halt(pid: number): Promise<void> {
    process.kill(pid, 'SIGSTOP')
    await until(
      () => parsePidStat(read(pid, 'stat')).state,
      (state) => state === 'T',
    )
  }

  function groupRss(map: MemoryMap, id: string): number {
    return sumMemoryMap(map).groups.get(id as 'heap')?.rssBytes ?? 0
  }

  function expectRollup(map: MemoryMap, pid: number): void {
    const rollup = parsePidSmapsRollup(read(pid, 'smaps_rollup'))
    const { total } = sumMemoryMap(map)
    expect(total).toMatchObject({
      rssBytes: rollup.rssBytes,
      lazyFreeBytes: rollup.lazyFreeBytes,
      privateDirtyBytes: rollup.privateDirtyBytes,
      swapBytes: rollup.swapBytes,
    })
    // Shares change when other processes come and go, and smaps cuts each mapping's to whole kB.
    const pssBytes = rollup.pssBytes ?? 0
    expect(Math.abs(pssBytes - (total.pssBytes ?? 0))).toBeLessThan(map.count * 1024 + pssBytes * 0.05)
  }

  it('finds the heap of a Go service, and adds up to smaps_rollup', async () => {
    const service = await startTestService(['-scenario', 'idle', '-keep-mib', '64'])
    services.push(service)
    const { pid } = service.key
    const heapInuse = await service.readHeapInuse()
    await halt(pid)
    const map = await readMemoryMap(target, keyOf(pid), true)
    expectRollup(map, pid)
    expect(groupRss(map, 'goArena')).toBeGreaterThan(heapInuse * 0.8)
    expect(groupRss(map, 'code')).toBeGreaterThan(0)
    expect(map.costMs).toBeGreaterThan(0)
    const rss = sumMemoryMap(map).total.rssBytes
    expect(rss).toBe(expectAccounting(pid))
    process.kill(pid, 'SIGCONT')
  }, 60_000)

  /** The bands of a real process, from the same kernel texts. */
  function expectAccounting(pid: number): number {
    const status = parsePidStatus(read(pid, 'status'))
    const rollup = parsePidSmapsRollup(read(pid, 'smaps_rollup'))
    const sample = {
      atMs: 2,
      ...status,
      rssBytes: status.vmRssBytes,
      rollup: { ...rollup, atMs: 1, costMs: 1 } as RollupSample,
      go: null,
      endpoint: { phase: 'none' },
      absent: {},
    } as unknown as ProcessSample
    const accounting = toRssAccounting(sample, null)
    expect(accounting.bands.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)).toBe(rollup.rssBytes)
    expect(rssBand(accounting, 'file').bytes).toBeGreaterThan(0)
    return accounting.rssBytes ?? 0
  }

  it('tells a stack, a memfd, a mapped file and anonymous memory apart', async () => {
    const child = spawn('python3', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    await once(child.stdout, 'data')
    const pid = child.pid!
    await halt(pid)
    const map = await readMemoryMap(target, keyOf(pid), false)
    expectRollup(map, pid)
    const find = (isIt: (index: number) => boolean): string => {
      const index = Array.from({ length: map.count }, (_, at) => at).find(isIt)
      return index === undefined ? 'none' : mapGroupOf(map, index)
    }
    const size = (index: number): number => map.columns.sizeBytes[index]!
    expect(find((index) => mapNameOf(map, index) === '/memfd:ballonet test')).toBe('shmem')
    expect(groupRss(map, 'shmem')).toBe(5 * MiB)
    expect(find((index) => size(index) >= 7 * MiB && size(index) < 8 * MiB)).toBe('anonymous')
    expect(find((index) => mapNameOf(map, index) === '[stack]')).toBe('stack')
    expect(find((index) => mapNameOf(map, index) === '' && size(index) === 8 * MiB)).toBe('stack')
    expect(groupRss(map, 'code')).toBeGreaterThan(MiB)
    expect(groupRss(map, 'file')).toBeGreaterThanOrEqual(MiB)
    expectPmap(pid, map)
  }, 30_000)

  function expectPmap(pid: number, map: MemoryMap): void {
    let text: string
    try {
      text = execFileSync('pmap', ['-X', String(pid)], { encoding: 'utf8' })
    } catch {
      return
    }
    const lines = text.trim().split('\n')
    const names = lines[1]!.trim().split(/\s+/)
    // Its columns before Size have no sum.
    const sums = lines.at(-1)!.trim().split(/\s+/)
    const first = names.indexOf('Size')
    const sumOf = (name: string): number => Number(sums[names.indexOf(name) - first]) * 1024
    const { total } = sumMemoryMap(map)
    expect(total.rssBytes).toBe(sumOf('Rss'))
    expect(total.swapBytes).toBe(sumOf('Swap'))
    if (names.includes('LazyFree')) expect(total.lazyFreeBytes).toBe(sumOf('LazyFree'))
  }

  it.each(['local', 'exec:sh', 'exec:busybox sh'])(
    'reads a map of many mappings whole by %s',
    async (spec) => {
      const there = await openTarget(spec)
      others.push(there)
      const count = 8000
      const many = `
import mmap, sys, time
maps = [mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=1 + 2 * (i % 2)) for i in range(${count})]
sys.stdout.write('ready'); sys.stdout.flush()
time.sleep(600)
`
      const child = spawn('python3', ['-c', many], { stdio: ['ignore', 'pipe', 'inherit'] })
      children.push(child)
      await once(child.stdout, 'data')
      await halt(child.pid!)
      const map = await readMemoryMap(there, keyOf(child.pid!), false)
      expect(map.count).toBe(read(child.pid!, 'maps').trim().split('\n').length)
      expect(map.count).toBeGreaterThan(count)
      const starts = map.columns.startAddress
      expect(starts.every((start, index) => index === 0 || start > starts[index - 1]!)).toBe(true)
      expectRollup(map, child.pid!)
    },
    30_000,
  )

  it('says gone for a process that ended, and for another one with its pid', async () => {
    const key = keyOf(process.pid)
    await expect(
      readMemoryMap(target, { ...key, startTimeTicks: key.startTimeTicks - 1 }, null),
    ).rejects.toMatchObject({ code: 'gone' })
    await expect(readMemoryMap(target, { pid: 0x7ffffff, startTimeTicks: 1 }, null)).rejects.toMatchObject({
      code: 'gone',
    })
  })

  it('is empty for a kernel thread', async () => {
    const isKernelThread = (() => {
      try {
        return parsePidStat(read(2, 'stat')).isKernelThread
      } catch {
        return false
      }
    })()
    if (!isKernelThread) return
    expect(await readMemoryMap(target, keyOf(2), null)).toMatchObject({ count: 0 })
  })
})
