import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseHeapDebug1Trailer } from '#core/go/memstats'
import { buildTestService, startTestService, until } from '../../../test/support/go-service'
import type { DemoChild } from '../demo/demo-child'
import type { EndpointPoller } from '../sampling/go-source'
import { openLocalTarget } from '../targets/local-target'
import type { Target } from '../targets/target'
import { openEndpointPoller, type PollerOptions } from './endpoint-poller'
import { readGoFacts } from './go-facts'
import { connectToProcess } from './listening-addresses'

const mib = 1024 * 1024
const goFacts = { isGo: true, goVersion: null }
let target: Target
const open: { end(): Promise<void> }[] = []
const pollers: EndpointPoller[] = []

beforeAll(async () => {
  target = openLocalTarget()
  await buildTestService()
}, 180_000)

afterAll(async () => {
  for (const poller of pollers) poller.close()
  await Promise.all(open.map((child) => child.end()))
  await target.dispose()
})

async function start(
  args: string[],
  environment: Record<string, string> = {},
): Promise<DemoChild & { url: string }> {
  const child = await startTestService(args, { environment })
  open.push(child)
  return child
}

function poll(child: DemoChild, options: PollerOptions = {}): EndpointPoller {
  const poller = openEndpointPoller(target, child.key, goFacts, () => undefined, options)
  pollers.push(poller)
  return poller
}

async function readRollup(pid: number): Promise<Record<string, number>> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
  const fields = [...text.matchAll(/^(\w+): +(\d+) kB$/gm)]
  return Object.fromEntries(fields.map(([, name = '', kib]): [string, number] => [name, Number(kib) * 1024]))
}

const small = ['-alloc-mib', '96', '-keep-mib', '16']

