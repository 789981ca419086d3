import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AlertMessage } from '#core/alerts/alert-message'
import type { AlertRule } from '#core/alerts/alert-rule'
import type { AlertOverview } from '#core/alerts/alert-settings'
import type { BackendEvents, BackendMethods, SessionEvent } from '#core/ipc/contract'
import { createMemoryChannel } from '#core/ipc/memory-channel'
import { createRpcClient, type RpcClient } from '#core/ipc/rpc'
import { createBackend, type Backend } from './backend'

const waitLimit = { timeout: 15_000, interval: 20 }

const hostRule: AlertRule = {
  id: 'host',
  name: 'Used',
  scope: { targetSpec: 'local', processPattern: null },
  condition: { kind: 'metric', metric: 'hostUsed', threshold: 0.1, clearBelow: 0.01 },
  forMs: 0,
  isEnabled: true,
}
const comm = process.platform === 'linux' ? readFileSync('/proc/self/comm', 'utf8').trim() : 'node'
const processRule: AlertRule = {
  ...hostRule,
  id: 'process',
  scope: { targetSpec: null, processPattern: `${comm.slice(0, 3)}*` },
  condition: { kind: 'metric', metric: 'rss', threshold: 1024, clearBelow: 1 },
}

describe.runIf(process.platform === 'linux')('alerts of the backend, on this machine', () => {
  let dir = ''
  let server: Server
  let backend: Backend
  let client: RpcClient<BackendMethods, BackendEvents>
  const notified: AlertMessage[] = []
  const events: SessionEvent[] = []
  const overviews: AlertOverview[] = []
  const bodies: Record<string, unknown>[] = []

  beforeEach(async () => {
    for (const list of [notified, events, overviews, bodies]) list.length = 0
    dir = mkdtempSync(join(tmpdir(), 'ballonet-alerts-'))
    server = createServer((request, response) => {
      let text = ''
      request.on('data', (chunk: Buffer) => (text += chunk.toString()))
      request.on('end', () => {
        bodies.push(JSON.parse(text) as Record<string, unknown>)
        response.writeHead(200).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    backend = createBackend({
      resourcesDir: join(import.meta.dirname, '../../..'),
      cacheDir: dir,
      alertPath: join(dir, 'alerts.json'),
      onAlert: (message) => notified.push(message),
    })
    const [near, far] = createMemoryChannel()
    backend.openSession(far)
    client = createRpcClient<BackendMethods, BackendEvents>(near)
    client.on('event', (event) => events.push(event))
    client.on('alerts', (overview) => overviews.push(overview))
  })
  afterEach(async () => {
    await backend.dispose()
    await new Promise((resolve) => server.close(resolve))
    rmSync(dir, { recursive: true, force: true })
  })

  const useWebhook = () =>
    client.call('alerts.setWebhook', {
      webhook: {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/s3cr3t`,
        preset: 'json',
        locale: 'en',
      },
    })

  it('tells a host to the time line, the desktop and the webhook, once', async () => {
    await useWebhook()
    await client.call('alerts.saveRule', { rule: hostRule })
    await client.call('targets.open', { spec: 'local' })
    await vi.waitFor(() => expect(bodies).toHaveLength(1), waitLimit)
    expect(bodies[0]).toMatchObject({
      kind: 'raised',
      rule: { id: 'host' },
      target: { id: 'local' },
      process: null,
      metric: 'hostUsed',
    })
    expect(bodies[0]?.['text']).toMatch(/^0\.\d+ used: (not urgent|urgent)$/)
    const marks = events.filter(({ kind }) => kind === 'alert')
    expect(marks).toMatchObject([{ targetId: 'local', key: null, params: { rule: 'Used' } }])
    expect(notified).toHaveLength(1)
    expect(overviews.at(-1)?.raised).toMatchObject([{ ruleId: 'host' }])
    expect(JSON.stringify(overviews)).not.toContain('s3cr3t')

    await client.call('alerts.setNotification', { isOn: false })
    await client.call('alerts.removeRule', { id: 'host' })
    await vi.waitFor(() => expect(bodies).toHaveLength(2), waitLimit)
    expect(bodies[1]).toMatchObject({ kind: 'cleared', end: 'rule-changed', id: bodies[0]?.['id'] })
    expect(notified).toHaveLength(1)
  })

  it('tells a watched process, until nobody watches it', async () => {
    await client.call('alerts.saveRule', { rule: processRule })
    await client.call('targets.open', { spec: 'local' })
    const stat = readFileSync('/proc/self/stat', 'utf8')
    const startTimeTicks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
    const key = { pid: process.pid, startTimeTicks }
    await client.call('process.watch', { targetId: 'local', key })
    await vi.waitFor(() => expect(notified).toHaveLength(1), waitLimit)
    expect(notified[0]).toMatchObject({ kind: 'raised', metric: 'rss', process: { key, comm } })
    await client.call('process.unwatch', { targetId: 'local', key })
    await vi.waitFor(() => expect(notified[1]).toMatchObject({ end: 'not-watched' }), waitLimit)
    expect(overviews.at(-1)?.raised).toEqual([])
  })

  it('tries the webhook, and refuses what does not fit without repeating it', async () => {
    await expect(client.call('alerts.testWebhook', null)).rejects.toMatchObject({ code: 'invalid' })
    await useWebhook()
    await client.call('alerts.testWebhook', null)
    expect(bodies).toMatchObject([{ rule: { id: 'test' } }])
    const url = 'ftp://hooks.example.com/s3cr3t'
    const refused = client.call('alerts.setWebhook', { webhook: { url, preset: 'json', locale: 'en' } })
    await expect(refused).rejects.toMatchObject({ code: 'invalid', hint: 'alert.webhook.urlScheme' })
    await expect(refused).rejects.not.toThrow(/s3cr3t/)
    const rule = { ...hostRule, forMs: -1 }
    await expect(client.call('alerts.saveRule', { rule })).rejects.toMatchObject({ code: 'invalid' })
    expect((await client.call('alerts.get', null)).webhook?.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })
})
