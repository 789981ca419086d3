import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findGo } from '#main/demo/go-service-build'
import { buildTestService, startTestService, until, type TestService } from '../../../test/support/go-service'
import { canRunSshServer, startSshServer } from '../../../test/support/ssh-server'
import type { EndpointPoller, FetchedProfile } from '../sampling/go-source'
import { openTarget } from '../targets/open-target'
import { openShellTarget } from '../targets/shell/shell-target'
import { openSshLink } from '../targets/ssh/ssh-link'
import type { Target } from '../targets/target'
import { createEndpointPoller } from './endpoint-poller'

const small = ['-scenario', 'idle', '-keep-mib', '24']
let dir: string
let service: TestService
/** In the order in which they were opened: closed from the last to the first. */
const undo: (() => unknown)[] = []

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ballonet-profile-'))
  undo.push(() => rmSync(dir, { recursive: true }))
  await buildTestService()
  service = await start(small)
}, 180_000)

afterAll(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function start(args: string[]): Promise<TestService> {
  const child = await startTestService(args)
  undo.push(() => child.end())
  return child
}

async function open(spec: string): Promise<Target> {
  const target = await openTarget(spec)
  undo.push(() => target.dispose())
  return target
}

async function openSsh(config: string[]): Promise<Target> {
  const server = await startSshServer({ config })
  undo.push(() => server.stop())
  server.addHost('rig', { User: 'root' })
  const target = await openShellTarget({
    spec: 'ssh:rig',
    label: 'rig',
    link: openSshLink('rig', { configPath: server.clientConfigPath, hasTerminal: false }),
    isRemote: true,
  })
  undo.push(() => target.dispose())
  return target
}

function pollOf(target: Target, { key }: TestService, isGo: boolean | null = true): EndpointPoller {
  const poller = createEndpointPoller(target, key, { isGo, goVersion: null }, () => undefined)
  undo.push(() => poller.close())
  return poller
}

async function pollUntilOk(target: Target, of: TestService): Promise<EndpointPoller> {
  const poller = pollOf(target, of)
  await until(
    () => poller.state,
    ({ phase }) => phase === 'ok',
    20_000,
  )
  return poller
}

/** What Go's own tool reads in the bytes, as text. */
function readByTool({ bytes }: FetchedProfile): string {
  const path = join(dir, 'heap.pb.gz')
  writeFileSync(path, bytes)
  return execFileSync(findGo() ?? 'go', ['tool', 'pprof', '-raw', path], {
    encoding: 'utf8',
    env: { ...process.env, HOME: dir },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

async function readGcCount(of: TestService): Promise<number> {
  const answer = await fetch(new URL('/debug/vars', of.url))
  return ((await answer.json()) as { memstats: { NumGC: number } }).memstats.NumGC
}

/** A profile as Go's tool takes it, of a service that collected no garbage for it. */
async function expectProfile(target: Target): Promise<void> {
  const poller = await pollUntilOk(target, service)
  const gcCount = await readGcCount(service)
  const startMs = Date.now()
  const fetched = await poller.fetchProfile()
  expect(await readGcCount(service)).toBe(gcCount)
  expect([...fetched.bytes.subarray(0, 2)]).toEqual([0x1f, 0x8b])
  const text = readByTool(fetched)
  expect(text).toMatch(/^PeriodType: space bytes$/m)
  expect(text).toMatch(/inuse_objects\/count inuse_space\/bytes/)
  expect(text).toMatch(/main\.newChunk/)
  expect(fetched.url).toBe(`${service.url}/debug/pprof/heap`)
  expect(fetched.costMs).toBeGreaterThan(0)
  expect(fetched.atMs).toBeGreaterThanOrEqual(startMs)
}

describe('a heap profile of a real Go service', () => {
  it('comes whole on this machine', async () => expectProfile(await open('local')))

  it.each(['exec:sh', 'exec:env FAR=1 busybox sh'])('comes whole over %s', async (spec) =>
    expectProfile(await open(spec)),
  )

  it.runIf(canRunSshServer()).each([
    ['that forwards', []],
    ['that does not forward', ['AllowTcpForwarding no']],
  ])('comes whole over an sshd %s', async (_, config) => expectProfile(await openSsh(config)), 60_000)

  it('is found beside plain pprof and beside Prometheus', async () => {
    const target = await open('local')
    for (const args of [['-expvar=false'], ['-expvar=false', '-metrics']]) {
      const other = await start([...small, ...args])
      const poller = await pollUntilOk(target, other)
      expect((await poller.fetchProfile()).url).toBe(`${other.url}/debug/pprof/heap`)
    }
  })

  it('is fetched before an endpoint was found, and where the typed one has no pprof', async () => {
    const target = await open('local')
    const bare = await start([...small, '-pprof=false'])
    const poller = pollOf(target, service)
    expect((await poller.fetchProfile()).url).toBe(`${service.url}/debug/pprof/heap`)
    poller.setUrl(`${bare.url}/debug/vars`)
    expect((await poller.fetchProfile()).url).toBe(`${service.url}/debug/pprof/heap`)
  })

  it('is not there without pprof, and nothing is tried where it is not known to be Go', async () => {
    const target = await open('local')
    const bare = await start([...small, '-pprof=false'])
    const poller = await pollUntilOk(target, bare)
    await expect(poller.fetchProfile()).rejects.toMatchObject({
      code: 'unsupported',
      hint: 'profileFetch.noPprof',
      params: { url: `${bare.url}/debug/pprof/heap` },
    })
    for (const isGo of [null, false]) {
      await expect(pollOf(target, service, isGo).fetchProfile()).rejects.toMatchObject({
        code: 'unsupported',
        hint: 'profileFetch.noEndpoint',
      })
    }
  })

  it('comes from a typed address of a process that can not be looked into', async () => {
    const poller = pollOf(await open('local'), service, null)
    poller.setUrl(service.url)
    expect(readByTool(await poller.fetchProfile())).toMatch(/main\.newChunk/)
  })

  it('fails when the process has ended, and when its watch has', async () => {
    const target = await open('local')
    const other = await start(small)
    const poller = await pollUntilOk(target, other)
    await other.end()
    await expect(poller.fetchProfile()).rejects.toMatchObject({ code: 'unreachable' })
    poller.close()
    await expect(poller.fetchProfile()).rejects.toMatchObject({ code: 'cancelled' })
  })
})
