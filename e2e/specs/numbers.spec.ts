import { execFileSync } from 'node:child_process'
import { expect, test, type BallonetApp } from '../ballonet-app'
import { readStatusBytes } from '../hosts/processes'
import { awkRollupBytes } from '../hosts/rollup'
import { startTestService } from '../../test/support/go-service'
import { DoorsPage } from '../pages/doors-page'
import { FocusPage } from '../pages/focus-page'
import { isShownAs, parseShownBytes } from '../pages/shown-bytes'
import { TablePage } from '../pages/table-page'

const mib = 1024 * 1024
type Service = Awaited<ReturnType<typeof startTestService>>

/** What the field's tools say, by the ids of the number strip. */
function readTools(pid: number): Record<string, number> {
  const rssBytes = awkRollupBytes(pid, 'Rss')
  const lazyFreeBytes = awkRollupBytes(pid, 'LazyFree')
  return {
    virtBytes: readStatusBytes(pid, 'VmSize')!,
    rssBytes: readStatusBytes(pid, 'VmRSS')!,
    swapBytes: readStatusBytes(pid, 'VmSwap')!,
    pssBytes: awkRollupBytes(pid, 'Pss'),
    ussBytes: awkRollupBytes(pid, 'Private_Clean') + awkRollupBytes(pid, 'Private_Dirty'),
    lazyFreeBytes,
    rssLessLazyFreeBytes: rssBytes - lazyFreeBytes,
  }
}

/** `# HeapInuse = 123` at the end of heap?debug=1, by curl. */
function curlHeapInuse(url: string): number {
  const text = execFileSync('curl', ['-sS', `${url}/debug/pprof/heap?debug=1`], { encoding: 'utf8' })
  return Number(/^# HeapInuse = (\d+)$/m.exec(text)?.[1])
}

/** Waits until every number is shown as the tools say it: both are read again until they were read in the same second. */
async function expectSameNumbers(focus: FocusPage, read: () => Record<string, number>): Promise<void> {
  await expect
    .poll(async () => {
      const tools = read()
      const wrong: string[] = []
      for (const [id, bytes] of Object.entries(tools)) {
        const text = await focus.number(id).innerText()
        if (!isShownAs(bytes, text)) wrong.push(`${id}: ${text} is not ${bytes}`)
      }
      return wrong
    })
    .toEqual([])
}

async function withService(
  { page }: BallonetApp,
  args: readonly string[],
  environment: Record<string, string>,
  look: (focus: FocusPage, service: Service) => Promise<void>,
): Promise<void> {
  const service = await startTestService(args, { environment })
  try {
    await new DoorsPage(page).openThisMachine()
    await new TablePage(page).focus(service.key.pid)
    const focus = new FocusPage(page)
    await focus.waitForProcess(service.key.pid)
    await focus.waitForHeap()
    await look(focus, service)
  } finally {
    await service.end()
  }
}

const sizes = ['-alloc-mib', '240', '-keep-mib', '40']

test('madvdontneed=0: LazyFree is most of RSS, and every number equals the tools', async ({ ballonet }) => {
  await withService(ballonet, sizes, { GODEBUG: 'madvdontneed=0' }, async (focus, { key, url }) => {
    await expectSameNumbers(focus, () => readTools(key.pid))
    expect(await focus.shownBytes('lazyFreeBytes')).toBeGreaterThan(150 * mib)
    await expect(focus.headline).toContainText('is LazyFree: the Go runtime has freed it with MADV_FREE')
    // Asking for the profile changes the heap a little: one allocation of the service itself.
    const heapInuseBytes = curlHeapInuse(url)
    expect(Math.abs((await focus.shownBytes('heapInuseBytes')) - heapInuseBytes)).toBeLessThan(1.5 * mib)
    await expect(focus.article).toContainText('GODEBUG=madvdontneed=0 makes the runtime use MADV_FREE')
  })
})

test('madvdontneed=1: RSS is near the heap and no LazyFree', async ({ ballonet }) => {
  await withService(ballonet, sizes, { GODEBUG: 'madvdontneed=1' }, async (focus, { key }) => {
    await expectSameNumbers(focus, () => readTools(key.pid))
    expect(await focus.shownBytes('lazyFreeBytes')).toBe(0)
    expect(await focus.shownBytes('rssBytes')).toBeLessThan(120 * mib)
    await expect(focus.verdict).toContainText('none of it LazyFree')
    await expect(focus.article).toContainText('GODEBUG=madvdontneed=1 makes the runtime use MADV_DONTNEED')
  })
})

test('a leak: heap in use grows before the eyes', async ({ ballonet }) => {
  const args = ['-scenario', 'leak', '-keep-mib', '60', '-leak-mib-per-second', '20', '-leak-cap-mib', '300']
  await withService(ballonet, args, {}, async (focus, { key }) => {
    const first = await focus.shownBytes('heapInuseBytes')
    await expect.poll(() => focus.shownBytes('heapInuseBytes')).toBeGreaterThan(first + 60 * mib)
    await expect(focus.headline).toContainText(/live memory of the Go heap|The Go heap grows/)
    expect(awkRollupBytes(key.pid, 'LazyFree')).toBe(0)
  })
})

test('a service with nothing but pprof, and ps, agree', async ({ ballonet }) => {
  const args = ['-scenario', 'idle', '-keep-mib', '50', '-expvar=false']
  await withService(ballonet, args, {}, async (focus, { key, url }) => {
    await expect(focus.endpoint).toContainText(`${url}/debug/pprof/heap?debug=1`)
    expect(Math.abs((await focus.shownBytes('heapInuseBytes')) - curlHeapInuse(url))).toBeLessThan(1.5 * mib)
    await expect
      .poll(async () => {
        const kib = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(key.pid)], { encoding: 'utf8' }))
        const text = await focus.number('rssBytes').innerText()
        return isShownAs(kib * 1024, text) ? 'same' : `${parseShownBytes(text)?.bytes} is not ${kib} KiB`
      })
      .toBe('same')
  })
})