describe('a real Go service', () => {
  it('is connected to at a port of its own only: a found one may have gone to another process', async () => {
    const [own, other] = await Promise.all([start(small), start(small)])
    const connect = (url: string) =>
      connectToProcess(target, own.key, '127.0.0.1', Number(new URL(url).port), 2000)
    const stream = await connect(own.url)
    expect(stream.destroyed).toBe(false)
    stream.destroy()
    await expect(connect(other.url)).rejects.toMatchObject({ code: 'unreachable' })
  })

  it('has its LazyFree with madvdontneed=0, and the heap numbers beside it', async () => {
    const child = await start(small, { GODEBUG: 'madvdontneed=0' })
    const poller = poll(child)
    await until(
      () => poller.state,
      ({ phase }) => phase === 'ok',
    )
    expect(poller.state).toMatchObject({
      source: 'expvar',
      url: `${child.url}/debug/vars`,
      isManual: false,
      intervalMs: expect.any(Number) as number,
    })
    const { sample } = poller
    expect(sample?.heapInuseBytes).toBeGreaterThan(16 * mib)
    expect(sample?.heapInuseBytes).toBeLessThan(24 * mib)
    expect(sample?.heapReleasedBytes).toBeGreaterThan(70 * mib)
    expect((await readRollup(child.key.pid))['LazyFree']).toBeGreaterThan(70 * mib)
  })

  it('has none with madvdontneed=1', async () => {
    const child = await start(small, { GODEBUG: 'madvdontneed=1' })
    const poller = poll(child)
    await until(
      () => poller.state,
      ({ phase }) => phase === 'ok',
    )
    expect(poller.sample?.heapReleasedBytes).toBeGreaterThan(70 * mib)
    const { LazyFree, Rss } = await readRollup(child.key.pid)
    expect(LazyFree).toBe(0)
    expect(Rss).toBeLessThan(50 * mib)
  })

  it('grows its heap as a leak, and the poll sees it grow', async () => {
    const child = await start([
      '-scenario',
      'leak',
      '-keep-mib',
      '8',
      '-leak-mib-per-second',
      '40',
      '-leak-cap-mib',
      '60',
    ])
    const poller = poll(child)
    const first = await until(
      () => poller.sample?.heapInuseBytes ?? null,
      (seen) => seen !== null,
    )
    await until(
      () => poller.sample?.heapInuseBytes ?? 0,
      (seen) => seen > 55 * mib,
    )
    expect(first).toBeLessThan(55 * mib)
  })

  it('equals heap?debug=1 of the same second, whichever endpoint is asked', async () => {
    const child = await start([...small, '-expvar=true', '-metrics'])
    const poller = poll(child)
    for (const path of ['/debug/vars', '/metrics', '/debug/pprof/heap', '/debug/pprof/heap?debug=1', '']) {
      poller.setUrl(child.url + path)
      await until(
        () => poller.state,
        ({ phase }) => phase === 'ok',
      )
      const asked = parseHeapDebug1Trailer(
        await (await fetch(`${child.url}/debug/pprof/heap?debug=1`)).text(),
      )
      const seen = await until(
        () => poller.sample,
        (sample) => sample !== null,
      )
      // What is idle keeps its heap, but for the few pages that answering itself takes.
      expect(Math.abs((seen?.heapInuseBytes ?? 0) - (asked.heapInuseBytes ?? 0))).toBeLessThan(512 * 1024)
      expect(Math.abs((seen?.sysBytes ?? 0) - (asked.sysBytes ?? 0))).toBeLessThan(8 * mib)
      expect(seen?.numGc).toBe(asked.numGc)
      expect(poller.state.isManual).toBe(true)
    }
  })

  it('finds the cheapest that answers: plain pprof, then Prometheus', async () => {
    const plain = poll(await start([...small, '-expvar=false']))
    const metrics = poll(
      await start([...small, '-expvar=false', '-pprof=false', '-metrics', '-listen', '[::]:0']),
    )
    await until(
      () => [plain.state.phase, metrics.state.phase],
      (phases) => phases.every((phase) => phase === 'ok'),
    )
    expect(plain.state.source).toBe('pprof-heap-debug1')
    expect(plain.state.bytes).toBeGreaterThan(1000)
    expect(metrics.state.source).toBe('prometheus')
    expect(metrics.sample?.goroutines).toBeGreaterThan(1)
  })

  it('says none where nothing answers, and finds it by a typed URL of another service', async () => {
    const silent = await start(['-scenario', 'idle', '-keep-mib', '4', '-expvar=false', '-pprof=false'])
    const other = await start(small)
    const poller = poll(silent)
    await until(
      () => poller.state,
      ({ phase }) => phase === 'none',
    )
    expect(poller.state.error).toBeNull()
    poller.setUrl(other.url.replace('http://', ''))
    await until(
      () => poller.state,
      ({ phase }) => phase === 'ok',
    )
    expect(poller.state).toMatchObject({ isManual: true, source: 'expvar' })
    poller.setUrl(null)
    await until(
      () => poller.state,
      ({ phase }) => phase === 'none',
    )
    expect(poller.sample).toBeNull()
  })

  it('goes on, and searches again, when the service ended', async () => {
    const child = await start(small)
    const poller = poll(child, { paceFactor: 0.02 })
    await until(
      () => poller.state,
      ({ phase }) => phase === 'ok',
    )
    await child.end()
    await until(
      () => poller.state,
      ({ phase }) => phase === 'error',
    )
    expect(poller.state.error?.code).toBe('unreachable')
    await until(
      () => poller.state,
      ({ phase, error }) => phase === 'none' && error?.code === 'gone',
    )
    expect(poller.sample).not.toBeNull()
  })

  it('does not probe a process that is no Go, nor one of which that is unknown', async () => {
    const child = await start(small)
    const notGo = openEndpointPoller(target, child.key, { isGo: false, goVersion: null }, () => undefined, {})
    const unknown = openEndpointPoller(
      target,
      child.key,
      { isGo: null, goVersion: null },
      () => undefined,
      {},
    )
    pollers.push(notGo, unknown)
    expect(notGo.state.phase).toBe('not-go')
    expect(unknown.state).toMatchObject({ phase: 'none', error: { hint: 'go.endpoint.exeUnreadable' } })
  })
})

describe('readGoFacts', () => {
  it('reads the running executable', async () => {
    const child = await start(small)
    const facts = await readGoFacts(target, child.key)
    expect(facts).toMatchObject({ isGo: true, goModule: 'example.org/ballonet/service', isRaceBuild: false })
    expect('goVersion' in facts && facts.goVersion).toMatch(/^go1\.\d+/)
    expect(await readGoFacts(target, { pid: process.pid, startTimeTicks: 0 })).toMatchObject({
      isGo: false,
      goVersion: null,
    })
    expect(await readGoFacts(target, { pid: 2 ** 22 + 1, startTimeTicks: 0 })).toMatchObject({ code: 'gone' })
  })
})
